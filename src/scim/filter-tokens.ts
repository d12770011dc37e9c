// Splits a filter into tokens, one pass over the text, no backtracking. Called by filter.ts alone.
import { AppError } from '../errors';

/** A sign, a quoted string (already unescaped) or a bare word; `at` is its index in the text. */
export interface Token {
  readonly kind: '(' | ')' | '[' | ']' | 'string' | 'word' | 'end';
  readonly text: string;
  readonly at: number;
}

/** Longest filter, in UTF-16 units. */
export const maxFilterLength = 2048;

const signs = new Set(['(', ')', '[', ']']);
const blanks = new Set([' ', '\t', '\n', '\r']);

/** @throws filter.invalid for a filter that is too long, or a string that does not end or is badly escaped */
export function tokenize(text: string): Token[] {
  if (text.length > maxFilterLength) {
    throw new AppError('filter.invalid', { reason: 'A filter is at most 2,048 characters long.' });
  }
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const sign = text[at] as string;
    if (blanks.has(sign)) {
      at += 1;
      continue;
    }
    const end = signs.has(sign) ? at + 1 : sign === '"' ? stringEnd(text, at) : wordEnd(text, at);
    const slice = text.slice(at, end);
    if (signs.has(sign)) tokens.push({ kind: sign as Token['kind'], text: sign, at });
    else if (sign === '"') tokens.push({ kind: 'string', text: unescape(slice), at });
    else tokens.push({ kind: 'word', text: slice, at });
    at = end;
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return tokens;
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  if (at >= text.length)
    throw new AppError('filter.invalid', { reason: `The string at position ${start + 1} does not end.` });
  return at + 1;
}

function wordEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && !signs.has(text[at] as string) && !blanks.has(text[at] as string) && text[at] !== '"')
    at += 1;
  return at;
}

/** Strings are JSON strings. Source: RFC 7644 3.4.2.2. */
function unescape(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch (error) {
    throw new AppError('filter.invalid', { reason: 'A string is not escaped as JSON strings are.' }, { cause: error });
  }
}
