// mail/mail-engine: style rules stand in the tags once templates are loaded, so that no mail pays for it.
import { createMailEngine } from '../../src/mail/mail-engine';
import { inPackage } from '../../src/root';

const engine = createMailEngine({
  folder: inPackage('templates', 'mail'),
  partialsFolder: inPackage('templates', 'partials'),
});

test('every mail has its three parts', () => {
  const parts = new Map<string, string[]>();
  for (const name of engine.names) {
    const [mail = '', part = ''] = name.split('/');
    parts.set(mail, [...(parts.get(mail) ?? []), part]);
  }

  expect([...parts].filter(([, names]) => names.join() !== 'html,subject,text')).toEqual([]);
});

test('plain rules are in the tags, rules for screens stay in the head with !important', () => {
  const html = engine.render('report-delivered/html', {
    locale: 'en',
    timeZone: 'UTC',
    subject: 'S',
    organization: 'Example Corp',
    product: 'Enpass',
    monogram: 'E',
    report: 'Users',
    asOf: new Date(0),
    rows: 1,
    files: [],
    isReport: true,
    hasContact: false,
    contact: '',
    hasOptOut: false,
    optOutUrl: '',
  });

  const [, style = ''] = /<style>(.*?)<\/style>/s.exec(html) ?? [];
  expect(html).toMatch(/<h1 class="heading" style="[^"]*color: #171c26/);
  expect(style.replace(/@media [^{]+\{(?:[^{}]+\{[^{}]*\}\s*)+\}/g, '').trim()).toBe('');
  expect(style.match(/: [^;]+(?=;)/g)?.filter((value) => !value.endsWith('!important'))).toEqual([]);
});
