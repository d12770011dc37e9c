// Reads a JSON body: type, encoding, size as sent and inflated, depth, characters. Once, without recursion.
// Called by routes that take a body, after token and rate.
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { AppError } from '../errors';

const maxSentBytes = 1_048_576;
const maxInflatedBytes = 5 * maxSentBytes;
const maxDepth = 32;
const maxNodes = 100_000;
const inflate = promisify(gunzip);

/**
 * The body as JSON. Equal keys: the last one counts.
 * @throws body.type, body.encoding, body.too_large, body.syntax, body.value
 */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  checkType(req);
  const encoding = (req.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip') throw new AppError('body.encoding');
  const sent = await collect(req);
  const bytes = encoding === 'gzip' ? await inflated(sent) : sent;
  if (!isUtf8(bytes)) throw new AppError('body.syntax');
  const text = bytes.toString('utf8');
  checkDepth(text);
  const body = parse(text);
  checkTexts(body);
  return body;
}

function checkType(req: IncomingMessage): void {
  const [type = '', ...parameters] = (req.headers['content-type'] ?? '').split(';', 20);
  const charset = parameters.map((it) => it.trim().toLowerCase()).find((it) => it.startsWith('charset='));
  const isUnicode = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  if (type.trim().toLowerCase() !== 'application/json' || !isUnicode)
    throw new AppError('body.type', { expected: 'application/json in UTF-8' });
}

function collect(req: IncomingMessage): Promise<Buffer> {
  const tooLarge = (): AppError => new AppError('body.too_large', { limit: '1 MiB' });
  if (Number(req.headers['content-length'] ?? 0) > maxSentBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxSentBytes) return void chunks.push(chunk);
      req.pause();
      reject(tooLarge());
    });
    req.on('end', () => resolve(Buffer.concat(chunks)));
    req.on('close', () => reject(new AppError('body.syntax')));
    req.on('error', (cause) => reject(new AppError('body.syntax', {}, { cause })));
  });
}

async function inflated(sent: Buffer): Promise<Buffer> {
  try {
    return await inflate(sent, { maxOutputLength: maxInflatedBytes });
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE')
      throw new AppError('body.too_large', { limit: '5 MiB when inflated' }, { cause });
    throw new AppError('body.syntax', {}, { cause });
  }
}

/** Measured on the text, so that no depth is ever built; each sign is looked at once. */
function checkDepth(text: string): void {
  let depth = 0;
  let nodes = 1;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '"') at = stringEnd(text, at);
    else if (sign === ']' || sign === '}') depth -= 1;
    else if (sign === ',') nodes += 1;
    else if (sign === '[' || sign === '{') {
      nodes += 1;
      depth += 1;
      if (depth > maxDepth) throw new AppError('body.value', { reason: 'The body is nested deeper than 32 levels.' });
    }
  }
  if (nodes > maxNodes) throw new AppError('body.value', { reason: 'The body holds more than 100,000 values.' });
}

/** Where the quote stands that ends a string; the end of the text when none does. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '"') return at;
    if (text[at] === '\\') at += 1;
  }
  return text.length;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('body.syntax', {}, { cause });
  }
}

/** Control characters but tab and line ends, halves of surrogate pairs, noncharacters. */
const unfit = /(?![\t\n\r\x7f])[\p{Cc}\p{Cs}\ufffe\uffff]/u;

function checkTexts(body: unknown): void {
  const open: unknown[] = [body];
  while (open.length > 0) {
    const node = open.pop();
    const texts =
      typeof node === 'string' ? [node] : typeof node === 'object' && node !== null ? Object.keys(node) : [];
    if (texts.some((text) => unfit.test(text)))
      throw new AppError('body.value', { reason: 'A text holds a control character or half of a surrogate pair.' });
    if (typeof node === 'object' && node !== null) for (const value of Object.values(node)) open.push(value);
  }
}
