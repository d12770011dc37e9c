// The colors of the console: every pair that meets is measured by the WCAG formula, light and dark.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { inPackage } from '../../src/root';

const css = readFileSync(inPackage('templates', 'assets', 'console.css'), 'utf8');

type Tokens = ReadonlyMap<string, string>;

/** The colors, each named once for both: light first. */
const pairs = [...css.matchAll(/--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)];
const light: Tokens = new Map(pairs.map(([, name = '', color = '']) => [name, color]));
const dark: Tokens = new Map(pairs.map(([, name = '', , color = '']) => [name, color]));

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
  ['light', light],
  ['dark', dark],
])('the %s colors', (_, tokens) => {
  test.each(text)('%s can be read on %s', (one, other) => {
    expect(contrast(tokens, one, other)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(graphics)('%s can be seen on %s', (one, other) => {
    expect(contrast(tokens, one, other)).toBeGreaterThanOrEqual(3);
  });
});

test('each color is there for both, and what the page asks for decides which', () => {
  const schemeOf = (selector: string) => css.slice(css.indexOf(`${selector} {`)).match(/color-scheme: ([a-z ]+);/)?.[1];

  const schemes = [':root', ":root[data-theme='dark']", ":root[data-theme='auto']"].map(schemeOf);

  expect(pairs).toHaveLength(31);
  expect(schemes).toEqual(['light', 'dark', 'light dark']);
});

test('the page is light enough: style and script stay within their weight', () => {
  const script = readFileSync(inPackage('templates', 'assets', 'console.js'));

  expect(gzipSync(css).length).toBeLessThan(12 * 1024);
  expect(gzipSync(script).length).toBeLessThan(8 * 1024);
});
