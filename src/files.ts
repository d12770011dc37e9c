// Atomic files: what lies under its final name is complete. Called by report, mail (eml), embedded, the doctor.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { isAlive } from './liveness';

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
  const temporary = `${path}.${owner()}.part`;
  await mkdir(dirname(path), { recursive: true });
  await sweep(path);
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

/** A part that nobody has written to for a day belongs to nobody. */
const staleMs = 86_400_000;
let parts = 0;

/** Names this writer: two of them, in one process or two, never share a temporary file. */
function owner(): string {
  parts += 1;
  return `${host()}-${process.pid}-${parts}`;
}

function host(): string {
  return (
    hostname()
      .replaceAll(/[^A-Za-z0-9]/g, '')
      .slice(0, 32) || 'host'
  );
}

/** Removes what writers of the same file left behind when they were killed: on this machine by their process, else by age. */
async function sweep(path: string): Promise<void> {
  const [folder, prefix] = [dirname(path), `${basename(path)}.`];
  for (const name of await readdir(folder)) {
    const match = name.startsWith(prefix) ? /^([A-Za-z0-9]+)-(\d+)-\d+\.part$/.exec(name.slice(prefix.length)) : null;
    if (match !== null && (await isLeft(join(folder, name), match[1] ?? '', Number(match[2]))))
      await rm(join(folder, name), { force: true });
  }
}

async function isLeft(path: string, writer: string, pid: number): Promise<boolean> {
  if (writer === host()) return pid !== process.pid && !isAlive(pid);
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > staleMs;
}
