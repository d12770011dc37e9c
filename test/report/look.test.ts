import { headStyle, toneNames, toneStyle, widthOf } from '../../src/report/look';

const luminance = (argb: string): number => {
  const [red = 0, green = 0, blue = 0] = [2, 4, 6]
    .map((at) => Number.parseInt(argb.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

// Source: WCAG 2.2, relative luminance and contrast ratio.
const contrast = (one: string, other: string): number => {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
};

describe('the look of a workbook', () => {
  it.each(toneNames)('can be read where it is tinted %s', (tone) => {
    const { font, fill } = toneStyle(tone);

    expect(contrast(font.color.argb, fill.fgColor.argb)).toBeGreaterThan(4.5);
  });

  it('has a head of white bold text on the accent', () => {
    const { font, fill, alignment } = headStyle({ key: 'name', label: 'Name', kind: 'name' });

    expect(font).toMatchObject({ bold: true, color: { argb: 'FFFFFFFF' } });
    expect(fill.fgColor.argb).toBe('FF1D56B8');
    expect(alignment.wrapText).toBe(true);
  });

  it('has a width for every kind', () => {
    expect(widthOf).toMatchObject({ id: 12, name: 28, email: 34, tag: 18, datetime: 18, number: 12 });
  });
});
