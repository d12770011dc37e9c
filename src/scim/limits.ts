// What a body may be: type, encoding, size, depth, characters. Reads it once, over Node's own request, without inflating
// and without recursion. Called by both doors after the token was checked. Source: safety of bodies, B3 and B4.
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { AppError } from '../errors';
import { measure } from './json-measure';

/** Bytes a body has at most; ServiceProviderConfig says so. */
export const maxBytes = 1_048_576;
const tooLarge = '1 MiB; create the resource first and add the rest by PATCH';
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
  const bytes = await collect(req);
  if (!isUtf8(bytes)) throw new AppError('body.shape', { reason: 'The body is not UTF-8.' });
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const { keys } = measure(text);
  const body = parse(text);
  if (walk(body) !== keys) throw new AppError('body.shape', { reason: 'An object of the body has a key twice.' });
  return body;
}

function checkHeaders(req: IncomingMessage): void {
  const encoding = req.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && encoding !== '') throw new AppError('body.encoding');
  const [type = '', ...parameters] = (req.headers['content-type'] ?? 'application/json').split(';', 20);
  const charset = parameters.map((it) => it.trim().toLowerCase()).find((it) => it.startsWith('charset='));
  const isText = charsets.has((charset ?? '').replace('charset=', '').replaceAll('"', ''));
  if (!mediaTypes.has(type.trim().toLowerCase()) || !isText) {
    throw new AppError('body.type', { expected: 'application/scim+json or application/json, in UTF-8' });
  }
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw new AppError('body.too_large', { limit: tooLarge });
}

function collect(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else {
        req.pause();
        reject(new AppError('body.too_large', { limit: tooLarge }));
      }
    });
    req.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    // Every request closes; an error is made, with its stack, only for one that has not ended.
    const cut = (): void => {
      if (!req.readableEnded) reject(new AppError('body.shape', { reason: 'The body ended early.' }));
    };
    req.on('error', cut);
    req.on('close', cut);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('body.syntax', {}, { cause: error });
  }
}

/** Checks every text and key; answers the number of keys, so that a key given twice shows. */
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
    for (const [key, value] of Object.entries(node)) {
      if (forbiddenKeys.has(key)) throw new AppError('body.shape', { reason: `The key "${key}" is not allowed.` });
      checkText(key);
      keys += 1;
      open.push(value);
    }
  }
  return keys;
}

/** No control characters but tab and line ends, no noncharacters, no half of a surrogate pair. */
function checkText(text: string): void {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x20 && unit < 0x80) continue;
    if (isSurrogate(unit)) {
      if (unit >= 0xdc00 || !isLow(text.charCodeAt(at + 1))) throw unfit();
      at += 1;
    } else if (isControl(unit) || unit >= 0xfffe) throw unfit();
  }
}

function isControl(unit: number): boolean {
  return (unit < 0x20 && unit !== 0x09 && unit !== 0x0a && unit !== 0x0d) || (unit >= 0x80 && unit < 0xa0);
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function unfit(): AppError {
  return new AppError('body.value', { reason: 'A text of the body holds a control character or a lone surrogate.' });
}
