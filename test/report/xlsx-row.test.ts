import { rowTexts } from '../../src/report/cell';
import type { Column, Cell, Tone } from '../../src/report/table';
import { createRowXml, headXml } from '../../src/report/xlsx-row';
import { allKinds } from './samples';

const styles = {
  head: [1, 1],
  data: [7, 7],
  tone: new Map<Tone, number>([['good', 9]]),
};

function cellXml(column: Column, cell: Cell, zone = 'Europe/Berlin'): string {
  const xml = createRowXml([column], styles, zone)(5, [cell], rowTexts([column], [cell]));
  return xml.replace(/^<row r="5">/, '').replace(/<\/row>$/, '');
}

const kind = (name: string): Column =>
  allKinds.find((column) => column.kind === name) ?? { key: '', label: '', kind: 'text' };

describe('a cell of a workbook', () => {
  it('is text of its own, never a formula, never a number', () => {
    expect(cellXml(kind('text'), '=1+1')).toBe('<c r="A5" s="7" t="inlineStr"><is><t>=1+1</t></is></c>');
    expect(cellXml(kind('id'), '00123')).toBe('<c r="A5" s="7" t="inlineStr"><is><t>00123</t></is></c>');
  });

  it('keeps the blanks at its ends', () => {
    expect(cellXml(kind('text'), ' a')).toContain('<t xml:space="preserve"> a</t>');
  });

  it('is empty with its look when there is nothing', () => {
    for (const column of allKinds) expect(cellXml(column, null)).toBe('<c r="A5" s="7"/>');
  });

  it('is a day number in the zone of the report, before and after the clock change', () => {
    expect(cellXml(kind('datetime'), '2026-03-29 00:00:00.000000')).toContain('<v>46110.041666667</v>');
    expect(cellXml(kind('datetime'), '2026-03-29 22:00:00.000000')).toContain('<v>46111</v>');
    expect(cellXml(kind('datetime'), new Date('2026-03-29T22:00:00Z'))).toContain('<v>46111</v>');
    expect(cellXml(kind('date'), '2026-03-30')).toContain('<v>46111</v>');
  });

  it('is text when a spreadsheet has no number for the day', () => {
    expect(cellXml(kind('date'), '1900-02-28')).toContain('<t>1900-02-28</t>');
    expect(cellXml(kind('date'), 'soon')).toContain('<t>soon</t>');
    expect(cellXml(kind('datetime'), '1815-06-18 12:00:00', 'UTC')).toContain('<t>1815-06-18T12:00:00.000Z</t>');
  });

  it('is a figure, a share, or Yes and No', () => {
    expect(cellXml(kind('number'), -3)).toBe('<c r="A5" s="7"><v>-3</v></c>');
    expect(cellXml(kind('share'), 0.125)).toBe('<c r="A5" s="7"><v>0.125</v></c>');
    expect(cellXml(kind('number'), Number.POSITIVE_INFINITY)).toBe('<c r="A5" s="7"/>');
    expect([cellXml(kind('boolean'), true), cellXml(kind('boolean'), false)].join()).toMatch(/>Yes<.*>No</);
  });

  it('is tinted by its value', () => {
    expect(cellXml(kind('tag'), 'Using Enpass')).toContain('s="9"');
    expect(cellXml(kind('tag'), 'No License')).toContain('s="7"');
  });
});

describe('the head', () => {
  it('names the zone where times stand', () => {
    const xml = headXml([kind('name'), kind('datetime')], styles, 'Europe/Berlin');

    expect(xml).toContain('<t>Name</t>');
    expect(xml).toContain('<t>Used (Europe/Berlin)</t>');
  });
});
