// view/strict-template: what a template may say, and that a missing value never passes in silence (trap 17).
import { engineOf, page } from './pages';

class WithGetter {
  get name(): string {
    return 'Ada';
  }
}

describe('a missing value throws', () => {
  const reader = { locale: 'en', timeZone: 'UTC' };
  test.each([
    ['in the text', '{{name}}', {}],
    ['in the text, below an object', '{{user.name}}', { user: {} }],
    ['in the text, below nothing', '{{user.name}}', {}],
    ['set to undefined', '{{name}}', { name: undefined }],
    ['in an attribute', '<a href="{{url}}">x</a>', {}],
    ['inside if', '{{#if isOn}}x{{/if}}', {}],
    ['inside unless', '{{#unless isOn}}x{{/unless}}', {}],
    ['inside each', '{{#each users}}x{{/each}}', {}],
    ['inside each, in a row', '{{#each users}}{{name}}{{/each}}', { users: [{ name: 'Ada' }, {}] }],
    ['inside with', '{{#with user}}x{{/with}}', {}],
    ['inside lookup, the object', '{{lookup names key}}', { key: 'a' }],
    ['inside lookup, the key', '{{lookup names "b"}}', { names: { a: 'Ada' } }],
    ['inside date', '{{date at}}', reader],
    ['inside date, the zone', '{{date at}}', { locale: 'en', at: new Date(0) }],
    ['inside number', '{{number count}}', reader],
    ['inside plural', '{{plural count one="user" other="users"}}', reader],
    ['inside plural, a word', '{{plural count one="user" other=word}}', { ...reader, count: 2 }],
    ['handed to a partial', '{{> card title=heading}}', {}],
    ['reached by a getter of a class', '{{user.name}}', { user: new WithGetter() }],
    ['reached by the prototype', '{{constructor}}', {}],
    ['reached by __proto__', '{{user.__proto__}}', { user: {} }],
    ['named like a method of every object', '{{#if toString}}x{{/if}}', {}],
  ])('%s', (_, source, model) => {
    const engine = engineOf({ 'pages/page.hbs': source, 'partials/card.hbs': '{{title}}' });

    const act = () => engine.render('page', model);

    expect(act).toThrow(expect.objectContaining({ code: 'template.failed' }));
  });

  test('and the error names the template and the place, never the value', () => {
    const model = { user: { secret: 'hunter2' } };

    expect(() => page('{{#if user.isKnown}}x{{/if}}', model)).toThrow(
      'The template "page" cannot be rendered: isKnown is missing',
    );
  });
});

test.each([
  ['null', null],
  ['NaN', Number.NaN],
  ['an object', {}],
  ['a list', ['a']],
  ['a date', new Date(0)],
  ['a function', () => 'x'],
])('%s is never printed', (_, value) => {
  const act = () => page('{{value}}', { value });

  expect(act).toThrow(expect.objectContaining({ code: 'template.failed' }));
});

test('null inside if is a no, because it was said', () => {
  const html = page('{{#if url}}yes{{else}}no{{/if}}', { url: null });

  expect(html).toBe('no');
});

test.each([
  ['an unescaped value', '{{{name}}}'],
  ['an unescaped value, the other way', '{{&name}}'],
  ['an unknown helper', '{{shout name}}'],
  ['an unknown block', '{{#shout}}x{{/shout}}'],
  ['a list as a block', '{{#users}}x{{/users}}'],
  ['an inline partial', '{{#*inline "x"}}y{{/inline}}'],
  ['a computed partial', '{{> (lookup . "x")}}'],
  ['a computed helper', '{{(lookup . "x")}}'],
  ['an open block', '{{#if a}}x'],
  ['log', '{{log a}}'],
])('%s does not compile', (_, source) => {
  const act = () => engineOf({ 'pages/page.hbs': source });

  expect(act).toThrow(expect.objectContaining({ code: 'template.failed' }));
});
