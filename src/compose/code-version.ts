// The version of this program, as summaries and manifests name it.
import { readFileSync } from 'node:fs';
import { inPackage } from '../root';

/** The version in package.json. */
export function codeVersion(): string {
  const { version } = JSON.parse(readFileSync(inPackage('package.json'), 'utf8')) as { version: string };
  return version;
}
