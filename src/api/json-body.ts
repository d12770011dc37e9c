// Reads a JSON body: type, encoding, size as sent and inflated, depth, characters. Once, without recursion.
// Called by routes that take a body, after token and rate.
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { AppError } from '../errors';
import { type BodyLimits, collectBody, isFitText, measureJson } from '../request-body';

const maxSentBytes = 1_048_576;
const maxInflatedBytes = 5 * maxSentBytes;
const maxDepth = 32;
const maxValues = 100_000;
const inflate = promisify(gunzip);
const limits: BodyLimits = {
  maxBytes: maxSentBytes,
  tooLarge: () => new AppError('body.too_large', { limit: '1 MiB' }),
  cutShort: (cause) => new AppError('body.syntax', {}, { cause }),
};

/**
 * The body as JSON. Equal keys: the last one counts.
 * @throws body.type, body.encoding, body.too_large, body.syntax, body.value
 */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  checkType(req);
  const encoding = (req.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip') throw new AppError('body.encoding');
  const sent = await collectBody(req, limits);
  const bytes = encoding === 'gzip' ? await inflated(sent) : sent;
  if (!isUtf8(bytes)) throw new AppError('body.syntax');
  const text = bytes.toString('utf8');
  checkSize(text);
  const body = parse(text);
  checkTexts(body);
  return body;
}

function checkType(req: IncomingMessage): void {
  const [type = '', ...parameters] = (req.headers['content-type'] ?? '').split(';');
  const charset = parameters.map((it) => it.trim().toLowerCase()).find((it) => it.startsWith('charset='));
  const isUnicode = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  if (type.trim().toLowerCase() !== 'application/json' || !isUnicode)
    throw new AppError('body.type', { expected: 'application/json in UTF-8' });
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

function checkSize(text: string): void {
  const { depth, values } = measureJson(text);
  if (depth > maxDepth) throw new AppError('body.value', { reason: 'The body is nested deeper than 32 levels.' });
  if (values > maxValues) throw new AppError('body.value', { reason: 'The body holds more than 100,000 values.' });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('body.syntax', {}, { cause });
  }
}

function checkTexts(body: unknown): void {
  const open: unknown[] = [body];
  while (open.length > 0) {
    const node = open.pop();
    const texts =
      typeof node === 'string' ? [node] : typeof node === 'object' && node !== null ? Object.keys(node) : [];
    if (!texts.every(isFitText))
      throw new AppError('body.value', { reason: 'A text holds a control character or half of a surrogate pair.' });
    if (typeof node === 'object' && node !== null) for (const value of Object.values(node)) open.push(value);
  }
}
