// What a body may be: type, encoding, size, depth, characters. Reads it once, over Node's own request, without inflating
// and without recursion. Called by both doors after the token was checked. Source: safety of bodies, B3 and B4.
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { AppError } from '../errors';
import { type BodyLimits, collectBody, isFitText, measureJson } from '../request-body';

/** Bytes a body has at most; ServiceProviderConfig says so. */
export const maxBytes = 1_048_576;
const maxDepth = 32;
const maxValues = 100_000;
const limits: BodyLimits = {
  maxBytes,
  tooLarge: () =>
    new AppError('body.too_large', { limit: '1 MiB; create the resource first and add the rest by PATCH' }),
  cutShort: (cause) => new AppError('body.shape', { reason: 'The body ended early.' }, { cause }),
};
const mediaTypes = new Set(['application/scim+json', 'application/json']);
const charsets = new Set(['', 'utf-8', 'utf8', 'us-ascii']);
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** Whether the request announces a body that has not arrived whole. */
export function hasPendingBody(req: IncomingMessage): boolean {
  const announced = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
  return announced && !req.complete;
}

/**
 * Reads and checks a JSON body.
 * @throws body.type, body.encoding, body.too_large, body.syntax, body.shape
 */
export async function readBody(req: IncomingMessage): Promise<unknown> {
  checkHeaders(req);
  const bytes = await collectBody(req, limits);
  if (!isUtf8(bytes)) throw new AppError('body.shape', { reason: 'The body is not UTF-8.' });
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const keys = keysOf(text);
  const body = parse(text);
  if (walk(body) !== keys) throw twice();
  return body;
}

function twice(): AppError {
  return new AppError('body.shape', {
    reason: 'An object of the body has a key twice; the case of letters does not count.',
  });
}

function checkHeaders(req: IncomingMessage): void {
  const encoding = req.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && encoding !== '') throw new AppError('body.encoding');
  const [type = '', ...parameters] = (req.headers['content-type'] ?? 'application/json').split(';');
  const charset = parameters.map((it) => it.trim().toLowerCase()).find((it) => it.startsWith('charset='));
  const isText = charsets.has((charset ?? '').replace('charset=', '').replaceAll('"', ''));
  if (!mediaTypes.has(type.trim().toLowerCase()) || !isText) {
    throw new AppError('body.type', { expected: 'application/scim+json or application/json, in UTF-8' });
  }
}

/** The number of keys of a body that is not too deep and not too full. */
function keysOf(text: string): number {
  const { depth, values, keys } = measureJson(text);
  if (depth > maxDepth) throw new AppError('body.shape', { reason: 'The body is nested deeper than 32 levels.' });
  if (values > maxValues) throw new AppError('body.shape', { reason: 'The body holds more than 100,000 values.' });
  return keys;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('body.syntax', {}, { cause: error });
  }
}

/**
 * Checks every text and key, names in any case; answers the number of keys, so that a key given twice shows.
 * Source: RFC 7643 2.1.
 */
function walk(body: unknown): number {
  const open: unknown[] = [body];
  let keys = 0;
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node === 'string') checkText(node);
    if (typeof node === 'number' && !Number.isFinite(node)) {
      throw new AppError('body.shape', { reason: 'A number of the body is too large.' });
    }
    if (typeof node !== 'object' || node === null) continue;
    if (Array.isArray(node)) {
      for (const item of node as unknown[]) open.push(item);
      continue;
    }
    const entries = Object.entries(node);
    if (entries.length > 1 && new Set(entries.map(([key]) => key.toLowerCase())).size < entries.length) throw twice();
    for (const [key, value] of entries) {
      if (forbiddenKeys.has(key)) throw new AppError('body.shape', { reason: `The key "${key}" is not allowed.` });
      checkText(key);
      keys += 1;
      open.push(value);
    }
  }
  return keys;
}

function checkText(text: string): void {
  if (isFitText(text)) return;
  throw new AppError('body.value', { reason: 'A text of the body holds a control character or a lone surrogate.' });
}
