// mail/mails: every mail in full against its golden files, and what must hold for each of them.
// A golden file that is missing is written and the test fails once: look at it, then run again.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { createMails, type ReminderModel, type ReminderStage } from '../../src/mail/mails';
import { inPackage } from '../../src/root';
import { samples } from './samples';

const folder = inPackage('templates', 'mail');
const mails = createMails({ folder, partialsFolder: inPackage('templates', 'partials') });
const rendered = samples.map((sample) => ({ ...sample, mail: sample.render(mails) }));
const usual = rendered.filter(({ name }) => !name.startsWith('hostile'));
const each = (list: typeof rendered) => list.map((one) => [one.name, one] as const);

const model: ReminderModel = {
  locale: 'en',
  organizationName: 'Example Corp',
  productName: 'Enpass',
  firstName: 'Ada',
  steps: { activatedLicense: true, completedAppSetup: false, addedData: false },
  setupUrl: 'https://go.example.com/setup',
  optOutUrl: 'https://uptake.example.com/u/abc',
};

function golden(file: string, actual: string): string {
  const path = join(__dirname, 'golden', file);
  if (existsSync(path)) return readFileSync(path, 'utf8');
  mkdirSync(join(__dirname, 'golden'), { recursive: true });
  writeFileSync(path, actual);
  return 'There was no golden file; it is written now.';
}

/** What a reader of the HTML part sees, as words. */
function visibleWords(html: string): string[] {
  const text = html
    .replace(/<head>.*?<\/head>|<!--.*?-->|<div class="preheader".*?<\/div>/gs, ' ')
    .replace(/<[^>]+>/g, (tag) => (/^<\/?(bdi|span|a)\b/.test(tag) ? '' : ' '))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#x27;', "'")
    .replaceAll('&#x3D;', '=')
    .replaceAll('&amp;', '&');
  return words(text);
}

