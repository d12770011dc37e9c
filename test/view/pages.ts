// An engine over templates that a test writes down, for the suites of this folder.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createEngine, type Engine } from '../../src/view/engine';

/** Makes an engine of `pages/...` and `partials/...`; the folder is gone as soon as it is read. */
export function engineOf(files: Record<string, string>, prepare?: (source: string) => string): Engine {
  const root = mkdtempSync(join(tmpdir(), 'uptake-engine-'));
  try {
    mkdirSync(join(root, 'partials'), { recursive: true });
    for (const [name, source] of Object.entries({ 'pages/layout.hbs': '{{{body}}}', ...files })) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), source);
    }
    const folders = { folder: join(root, 'pages'), partialsFolder: join(root, 'partials') };
    return createEngine(prepare ? { ...folders, prepare } : folders);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** One page of that source over that model. */
export function page(source: string, model: object): string {
  return engineOf({ 'pages/page.hbs': source }).render('page', model);
}
