import { buildFrame, columnLetters, sheetName } from '../../src/report/xlsx-frame';
import { userListColumns } from '../../src/report/user-list';
import { assertWellFormed } from './reading';
import { aMeta, allKinds, hostileTexts } from './samples';

const aShape = { name: 'Users', columns: allKinds };

describe('the frame', () => {
  it('has a style for each column and each tint, no two tints alike', async () => {
    const { styles } = await buildFrame(aMeta(), aShape, [0]);

    expect(styles.head).toHaveLength(allKinds.length);
    expect(styles.data).toHaveLength(allKinds.length);
    expect(new Set(styles.tone.values()).size).toBe(5);
  });

  it('gives the same style numbers and the same sheet however many sheets and rows there are', async () => {
    const one = await buildFrame(aMeta(), aShape, [0]);
    const three = await buildFrame(aMeta(), aShape, [1_048_575, 1_048_575, 7]);

    expect(three.styles).toEqual(one.styles);
    expect(three.before).toBe(one.before);
    expect(three.parts.get('xl/styles.xml')).toEqual(one.parts.get('xl/styles.xml'));
    expect(three.sheets).toEqual(['xl/worksheets/sheet2.xml', 'xl/worksheets/sheet3.xml', 'xl/worksheets/sheet4.xml']);
  });

  it('names the range of each filter, by which LibreOffice shows it', async () => {
    const { parts } = await buildFrame(aMeta(), { name: "it's", columns: allKinds }, [9, 2]);

    expect(parts.get('xl/workbook.xml')?.toString('utf8')).toContain(
      '<definedName name="_xlnm._FilterDatabase" localSheetId="1" hidden="1">\'it\u2019s\'!$A$1:$J$10</definedName>' +
        '<definedName name="_xlnm._FilterDatabase" localSheetId="2" hidden="1">\'it\u2019s 2\'!$A$1:$J$3</definedName>',
    );
  });

  it('is cut so that rows make it whole', async () => {
    const { before, headRow, after } = await buildFrame(aMeta(), { name: 'Users', columns: userListColumns }, [0]);

    const sheet = `${before}${headRow}</row>${after('X12')}`;

    assertWellFormed(sheet);
    expect(sheet).toContain('<autoFilter ref="A1:X12"/>');
    expect(sheet).not.toContain('<dimension');
  });

  it.each(hostileTexts)('bears %p as title, organization, filter and definition', async (text) => {
    const meta = aMeta({
      title: text,
      organization: { slug: 'main', name: text },
      filter: text,
      definitions: [{ metric: text, version: 'v1', description: text }],
    });

    const { parts, before, after } = await buildFrame(meta, aShape, [0]);

    for (const [name, part] of parts)
      expect([name, assertWellFormed(part.toString('utf8'))]).toEqual([name, undefined]);
    assertWellFormed(`${before}${after('A1')}`);
  });
});

describe('the name of a sheet', () => {
  it.each([
    ['Users', 1, 'Users'],
    ['Users', 2, 'Users 2'],
    ['a/b\\c?d*e:f[g]', 1, 'a b c d e f g'],
    ["'quoted'", 1, '\u2019quoted\u2019'],
    ['History', 1, 'History rows'],
    ['summary', 1, 'summary rows'],
    ['', 1, 'Rows'],
    ['x'.repeat(40), 1, 'x'.repeat(31)],
    ['x'.repeat(40), 12, `${'x'.repeat(28)} 12`],
  ])('of %p, number %i, is one that Excel opens', (name, number, expected) => {
    expect(sheetName(name, number)).toBe(expected);
  });
});

describe('column letters', () => {
  it('go on after Z', () => {
    const letters = columnLetters(Array.from({ length: 703 }, () => allKinds[0]).flatMap((column) => column ?? []));

    expect([letters[0], letters[25], letters[26], letters[51], letters[52], letters[702]]).toEqual([
      'A',
      'Z',
      'AA',
      'AZ',
      'BA',
      'AAA',
    ]);
  });
});
