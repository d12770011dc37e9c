// Each requirement of SCIM, S1 to S36, has a test that names it, so that nobody has to look for the proof. What is measured at
// full size is named by a file of bench.
import { parseSync } from '@swc/core';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './support/source';

const requirements = Array.from({ length: 36 }, (_, no) => `S${no + 1}`);
/** At full size these run in `npm run bench`, beside a short form here or instead of one. */
const measured = ['S6', 'S10', 'S15', 'S16', 'S25', 'S26', 'S27', 'S32'];

interface Node {
  readonly type?: string;
  readonly [key: string]: unknown;
}

function filesIn(folder: string, ending: RegExp): string[] {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && ending.test(entry.name));
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}

const namesIn = (text: string): string[] => text.match(/\bS\d{1,2}\b/g) ?? [];

/** The titles of tests and of their groups, tables of tests among them: the first words handed to `describe`, `it` or `test`. */
function titlesIn(text: string): string[] {
  const titles: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const title = titleOf(node as Node);
    if (title !== undefined) titles.push(title);
    Object.values(node).forEach(visit);
  };
  visit(parseSync(text, { syntax: 'typescript', target: 'es2022' }).body);
  return titles;
}

function titleOf(node: Node): string | undefined {
  if (node.type !== 'CallExpression' || !['describe', 'it', 'test'].includes(calledName(node))) return undefined;
  const [first] = node['arguments'] as { expression: Node }[];
  const { expression } = first ?? {};
  if (expression?.type === 'StringLiteral') return expression['value'] as string;
  if (expression?.type !== 'TemplateLiteral') return undefined;
  return (expression['quasis'] as { cooked: string }[]).map(({ cooked }) => cooked).join('…');
}

/** `it` of `it(…)`, `it.each(…)(…)` and `it.prop(…)(…)`. */
function calledName(node: Node): string {
  const inner = (node['callee'] ?? node['object'] ?? node['tag']) as Node | undefined;
  return inner === undefined ? (node['value'] as string) : calledName(inner);
}

describe('the requirements of SCIM', () => {
  const tested = new Set(
    filesIn('test', /\.test\.ts$/)
      .flatMap(titlesIn)
      .flatMap(namesIn),
  );
  const benched = new Set(filesIn('bench', /\.js$/).flatMap(namesIn));

  it('are each named by the title of a test, or by the bench that measures them', () => {
    const isNamed = (name: string) => tested.has(name) || (measured.includes(name) && benched.has(name));

    expect(requirements.filter((name) => !isNamed(name))).toEqual([]);
  });

  it('that are measured at full size are named by a bench', () => {
    expect(measured.filter((name) => !benched.has(name))).toEqual([]);
  });

  it('are the only ones that are named', () => {
    expect([...tested, ...benched].filter((name) => !requirements.includes(name))).toEqual([]);
  });
});
