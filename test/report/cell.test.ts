import * as fc from 'fast-check';
import { cleanText, escapeMarks, guardFormula, longestCell, rowTexts, workbookXml } from '../../src/report/cell';
import { allKinds, hostileTexts } from './samples';
import { growthOf } from '../support/growth';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(...hostileTexts),
);

describe('the cleaner', () => {
  it('replaces what XML and UTF-8 cannot carry, and keeps TAB, LF and CR', () => {
    expect(cleanText('a\u0000b\u001f\ufffe\uffff\ud800c\udc00\t\n\r')).toBe(
      'a\ufffdb\ufffd\ufffd\ufffd\ufffdc\ufffd\t\n\r',
    );
  });

  it('keeps every pair of surrogates, right-to-left marks and emoji', () => {
    const text = '👩‍🚀 𠮷 \u202eRTL\u202c Ä ß İ';

    expect(cleanText(text)).toBe(text);
  });

  it('cuts at the longest cell, marks the cut and halves no character', () => {
    const cut = cleanText('👩'.repeat(20_000));

    expect(cut.length).toBeLessThanOrEqual(longestCell);
    expect(cut.endsWith('👩 [cut]')).toBe(true);
    expect(cleanText('x'.repeat(longestCell))).toBe('x'.repeat(longestCell));
  });

  it('changes nothing a second time', () => {
    fc.assert(
      fc.property(anyText, (text) => expect(cleanText(cleanText(text))).toBe(cleanText(text))),
      { numRuns: 2000 },
    );
  });
});

describe('the guard against formulas', () => {
  it.each([
    '=1',
    '+1',
    '-1',
    '@a',
    '\ta',
    '\ra',
    ' =1',
    '"=1"',
    '\uff1d1',
    '\uff0b1',
    '\uff0d1',
    '\uff201',
    '\u200b=1',
  ])('puts an apostrophe before %p', (text) => {
    expect(guardFormula(text)).toBe(`'${text}`);
  });

  it('knows every sign behind every blank, whatever follows', () => {
    const blanks = ['', ' ', '  ', '\u00a0', '\u3000', '"', '""', ' "', '\u200b', '\ufeff'];
    const signs = ['=', '+', '-', '@', '\uff1d', '\uff0b', '\uff0d', '\uff20'];
    const bodies = ['1+1', "cmd|' /C calc'!A0", 'HYPERLINK("http://x","y")', 'SUM(A1:A9)', '', '=', ' '];
    const texts = blanks.flatMap((blank) => signs.flatMap((sign) => bodies.map((body) => `${blank}${sign}${body}`)));

    const unguarded = texts.filter((text) => !guardFormula(text).startsWith("'"));

    expect(texts).toHaveLength(560);
    expect(unguarded).toEqual([]);
  });

  it.each(['', 'a=1', 'a+b@c.de', "'=1", 'x; y', 'O-Neil', '1-2'])('leaves %p alone', (text) => {
    expect(guardFormula(text)).toBe(text);
  });

  it.each([
    ['Meier;=1', "Meier;'=1"],
    ['a\n=1', "a\n'=1"],
    ['a\t "@x', 'a\t\' "@x'],
    ['a|-1|+2', "a|'-1|'+2"],
  ])('splits as programs of other regions do: %p', (text, guarded) => {
    expect(guardFormula(text)).toBe(guarded);
  });

  it('leaves no sign at the start of anything that a program may take for a cell', () => {
    const property = fc.property(anyText, (text) => {
      const cells = guardFormula(text).split(/[;|\t\r\n]/);
      expect(cells.filter((cell) => /^[\s"]*[=+\-@]/.test(cell))).toEqual([]);
    });

    fc.assert(property, { numRuns: 3000 });
  });

  it('takes time in step with the text', () => {
    const work = (length: number): void => {
      const text = `a${'\n '.repeat(length)}=`;
      for (let round = 0; round < 10; round += 1) guardFormula(text);
    };

    const growth = growthOf(work, 4000, 64_000);

    // In step means 16; with the square of the length it would be 256.
    expect(growth).toBeLessThan(64);
  });
});

describe('workbook text', () => {
  it('escapes markup and what a reader would decode', () => {
    expect(workbookXml('a & <b> _x0041_ c_x')).toBe('a &amp; &lt;b&gt; _x005F_x0041_ c_x');
    expect(workbookXml('a\r\nb')).toBe('a&#13;\nb');
  });

  it('is read back as it was', () => {
    const decode = (text: string): string =>
      text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

    const property = fc.property(anyText, (text) => expect(decode(escapeMarks(text))).toBe(text));

    fc.assert(property, { numRuns: 3000 });
  });
});

describe('a row as texts', () => {
  it('says each kind in one way, and nothing for nothing', () => {
    const at = new Date('2026-03-01T05:00:00Z');

    const full = rowTexts(allKinds, ['u1', 'Ann', 'a@example.com', 'Using', 'n', at, '2026-03-01', 3, 0.25, true]);
    const empty = rowTexts(
      allKinds,
      Array.from({ length: allKinds.length }, () => null),
    );

    expect(full).toEqual([
      'u1',
      'Ann',
      'a@example.com',
      'Using',
      'n',
      '2026-03-01T05:00:00.000Z',
      '2026-03-01',
      '3',
      '0.25',
      'true',
    ]);
    expect(empty).toEqual(Array.from({ length: allKinds.length }, () => ''));
  });

  it('never says "null", "undefined" or "NaN"', () => {
    expect(rowTexts(allKinds, ['u1', null, null, null, null, null, null, Number.NaN])).toEqual([
      'u1',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
    ]);
  });
});
