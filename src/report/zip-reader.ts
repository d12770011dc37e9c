// Reads a small zip archive that lies whole in memory. Called by xlsx-frame.ts for the book that exceljs makes.
import { inflateRawSync } from 'node:zlib';
import { AppError } from '../errors';

/** Part name -> content, in the order of the directory. Source: PKWARE APPNOTE 4.3. @throws bug when it is no archive */
export function readZip(archive: Buffer): Map<string, Buffer> {
  const end = archive.lastIndexOf(Buffer.from('PK\u0005\u0006'));
  if (end < 0) throw new AppError('bug', { reason: 'not a zip archive' });
  const parts = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const nameBytes = archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + nameBytes);
    parts.set(name, readPart(archive, at));
    at += 46 + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return parts;
}

function readPart(archive: Buffer, directoryAt: number): Buffer {
  const method = archive.readUInt16LE(directoryAt + 10);
  const packedBytes = archive.readUInt32LE(directoryAt + 20);
  const localAt = archive.readUInt32LE(directoryAt + 42);
  const from = localAt + 30 + archive.readUInt16LE(localAt + 26) + archive.readUInt16LE(localAt + 28);
  const packed = archive.subarray(from, from + packedBytes);
  return method === 0 ? packed : inflateRawSync(packed);
}
