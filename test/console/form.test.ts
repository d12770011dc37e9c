// Forms: what a body may hold, and what is said when it does not.
import { z } from 'zod';
import { address, field, line, readForm, secretText, summaryOf, typed } from '../../src/console/form';

const shape = z.object({ name: line('The name', 10), email: address(), password: secretText('The password') });

describe('a form', () => {
  test('gives trimmed values, and a password as it was typed', () => {
    const form = readForm(shape, { name: '  Ada ', email: ' ada@example.com ', password: ' a b ', more: 'x' });

    expect(form).toEqual({ values: { name: 'Ada', email: 'ada@example.com', password: ' a b ' } });
  });

  test.each([undefined, null, 'text', [], {}, { name: ['a', 'b'], email: {}, password: 1 }])(
    'says what is missing of %j in our own words',
    (body) => {
      const form = readForm(shape, body);

      const words = JSON.stringify(form);
      expect('faults' in form).toBe(true);
      expect(words).not.toMatch(/undefined|expected|Invalid input: exp/);
    },
  );

  test.each([
    ['a NUL', '\u0000x'],
    ['a line break', 'a\nb'],
    ['half a character', 'a\ud800'],
    ['a control character of C1', 'a\u0085b'],
  ])('refuses %s in a line', (_, name) => {
    const form = readForm(shape, { name, email: 'a@b', password: 'x' });

    expect(form).toEqual({ faults: { name: 'The name holds a character that cannot be shown.' } });
  });

  test('counts characters as people do, not halves of them', () => {
    const good = readForm(shape, { name: '🦊'.repeat(10), email: 'a@b', password: 'x' });
    const long = readForm(shape, { name: '🦊'.repeat(11), email: 'a@b', password: 'x' });

    expect('values' in good).toBe(true);
    expect(long).toEqual({ faults: { name: 'The name has more than 10 characters.' } });
  });

  test.each(['plain', 'a@b@c', 'Ada <a@b>', 'a@b,c@d', 'a b@c', `${'x'.repeat(65)}@b`])(
    'takes no address list, name or odd sign as an address: %s',
    (email) => {
      expect('faults' in readForm(shape, { name: 'x', email, password: 'x' })).toBe(true);
    },
  );

  test('describes a field by its hint and its fault, and leaves the focus to the summary', () => {
    const faults = { code: 'Wrong.' };

    const one = field({ name: 'code', label: 'Code', hint: 'Six digits.', isFocused: true }, faults);
    const other = field({ name: 'code', label: 'Code', isFocused: true });

    expect(one).toMatchObject({ describedBy: 'code-hint code-fault', hasFault: true, isFocused: false });
    expect(other).toMatchObject({ isDescribed: false, isFocused: true, hint: '', fault: '' });
    expect(summaryOf(faults)).toEqual({ hasFaults: true, faults: [{ name: 'code', text: 'Wrong.' }] });
  });

  test('shows again only text that was typed', () => {
    expect(typed({ name: 'x'.repeat(600) }, 'name')).toHaveLength(500);
    expect(typed({ name: ['x'] }, 'name')).toBe('');
    expect(typed(undefined, 'name')).toBe('');
  });
});
