import { Workbook } from 'exceljs';
import { readZip } from '../../src/report/zip-reader';

describe('the archive reader', () => {
  it('reads every part of a book that exceljs made', async () => {
    const book = new Workbook();
    book.addWorksheet('A').getCell(1, 1).value = 'hello';

    const parts = readZip(Buffer.from(await book.xlsx.writeBuffer()));

    expect([...parts.keys()]).toEqual(expect.arrayContaining(['[Content_Types].xml', 'xl/worksheets/sheet1.xml']));
    expect(parts.get('xl/sharedStrings.xml')?.toString()).toContain('hello');
  });

  it('refuses what is no archive', () => {
    expect(() => readZip(Buffer.from('hello'))).toThrow(expect.objectContaining({ code: 'bug' }));
  });
});
