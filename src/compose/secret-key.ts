// The key that seals stored secrets and signs links: SECRET_KEY, or made once and kept in DATA_DIR.
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The configured key, else the one of DATA_DIR/secret.key, made on the first start with mode 0600. */
export function loadSecretKey(configured: string | undefined, dataDir: string): string {
  if (configured !== undefined) return configured;
  const path = join(dataDir, 'secret.key');
  if (!existsSync(path)) make(path, dataDir);
  return readFileSync(path, 'utf8').trim();
}

/** Web and worker may start at once: whoever links its file first wins, the other reads it. */
function make(path: string, dataDir: string): void {
  mkdirSync(dataDir, { recursive: true });
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  try {
    linkSync(mine, path);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  } finally {
    rmSync(mine);
  }
}
