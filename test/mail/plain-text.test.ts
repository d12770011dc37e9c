// mail/plain-text: 72 columns, whole links, no lost words.
import * as fc from 'fast-check';
import { toPlainText } from '../../src/mail/plain-text';

test('long lines are wrapped at blanks, short lines and empty lines stay', () => {
  const text = toPlainText(`Hello\n\n${'word '.repeat(20)}\nend`);

  expect(text).toBe(`Hello\n\n${'word '.repeat(14).trim()}\n${'word '.repeat(6).trim()}\nend\n`);
});

test('a link is never cut', () => {
  const link = `https://uptake.example.com/u/${'a'.repeat(200)}`;

  expect(toPlainText(`Open:\n${link}\n`)).toBe(`Open:\n${link}\n`);
});

test('a command stays on one line, so that it can be copied', () => {
  const command = `npm run -s uptake -- scim log --request ${'0'.repeat(36)}`;

  expect(toPlainText(`Look:\n${command}\n`)).toBe(`Look:\n${command}\n`);
});

test('a step that needs two lines goes on under its text', () => {
  const [, second] = toPlainText(`✓ ${'word '.repeat(20)}`).split('\n');

  expect(second).toMatch(/^ {2}word/);
});

test('runs of empty lines become one, ends are clean, the mark of a signature keeps its blank', () => {
  expect(toPlainText('\n\na\n\n\n\n-- \nb\r\n\n')).toBe('a\n\n-- \nb\n');
});

test('whatever comes in, no line is wider than 72 and no word is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 100 }), { maxLength: 40 }), (parts) => {
      const text = parts.join(' ');

      const wrapped = toPlainText(text);

      expect(wrapped.split('\n').every((line) => Array.from(line).length <= 72 || /https?:/.test(line))).toBe(true);
      expect(wrapped.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
    }),
  );
});
