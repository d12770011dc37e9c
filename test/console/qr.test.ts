// The QR picture: read back module by module, it is the code of the library.
import createCode from 'qrcode-generator';
import { qrPicture } from '../../src/console/qr';

const url = 'otpauth://totp/Uptake:ada%40example.com?issuer=Uptake&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&period=30';

describe('the QR picture', () => {
  test('paints exactly the dark modules, with a quiet zone of four', () => {
    const picture = qrPicture(url);
    const code = createCode(0, 'M');
    code.addData(url, 'Byte');
    code.make();

    const painted = new Set<string>();
    for (const [, x = '', y = '', length = ''] of picture.path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
      for (let i = 0; i < Number(length); i += 1) painted.add(`${Number(x) + i},${y}`);
    const dark = new Set<string>();
    for (let row = 0; row < code.getModuleCount(); row += 1)
      for (let column = 0; column < code.getModuleCount(); column += 1)
        if (code.isDark(row, column)) dark.add(`${column + 4},${row + 4}`);

    expect(picture.size).toBe(code.getModuleCount() + 8);
    expect(painted).toEqual(dark);
  });
});
