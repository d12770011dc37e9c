// view/engine: pages in their layout, plain text, partials, formats, and everything compiled at the start.
import { engineOf, page } from './pages';

test('text, numbers, booleans and the empty text are printed', () => {
  const html = page('{{text}}|{{zero}}|{{isOn}}|{{empty}}|', { text: 'a', zero: 0, isOn: false, empty: '' });

  expect(html).toBe('a|0|false||');
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

test('paths reach this, the row around, the root and the number of a row', () => {
  const model = { title: 'T', rows: [{ name: 'a', tags: ['x', 'y'] }], counts: [3, 0] };

  const html = page(
    '{{#each rows}}{{@index}}{{#each tags}}{{this}}{{../name}}{{@root.title}}{{#if @last}}.{{/if}}{{/each}}{{/each}}{{#each counts}}{{this}},{{else}}none{{/each}}{{#with rows.[0]}}{{name}}{{/with}}{{lookup counts 1}}',
    model,
  );

  expect(html).toBe('0xaTyaT.3,0,a0');
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
