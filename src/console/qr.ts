// A text as a QR picture: the path of an SVG, dark modules as squares of 1. Pure; called by profile-view.ts.
import createCode from 'qrcode-generator';

/** The drawing: `size` units a side, the quiet zone of 4 included. */
export interface QrPicture {
  readonly size: number;
  readonly path: string;
}

const quiet = 4;

/** Medium error correction; neighbors in a row become one bar. Source: ISO/IEC 18004 (quiet zone of four modules). */
export function qrPicture(text: string): QrPicture {
  const code = createCode(0, 'M');
  code.addData(text, 'Byte');
  code.make();
  const count = code.getModuleCount();
  const bars: string[] = [];
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count;) {
      let length = 0;
      while (column + length < count && code.isDark(row, column + length)) length += 1;
      if (length > 0) bars.push(`M${column + quiet} ${row + quiet}h${length}v1h-${length}z`);
      column += Math.max(length, 1);
    }
  }
  return { size: count + 2 * quiet, path: bars.join('') };
}
