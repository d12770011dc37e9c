// The colors of the console: every pair that meets is measured by the WCAG formula, light and dark, and dark is the same twice.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { inPackage } from '../../src/root';

const css = readFileSync(inPackage('templates', 'assets', 'console.css'), 'utf8');

type Tokens = ReadonlyMap<string, string>;

/** The custom properties of the block that begins with a selector. */
function tokensOf(selector: string): Tokens {
  const start = css.indexOf(selector);
  const block = css.slice(start, css.indexOf('}', start));
  return new Map(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(tokens: Tokens, one: string, other: string): number {
  const [a, b] = [luminance(tokens.get(one)!), luminance(tokens.get(other)!)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const grounds = ['page', 'surface', 'well'];
const text: [string, string][] = [
  ...grounds.flatMap((ground): [string, string][] => [
    ['text', ground],
    ['muted', ground],
    ['accent', ground],
  ]),
  ['text', 'tint'],
  ['accent', 'tint'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
  ['on-danger', 'danger'],
  ...['neutral', 'wait', 'good', 'bad', 'info'].map((tone): [string, string] => [`${tone}-fg`, `${tone}-bg`]),
  ['bad-fg', 'surface'],
  ['good-fg', 'surface'],
  ['wait-fg', 'surface'],
];
const graphics: [string, string][] = [
  ...grounds.map((ground): [string, string] => ['control', ground]),
  ...[1, 2, 3, 4].map((stage): [string, string] => [`stage-${stage}`, 'surface']),
  ['pending-line', 'pending-fill'],
  ['pending-line', 'surface'],
  ['active', 'well'],
  ['inactive', 'well'],
];

describe.each([
  ['light', ':root {'],
  ['dark', ':root[data-theme="dark"]'.replaceAll('"', css.includes('data-theme="dark"') ? '"' : "'")],
])('the %s colors', (_, selector) => {
  const tokens = tokensOf(selector);

  test.each(text)('%s can be read on %s', (one, other) => {
    expect(contrast(tokens, one, other)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(graphics)('%s can be seen on %s', (one, other) => {
    expect(contrast(tokens, one, other)).toBeGreaterThanOrEqual(3);
  });
});

test('dark by choice and dark by the system are the same', () => {
  const quote = css.includes('data-theme="dark"') ? '"' : "'";

  const chosen = tokensOf(`:root[data-theme=${quote}dark${quote}]`);
  const followed = tokensOf(`:root[data-theme=${quote}auto${quote}]`);

  expect(chosen.size).toBe(31);
  expect([...followed]).toEqual([...chosen]);
});

test('the page is light enough: style and script stay within their weight', () => {
  const script = readFileSync(inPackage('templates', 'assets', 'console.js'));

  expect(gzipSync(css).length).toBeLessThan(12 * 1024);
  expect(gzipSync(script).length).toBeLessThan(8 * 1024);
});