function words(text: string): string[] {
  return text.split(/[\s:.]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
}

describe.each(each(rendered))('%s', (name, { mail }) => {
  test('is as its golden files', () => {
    const text = `Subject: ${mail.subject}\n\n${mail.text}`;

    expect(text).toBe(golden(`${name}.txt.golden`, text));
    expect(mail.html).toBe(golden(`${name}.html.golden`, mail.html));
  });

  test('has a subject of one line, 60 characters and no exclamation mark', () => {
    expect(mail.subject).toMatch(/^[^\r\n!]{10,}$/);
    expect(Array.from(mail.subject).length).toBeLessThanOrEqual(60);
  });

  test('has a text part of 72 columns with each link and command on a line of its own', () => {
    const lines = mail.text.split('\n');

    expect(
      lines.filter((line) => Array.from(line).length > 72 && !/^(https?:\S+$|npm run -s uptake -- )/.test(line)),
    ).toEqual([]);
    expect(lines.filter((line) => /https?:/.test(line) && !/^https?:\S+$/.test(line))).toEqual([]);
  });

  test('says the same in both parts', () => {
    const seen = new Set(visibleWords(mail.html));
    const links = [...mail.html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href);

    const said = words(mail.text.replace(/^https?:\S+$/gm, '')).filter((word) => !seen.has(word));
    const linked = [...mail.text.matchAll(/^https?:\S+$/gm)].filter(([link]) => !links.includes(link));

    expect({ said: said.filter((word) => word !== 'Size'), linked }).toEqual({ said: [], linked: [] });
  });

  test('brings nothing from elsewhere, runs nothing, and weighs little', () => {
    expect(mail.html).not.toMatch(/<(script|img|link|iframe|form|object)\b|@import|url\(|javascript:| on\w+="/i);
    expect(
      [...mail.html.matchAll(/href="([^"]+)"/g)].every(([, href]) => /^(https?:\/\/|mailto:)/.test(href ?? '')),
    ).toBe(true);
    expect(Buffer.byteLength(mail.html)).toBeLessThan(60_000);
  });

  test('prints no raw value', () => {
    const all = `${mail.subject}\n${mail.text}\n${mail.html}`.replaceAll('{{x}}', '');

    expect(all).not.toMatch(/undefined|\bnull\b|NaN|\[object|\{\{|\}\}/);
  });

  test('is right for screen readers and for dark screens', () => {
    const tables = mail.html.match(/<table\b[^>]*>/g) ?? [];
    const [, dark] = /@media \(prefers-color-scheme: dark\) \{(.*)<\/style>/s.exec(mail.html) ?? [];

    expect(mail.html).toMatch(/<html lang="en" dir="ltr">/);
    expect(tables.filter((table) => !table.includes('role="presentation"'))).toEqual([]);
    expect(mail.html.match(/<h1\b/g)).toHaveLength(1);
    expect(mail.html).toContain('name="color-scheme" content="light dark"');
    expect((dark ?? '').split('\n').filter((line) => line.includes('#') && !line.includes('!important'))).toEqual([]);
  });
});

test('every template folder has a sample', () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

  expect(folders.map(({ name }) => name).filter((name) => !samples.some((sample) => sample.name === name))).toEqual([]);
});

test.each(each(usual))('the subject of %s names the app and the organization', (_, { mail }) => {
  expect(mail.subject).toContain('Enpass');
  expect(mail.subject).toContain('Example Corp');
});

test('the text part is not escaped, the HTML part is', () => {
  const { mail } = rendered.find(({ name }) => name === 'hostile-invitation')!;

  expect(mail.text).toContain(`O'Brien & <b>Söhne</b>`);
  expect(mail.html).toContain('O&#x27;Brien &amp; &lt;b&gt;Söhne&lt;/b&gt;');
  expect(mail.html).not.toMatch(/<b>|\u202e/);
});

test('a reminder is found by the code of its stage', () => {
  const stages: [ReminderStage, string][] = [
    ['activation', mails.activationReminder(model).text],
    ['app_setup', mails.appSetupReminder(model).text],
    ['usage', mails.usageReminder(model).text],
    ['extension', mails.extensionReminder(model).text],
    ['autofill', mails.autofillReminder(model).text],
  ];

  expect(stages.map(([stage]) => mails.reminder(stage, model).text)).toEqual(stages.map(([, text]) => text));
});

test('only reminders carry the way out of reminders', () => {
  const withOptOut = rendered.filter(({ mail }) => mail.html.includes('/u/') && mail.text.includes('/u/'));

  expect(withOptOut.map(({ name }) => name).filter((name) => !name.includes('reminder'))).toEqual([]);
  expect(withOptOut).toHaveLength(rendered.filter(({ name }) => name.includes('reminder')).length);
});

test.each([undefined, '', 'javascript:alert(1)', 'data:text/html,x', '/setup', 'not a link'])(
  'with the setup link %p there is no button',
  (setupUrl) => {
    const mail = mails.appSetupReminder(setupUrl === undefined ? omitSetupUrl() : { ...model, setupUrl });

    expect(mail.html).not.toContain('class="button"');
    expect(mail.text).not.toContain('Open the setup');
  },
);

test('a fact that is missing stops the mail', () => {
  const { optOutUrl: _, ...broken } = model;

  expect(() => mails.usageReminder(broken as ReminderModel)).toThrow(
    expect.objectContaining({ code: 'template.failed' }),
  );
});

test('any names make a mail with a subject of one line and 60 characters', () => {
  const names = fc.string({ unit: 'binary', maxLength: 130 });
  fc.assert(
    fc.property(names, names, names, (organizationName, productName, firstName) => {
      const mail = mails.appSetupReminder({ ...model, organizationName, productName, firstName });

      expect(Array.from(mail.subject).length).toBeLessThanOrEqual(60);
      expect(mail.subject).toMatch(/^[^\p{Cc}!]+: finish your setup$/u);
    }),
    { numRuns: 50 },
  );
});

function omitSetupUrl(): ReminderModel {
  const { setupUrl: _, ...rest } = model;
  return rest;
}
