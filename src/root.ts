// Where the package lies. The only path arithmetic of src: everything else gets finished paths.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

function findRoot(start: string): string {
  return existsSync(join(start, 'package.json')) ? start : findRoot(dirname(start));
}

const root = findRoot(__dirname);

/** A path inside the package folder. `@example inPackage('templates', 'mail')` */
export function inPackage(...parts: string[]): string {
  return join(root, ...parts);
}

/** A path inside the folder of compiled files, whether the caller runs compiled or not. */
export function inBuild(...parts: string[]): string {
  return join(root, 'dist', ...parts);
}
