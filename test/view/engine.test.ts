// view/engine: what a template may say, and that a missing value never passes in silence.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createEngine, type Engine } from '../../src/view/engine';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'uptake-engine-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function engineOf(files: Record<string, string>, prepare?: (source: string) => string): Engine {
  mkdirSync(join(root, 'pages'), { recursive: true });
  mkdirSync(join(root, 'partials'), { recursive: true });
  for (const [name, source] of Object.entries({ 'pages/layout.hbs': '{{{body}}}', ...files })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), source);
  }
  const folders = { folder: join(root, 'pages'), partialsFolder: join(root, 'partials') };
  return createEngine(prepare ? { ...folders, prepare } : folders);
}

/** One page of that source over that model. */
const page = (source: string, model: object) => engineOf({ 'pages/page.hbs': source }).render('page', model);

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
      'The template "page" cannot be rendered: user.isKnown is missing',
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

test('text, numbers, booleans and the empty text are printed', () => {
  const html = page('{{text}}|{{zero}}|{{isOn}}|{{empty}}|', { text: 'a', zero: 0, isOn: false, empty: '' });

  expect(html).toBe('a|0|false||');
});

test('null inside if is a no, because it was said', () => {
  const html = page('{{#if url}}yes{{else}}no{{/if}}', { url: null });

  expect(html).toBe('no');
});

test('a page escapes HTML, plain text does not', () => {
  const source = '{{name}}';
  const engine = engineOf({
    'pages/page.hbs': source,
    'pages/mail/text.hbs': source,
    'pages/mail/subject.hbs': source,
  });

  const texts = ['page', 'mail/text', 'mail/subject'].map((name) =>
    engine.render(name, { name: `O'Brien <b> & "co"` }),
  );

  expect(texts).toEqual(['O&#x27;Brien &lt;b&gt; &amp; &quot;co&quot;', `O'Brien <b> & "co"`, `O'Brien <b> & "co"`]);
});

test('a page stands in its layout, which sees the same model', () => {
  const engine = engineOf({
    'pages/layout.hbs': '<title>{{title}}</title>{{{body}}}',
    'pages/layout-public.hbs': '<main>{{{body}}}</main>',
    'pages/page.hbs': '<p>{{title}}</p>',
  });

  const framed = engine.render('page', { title: 'A & B' });
  const open = engine.render('page', { title: 'A & B' }, 'layout-public');

  expect(framed).toBe('<title>A &amp; B</title><p>A &amp; B</p>');
  expect(open).toBe('<main><p>A &amp; B</p></main>');
  expect(engine.names).toEqual(['page']);
});

test('partials take arguments and blocks', () => {
  const engine = engineOf({
    'partials/card.hbs': '<h2>{{title}}</h2>{{> @partial-block}}',
    'pages/page.hbs': '{{#> card title=heading}}<p>{{text}}</p>{{/card}}',
  });

  const html = engine.render('page', { heading: 'Users', text: 'none' });

  expect(html).toBe('<h2>Users</h2><p>none</p>');
});

test('dates, numbers and plurals follow the reader at the root, also inside a list', () => {
  const model = {
    locale: 'en',
    timeZone: 'Europe/Berlin',
    rows: [{ at: new Date('2026-03-01T06:00:00Z'), count: 12480, seats: 1, share: 0.833 }],
  };

  const html = page(
    '{{#each rows}}{{date at}}, {{date at style="minute"}}, {{number count}}, {{plural seats one="seat" other="seats"}}, {{percent share}}{{/each}}',
    model,
  );

  expect(html).toBe('1 March 2026, 1 Mar 2026, 07:00 CET, 12,480, 1 seat, 83\u00a0%');
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

test('every template is compiled when the engine is made, used or not', () => {
  const files = { 'pages/fine.hbs': 'x', 'pages/deep/broken.hbs': '{{#if}}' };

  expect(() => engineOf(files)).toThrow('deep/broken');
});

test('sources of HTML, partials too, are prepared once; plain text is not', () => {
  const seen: string[] = [];
  const engine = engineOf(
    { 'pages/page.hbs': '<p>', 'pages/m/text.hbs': '<p>', 'partials/card.hbs': '<p>' },
    (source) => {
      seen.push(source);
      return source.replace('<p>', '<p class="x">');
    },
  );

  const html = [engine.render('page', {}), engine.render('page', {}), engine.render('m/text', {})];

  expect(html).toEqual(['<p class="x">', '<p class="x">', '<p>']);
  expect(seen).toEqual(['<p>', '{{{body}}}', '<p>']);
});

test('data never becomes a template', () => {
  const html = page('{{text}}', { text: '{{constructor}} {{> card}} {{{body}}}' });

  expect(html).toBe('{{constructor}} {{&gt; card}} {{{body}}}');
});

test('an unknown template and an unknown layout are named', () => {
  const engine = engineOf({ 'pages/page.hbs': 'x' });

  expect(() => engine.render('pge', {})).toThrow('The template "pge"');
  expect(() => engine.render('page', {}, 'layout-none')).toThrow('The template "layout-none"');
});
