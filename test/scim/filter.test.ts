// The filter parser: what it reads, what it refuses, and that nothing makes it slow.
import * as fc from 'fast-check';
import type { Condition } from '../../src/domain/condition';
import { AppError } from '../../src/errors';
import { parseFilter } from '../../src/scim/filter';
import { printCondition } from '../../src/scim/match';
import { userSchema } from '../../src/scim/schemas';
import { growthOf } from '../support/growth';

const schema = userSchema();
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const parse = (text: string, warnings: string[] = []): Condition => parseFilter(text, { schema }, warnings);
const code = (text: string): string => {
  try {
    parse(text);
    return 'read';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
};

describe('filters', () => {
  it.each([
    ['userName eq "a"', 'userName eq "a"'],
    ['USERNAME EQ "a\\"b\\\\c\\u00e9"', 'userName eq "a\\"b\\\\cé"'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:name.givenName pr', 'name.givenName pr'],
    ['not (manager pr)', `not (${enterprise}:manager.value pr)`],
    [
      'name pr and emails pr',
      '(name.formatted pr or name.familyName pr or name.givenName pr or name.middleName pr or name.honorificPrefix pr or name.honorificSuffix pr) and emails pr',
    ],
    ['department eq "D"', `${enterprise}:department eq "D"`],
    ['manager eq "m"', `${enterprise}:manager.value eq "m"`],
    [
      'emails co "x" or emails.type ne "work" and active eq "TRUE"',
      'emails.value co "x" or (emails.type ne "work" and active eq true)',
    ],
    ['not (title pr and (a.b pr or title eq null))', undefined],
    ['not (title pr and title eq null)', 'not (title pr and title eq null)'],
    [
      'emails[type eq "work" and not (value sw "a")].display ew "z"',
      'emails[(type eq "work" and not (value sw "a")) and display ew "z"]',
    ],
    ['meta.lastModified ge "2026-03-01T00:00:00.1234567+02:00"', 'meta.lastModified ge "2026-02-28T22:00:00.123Z"'],
    ['meta.created lt "9999-12-31T23:59:59.9999Z"', 'meta.created lt "9999-12-31T23:59:59.999Z"'],
    ['meta.created ge "1000-01-01T12:00:00+12:00"', 'meta.created ge "1000-01-01T00:00:00.000Z"'],
    ['urn:a:b:2.0:User:badge eq 7', 'urn:a:b:2.0:User:badge eq "7"'],
  ])('reads %s', (text, printed) => {
    const read = code(text) === 'read' ? printCondition(parse(text)) : undefined;

    expect(read).toBe(printed);
  });

  it('E34: reads a bare word as a string, with a warning', () => {
    const warnings: string[] = [];

    const condition = parse('externalId eq jyoung', warnings);

    expect(condition).toEqual({ kind: 'compare', attribute: 'externalId', operator: 'eq', value: 'jyoung' });
    expect(warnings).toHaveLength(1);
  });

  it.each([
    '',
    ' ',
    'userName',
    'userName eq',
    'eq "a"',
    'userName is "a"',
    'userName eq "a',
    'userName eq "\\x"',
    '(userName pr',
    'userName pr)',
    'userName pr and',
    'and userName pr',
    'not userName pr',
    'nonsense eq "a"',
    'name eq "x"',
    'name.nonsense pr',
    'password eq "x"',
    'meta.location pr',
    'schemas co "x"',
    'schemas[value eq "x"]',
    'meta.version eq "x"',
    'meta pr',
    '__proto__ eq "x"',
    'constructor.prototype pr',
    'emails.__proto__ pr',
    'active gt true',
    'active co "t"',
    'active eq "maybe"',
    'userName gt null',
    'meta.created eq "soon"',
    'meta.created co "2026"',
    'meta.created gt "+275760-09-13T00:00:00Z"',
    'meta.created gt "0001-01-01"',
    'meta.created lt "9999-12-31T23:59:59-12:00"',
    'meta.created lt "9999-12-31T24:00:00Z"',
    'meta.created gt "1000-01-01T00:00:00+00:01"',
    'title[type eq "x"]',
    'emails[emails[type eq "x"]]',
    'emails[type eq "x"',
    'emails[nonsense eq "x"]',
    'emails[type eq "x"].',
    'userName eq "a" "b"',
    'userName eq (a)',
    'userName eq "a" or or title pr',
  ])('refuses %j', (text) => {
    expect(code(text)).toBe('filter.invalid');
  });

  it('B2: refuses what is too long, too deep or has too many terms', () => {
    expect(code(`userName eq "${'a'.repeat(2048)}"`)).toBe('filter.invalid');
    expect(code(`${'('.repeat(11)}title pr${')'.repeat(11)}`)).toBe('filter.invalid');
    expect(code(`${'('.repeat(10)}title pr${')'.repeat(10)}`)).toBe('read');
    expect(code(Array.from({ length: 65 }, () => 'title pr').join(' or '))).toBe('filter.invalid');
    expect(code(Array.from({ length: 64 }, () => 'title pr').join(' or '))).toBe('read');
  });

  it('B2: reads or refuses 2,000 hostile inputs, and twice the input takes no more than a few times as long', () => {
    const pieces = [
      '(',
      ')',
      '[',
      ']',
      '"',
      '\\',
      '\\a',
      ' ',
      'not',
      'and',
      'or',
      'eq',
      'pr',
      'userName',
      'emails',
      '.',
      ':',
      'urn:',
      '__proto__',
      '\u0000',
      '\ud800',
      '😀',
      "' OR 1=1 --",
      '%',
      'null',
      '1e999',
    ];
    const hostile = fc.array(fc.constantFrom(...pieces), { maxLength: 400 }).map((parts) => parts.join(''));
    const work = (size: number): void => {
      for (let no = 0; no < 5; no += 1) for (const piece of pieces) code(piece.repeat(size).slice(0, size));
    };

    const read = fc.property(hostile, (text) => ['read', 'filter.invalid'].includes(code(text)));
    expect(fc.check(read, { numRuns: 2000 })).toMatchObject({ failed: false });
    // In step means 8; with the square of the length it would be 64.
    expect(growthOf(work, 256, 2048)).toBeLessThan(24);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
