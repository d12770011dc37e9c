// Reads the project's own sources for the house rules: imports, functions, exports. Parsed by swc, never by regular expression.
import { parseSync } from '@swc/core';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** The project's folder. */
export const root = resolve(__dirname, '../..');

/** One function: its name where it has one, and its own lines, nested functions left out. */
export interface SourceFunction {
  readonly name: string;
  readonly line: number;
  readonly ownLines: number;
}

/** A parsed source file. */
export interface SourceFile {
  /** Path from the project's folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly string[];
  readonly functions: readonly SourceFunction[];
}

/** All TypeScript files below some folders of the project. */
export function sources(...folders: string[]): SourceFile[] {
  return folders.flatMap((folder) => walk(join(root, folder))).map(parse);
}

/** The file a relative import names, from the project's folder; undefined for a library. */
export function resolveImport(from: SourceFile, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return relative(root, resolve(root, dirname(from.path), specifier.replace(/\.(js|ts)$/, ''))).replaceAll('\\', '/');
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return walk(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

interface Node {
  readonly type?: string;
  readonly span?: { readonly start: number; readonly end: number };
  readonly [key: string]: unknown;
}

const functionTypes = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'MethodProperty',
  'GetterProperty',
]);

function parse(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const bytes = Buffer.from(text);
  const tree = parseSync(text, { syntax: 'typescript', target: 'es2022' }) as unknown as Node;
  // swc's positions are bytes over all files parsed so far; the program begins at its first token.
  const base = (tree.span?.start ?? 0) - firstToken(bytes);
  const lineAt = (position: number): number => count(bytes, position - base);
  const imports: string[] = [];
  const functions: SourceFunction[] = [];
  const visit = (node: Node, name: string): number => {
    collectImport(node, imports);
    const nested = children(node).reduce((sum, [key, child]) => sum + visit(child, nameOf(node, key, name)), 0);
    if (!functionTypes.has(node.type ?? '') || node.span === undefined) return nested;
    const size = lineAt(node.span.end) - lineAt(node.span.start) + 1;
    functions.push({ name: identifierOf(node) ?? name, line: lineAt(node.span.start), ownLines: size - nested });
    return size;
  };
  visit(tree, '');
  return {
    path: relative(root, path).replaceAll('\\', '/'),
    text,
    lines: text.trimEnd().split('\n').length,
    imports,
    functions,
  };
}

function firstToken(bytes: Buffer): number {
  const text = bytes.toString();
  const match = /^(?:\s+|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*/.exec(text);
  return Buffer.byteLength(match?.[0] ?? '');
}

function count(bytes: Buffer, end: number): number {
  let lines = 1;
  for (let index = bytes.indexOf(10); index !== -1 && index < end; index = bytes.indexOf(10, index + 1)) lines += 1;
  return lines;
}

function collectImport(node: Node, imports: string[]): void {
  const source = node['source'] as { value?: string } | undefined;
  if ((node.type === 'ImportDeclaration' || node.type?.startsWith('Export')) && source?.value !== undefined)
    imports.push(source.value);
  const callee = node['callee'] as { type?: string } | undefined;
  if (node.type === 'CallExpression' && callee?.type === 'Import') {
    const first = (node['arguments'] as { expression: { type: string; value?: string } }[])[0];
    if (first?.expression.type === 'StringLiteral' && first.expression.value !== undefined)
      imports.push(first.expression.value);
  }
}

function children(node: Node): [string, Node][] {
  return Object.entries(node).flatMap(([key, value]) => {
    const all = Array.isArray(value) ? (value as unknown[]) : [value];
    return all
      .filter((one): one is Node => typeof one === 'object' && one !== null)
      .map((one): [string, Node] => [key, one]);
  });
}

function identifierOf(node: Node): string | undefined {
  return (node['identifier'] as { value?: string } | undefined)?.value;
}

function nameOf(parent: Node, key: string, name: string): string {
  const named = (parent['id'] ?? (key === 'value' ? parent['key'] : undefined)) as { value?: string } | undefined;
  return named?.value ?? name;
}
