// Atomic files: what lies under its final name is complete. Called by report, mail (eml), api (bounces), embedded.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';

/**
 * Writes a file by a temporary name: write, fsync, rename, fsync of the folder. On any failure the temporary file is gone.
 * @param path final absolute path; its folder is made when missing
 * @param write fills the stream and ends it
 * @param beforeRename called once the bytes are safe and before the name is; a test may kill the process here
 */
export async function writeAtomically(
  path: string,
  write: (stream: WriteStream) => Promise<void>,
  beforeRename: () => Promise<void> = async () => undefined,
): Promise<void> {
  const temporary = `${path}.part`;
  await mkdir(dirname(path), { recursive: true });
  // The stream owns its descriptor: a FileHandle waits for its stream for ever once that does not close it by itself.
  const stream = createWriteStream(temporary, { mode: 0o600, flush: true });
  const closed = finished(stream);
  closed.catch(() => undefined);
  try {
    await write(stream);
    stream.end();
    await closed;
    await beforeRename();
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    stream.destroy();
    await closed.catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Writes a whole text or buffer atomically. */
export function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  return writeAtomically(
    path,
    (stream) =>
      new Promise((resolve, reject) => {
        stream.once('error', reject);
        stream.end(content, () => resolve());
      }),
  );
}

/** SHA-256 of a file, 64 hex characters. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
