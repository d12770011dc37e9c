// Writes a zip archive as a stream; long parts are deflated in parallel blocks on the libuv pool, in order.
// Called by xlsx.ts. The same content gives the same bytes: times are fixed, blocks are cut by length alone.
import { crc32, constants, deflateRaw } from 'node:zlib';
import { AppError } from '../errors';
import type { Sink } from './sink';

/** One open part of an archive. */
export interface ZipPart {
  /** Adds text; a promise to await before the next call, when enough has gathered. */
  write(text: string): Promise<void> | undefined;
  /** Closes the part. */
  end(): Promise<void>;
}

/** An archive being written; one part at a time. */
export interface Zip {
  /** Adds a small part at once. */
  add(name: string, content: Uint8Array): Promise<void>;
  /** Opens a part of unknown length. */
  open(name: string): Promise<ZipPart>;
  /** Writes the directory; the sink stays open. */
  finish(): Promise<void>;
}

interface Entry {
  readonly name: Buffer;
  readonly offset: number;
  readonly flags: number;
  crc: number;
  packedBytes: number;
  plainBytes: number;
}

const blockCharacters = 128 * 1024;
const mostInFlight = 8;
const lastBlock = Buffer.from([0x03, 0x00]);
const sizesFollow = 0x0008;

/** How an archive is packed. */
export interface ZipOptions {
  /** 1 (fast, downloads) to 9; 6 for kept files. */
  readonly level: number;
  /** Most bytes of a part and of the archive: what 32 bits can say; a test may lower it. */
  readonly mostBytes?: number;
}

/**
 * Starts an archive. Source: PKWARE APPNOTE 4.3 (32-bit sizes), RFC 1951.
 * @throws report.too_large when a part or the archive passes 4 GiB
 */
export function createZip(sink: Sink, { level, mostBytes = 0xffff_ffff }: ZipOptions): Zip {
  const entries: Entry[] = [];
  let writtenBytes = 0;
  const put = async (bytes: Uint8Array): Promise<void> => {
    writtenBytes += bytes.length;
    refuseAbove(mostBytes, writtenBytes);
    await sink.write(bytes);
  };
  const begin = (name: string, flags: number): Entry => {
    const entry = { name: Buffer.from(name), offset: writtenBytes, flags, crc: 0, packedBytes: 0, plainBytes: 0 };
    entries.push(entry);
    return entry;
  };
  return {
    add: async (name, content) => {
      const packed = await deflate(content, level, constants.Z_FINISH);
      const entry = begin(name, 0);
      Object.assign(entry, { crc: crc32(content), packedBytes: packed.length, plainBytes: content.length });
      await put(localHeader(entry));
      await put(packed);
    },
    open: async (name) => {
      const entry = begin(name, sizesFollow);
      await put(localHeader(entry));
      return createPart(entry, put, (plainBytes) => refuseAbove(mostBytes, plainBytes), level);
    },
    finish: async () => {
      const directoryAt = writtenBytes;
      for (const entry of entries) await put(directoryHeader(entry));
      await put(endOfDirectory(entries.length, writtenBytes - directoryAt, directoryAt));
    },
  };
}

function createPart(
  entry: Entry,
  put: (bytes: Uint8Array) => Promise<void>,
  refuse: (bytes: number) => void,
  level: number,
): ZipPart {
  const inFlight: Promise<Buffer>[] = [];
  let gathered = '';
  const putUntil = async (left: number): Promise<void> => {
    while (inFlight.length > left) {
      const packed = (await inFlight.shift()) ?? lastBlock;
      entry.packedBytes += packed.length;
      await put(packed);
    }
  };
  const startBlock = (): void => {
    const plain = Buffer.from(gathered, 'utf8');
    gathered = '';
    entry.crc = crc32(plain, entry.crc);
    entry.plainBytes += plain.length;
    refuse(entry.plainBytes);
    const packed = deflate(plain, level, constants.Z_SYNC_FLUSH);
    // A failure is met in order by putUntil; until then it must not count as unhandled.
    packed.catch(() => undefined);
    inFlight.push(packed);
  };
  return {
    write: (text) => {
      gathered += text;
      if (gathered.length < blockCharacters) return undefined;
      startBlock();
      return putUntil(mostInFlight - 1);
    },
    end: async () => {
      if (gathered !== '') startBlock();
      inFlight.push(Promise.resolve(lastBlock));
      await putUntil(0);
      await put(sizes(entry));
    },
  };
}

function deflate(plain: Uint8Array, level: number, finishFlush: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    deflateRaw(plain, { level, finishFlush }, (error, packed) => (error ? reject(error) : resolve(packed)));
  });
}

function refuseAbove(mostBytes: number, bytes: number): void {
  if (bytes > mostBytes) throw new AppError('report.too_large', { limit: '4 GiB' });
}

// Midnight of 1 January 1980, the archive format's zero: a retry must give the same bytes.
const fixedTime = [0x0000, 0x0021] as const;
const deflated = 8;
const version = 20;

function localHeader(entry: Entry): Buffer {
  const fields = Buffer.alloc(30);
  fields.writeUInt32LE(0x0403_4b50, 0);
  [version, entry.flags, deflated, ...fixedTime].forEach((value, index) => fields.writeUInt16LE(value, 4 + 2 * index));
  writeSizes(fields, 14, entry);
  fields.writeUInt16LE(entry.name.length, 26);
  return Buffer.concat([fields, entry.name]);
}

function sizes(entry: Entry): Buffer {
  const fields = Buffer.alloc(16);
  fields.writeUInt32LE(0x0807_4b50, 0);
  writeSizes(fields, 4, entry);
  return fields;
}

function directoryHeader(entry: Entry): Buffer {
  const fields = Buffer.alloc(46);
  fields.writeUInt32LE(0x0201_4b50, 0);
  const words = [version, version, entry.flags, deflated, ...fixedTime];
  words.forEach((value, index) => fields.writeUInt16LE(value, 4 + 2 * index));
  writeSizes(fields, 16, entry);
  fields.writeUInt16LE(entry.name.length, 28);
  fields.writeUInt32LE(entry.offset, 42);
  return Buffer.concat([fields, entry.name]);
}

function writeSizes(fields: Buffer, at: number, { crc, packedBytes, plainBytes }: Entry): void {
  fields.writeUInt32LE(crc, at);
  fields.writeUInt32LE(packedBytes, at + 4);
  fields.writeUInt32LE(plainBytes, at + 8);
}

function endOfDirectory(entries: number, bytes: number, at: number): Buffer {
  const fields = Buffer.alloc(22);
  fields.writeUInt32LE(0x0605_4b50, 0);
  fields.writeUInt16LE(entries, 8);
  fields.writeUInt16LE(entries, 10);
  fields.writeUInt32LE(bytes, 12);
  fields.writeUInt32LE(at, 16);
  return fields;
}
