// What goes with a mail and what stays, by size.
import { encloseFiles, toAttachment } from '../../src/delivery/enclosure';
import type { ReportArtifact } from '../../src/domain/report';

const names = (files: readonly ReportArtifact[]) => files.map(({ fileName }) => fileName).join(', ');

describe('the enclosure', () => {
  const file = (fileName: string, sizeBytes: number): ReportArtifact => ({
    fileName,
    format: 'xlsx',
    sizeBytes,
    sha256: '',
    rows: 1,
    path: `/reports/${fileName}`,
  });
  const megabyte = 1024 * 1024;

  it.each([
    [[10], '0', ''],
    [[10.1], '', '0'],
    [[9, 9], '0, 1', ''],
    [[9, 9, 1], '0, 1', '2'],
    [[11, 9, 1], '1, 2', '0'],
  ])('of files of %p MB attaches %p and leaves %p', (sizes, attached, left) => {
    const enclosure = encloseFiles(sizes.map((size, index) => file(String(index), Math.round(size * megabyte))));

    expect([names(enclosure.attached), names(enclosure.leftInFolder)]).toEqual([attached, left]);
  });

  it('brings a file under its own name and by the type of its format', () => {
    expect(toAttachment(file('a.xlsx', 1))).toEqual({
      filename: 'a.xlsx',
      path: '/reports/a.xlsx',
      contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    });
  });
});
