// Measures JSON text before it is parsed: depth, values and keys, in one pass without recursion. Pure; called by limits.ts.
import { AppError } from '../errors';

const maxDepth = 32;
const maxNodes = 100_000;
const quote = 0x22;
const backslash = 0x5c;

/**
 * The number of keys that the text holds, those given twice counted twice.
 * @throws body.shape beyond 32 levels or 100,000 values
 */
export function measure(text: string): { readonly keys: number } {
  let depth = 0;
  let keys = 0;
  let nodes = 1;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === quote) at = stringEnd(text, at);
    else if (unit === 0x3a) keys += 1;
    else if (unit === 0x2c) nodes += 1;
    else if (unit === 0x7b || unit === 0x5b) {
      depth += 1;
      nodes += 1;
      if (depth > maxDepth) throw new AppError('body.shape', { reason: 'The body is nested deeper than 32 levels.' });
    } else if (unit === 0x7d || unit === 0x5d) depth -= 1;
  }
  if (nodes > maxNodes) throw new AppError('body.shape', { reason: 'The body holds more than 100,000 values.' });
  return { keys };
}

/** Index of the quote that ends the string, or the end of the text. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit === quote) return at;
    at += unit === backslash ? 2 : 1;
  }
  return at;
}
