// mail/mail-view: greetings, steps, links and sizes as a mail prints them.
import { formatSize, safeLink, toGreeting, toMonogram, toSteps } from '../../src/mail/mail-view';

test.each([
  ['Ada', 'Hello Ada,'],
  ['  Ada\r\n', 'Hello Ada,'],
  ['J. R. R.', 'Hello J. R. R.,'],
  ["O'Brien-Søn", "Hello O'Brien-Søn,"],
  ['', 'Hello,'],
  ['\u202e', 'Hello,'],
  ['https://evil.example', 'Hello,'],
  ['visit evil.example now', 'Hello,'],
  ['ada@example.com', 'Hello,'],
  ['x/y', 'Hello,'],
])('%j is greeted with %j', (name, greeting) => {
  expect(toGreeting(name)).toBe(greeting);
});

test('exactly the first open step is next', () => {
  const words = (activatedLicense: boolean, completedAppSetup: boolean, addedData: boolean) =>
    Object.values(toSteps({ activatedLicense, completedAppSetup, addedData })).map(
      ({ mark, word }) => `${mark} ${word}`,
    );

  expect(words(false, false, false)).toEqual(['○ Next', '○ Later', '○ Later']);
  expect(words(true, false, false)).toEqual(['✓ Done', '○ Next', '○ Later']);
  expect(words(false, true, false)).toEqual(['○ Next', '✓ Done', '○ Later']);
  expect(words(true, true, true)).toEqual(['✓ Done', '✓ Done', '✓ Done']);
});

test('each step has exactly one of its three flags', () => {
  const steps = Object.values(toSteps({ activatedLicense: true, completedAppSetup: false, addedData: false }));

  expect(steps.map((step) => [step.isDone, step.isNext, step.isLater].filter(Boolean).length)).toEqual([1, 1, 1]);
});

test.each([
  ['Example Corp', 'E'],
  ['"öko" GmbH', 'Ö'],
  ['3M', '3'],
  ['🏢', '·'],
  ['', '·'],
])('the monogram of %j is %j', (name, monogram) => {
  expect(toMonogram(name)).toBe(monogram);
});

test.each([
  ['https://go.example.com/a b"><x', 'https://go.example.com/a%20b%22%3E%3Cx'],
  ['http://intranet/setup', 'http://intranet/setup'],
  ['javascript:alert(1)', undefined],
  ['JaVaScRiPt:alert(1)', undefined],
  ['vbscript:x', undefined],
  ['//example.com', undefined],
  ['mailto:x@example.com', undefined],
])('the link %j becomes %j', (url, link) => {
  expect(safeLink(url)).toBe(link);
});

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1200, '1.2 kB'],
  [845_000, '845 kB'],
  [1_234_567, '1.2 MB'],
  [25_400_000, '25 MB'],
])('%d bytes are %s', (sizeBytes, text) => {
  expect(formatSize(sizeBytes)).toBe(text);
});
