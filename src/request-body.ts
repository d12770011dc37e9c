// What each reader of a request body needs, whoever answers for it: the bytes up to a limit, a measure of JSON before it is
// parsed, and which texts are fit to be kept. Nothing recurses, nothing is built beyond the limit. Called by api and scim.
import type { IncomingMessage } from 'node:http';

/** How a body is collected. */
export interface BodyLimits {
  readonly maxBytes: number;
  /** Made when there are more bytes than that, announced or sent. */
  readonly tooLarge: () => Error;
  /** Made when the connection ends before the body does. */
  readonly cutShort: (cause?: Error) => Error;
}

/** What a JSON text holds. */
export interface JsonMeasure {
  /** Levels of arrays and objects. */
  readonly depth: number;
  /** Values; an empty array or object counts twice. */
  readonly values: number;
  /** Keys; one given twice counts twice. */
  readonly keys: number;
}

/** Reads all bytes. A body beyond the limit stops flowing; the rest of it is not read. @throws what the limits make */
export function collectBody(req: IncomingMessage, { maxBytes, tooLarge, cutShort }: BodyLimits): Promise<Buffer> {
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) return void chunks.push(chunk);
      req.pause();
      reject(tooLarge());
    });
    req.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    req.on('error', (cause) => reject(cutShort(cause)));
    // Every request closes; an error is made, with its stack, only for one that has not ended.
    req.on('close', () => void (req.readableEnded || reject(cutShort())));
  });
}

const quote = 0x22;
const backslash = 0x5c;

/** Looks at each sign of a JSON text once, so that no depth is ever built; a text that is no JSON has a measure too. */
export function measureJson(text: string): JsonMeasure {
  let [level, depth, values, keys] = [0, 0, 1, 0];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === quote) at = stringEnd(text, at);
    else if (unit === 0x3a) keys += 1;
    else if (unit === 0x2c) values += 1;
    else if (unit === 0x7b || unit === 0x5b) {
      values += 1;
      level += 1;
      if (level > depth) depth = level;
    } else if (unit === 0x7d || unit === 0x5d) level -= 1;
  }
  return { depth, values, keys };
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

/** Whether a text holds no control character but tab and line ends, no noncharacter and no half of a surrogate pair. */
export function isFitText(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x20 && unit < 0x80) continue;
    if (isSurrogate(unit)) {
      if (unit >= 0xdc00 || !isLow(text.charCodeAt(at + 1))) return false;
      at += 1;
    } else if (isControl(unit) || unit >= 0xfffe) return false;
  }
  return true;
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
