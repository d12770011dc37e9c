// Direct dependencies: pinned exactly, documented with their license, and nothing in production below its safe floor.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './support/source';

interface Package {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly resolved?: string;
}

const read = <T>(...path: string[]): T => JSON.parse(readFileSync(join(root, ...path), 'utf8')) as T;
const manifest = read<{ dependencies: Record<string, string>; devDependencies: Record<string, string> }>(
  'package.json',
);
const lock = read<{ packages: Record<string, Package> }>('package-lock.json').packages;
const direct = { ...manifest.dependencies, ...manifest.devDependencies };

describe('direct dependencies', () => {
  it('are pinned to one version each', () => {
    const loose = Object.entries(direct).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));

    expect(loose).toEqual([]);
  });

  it('each have their line in docs/dependencies.md, with the license of the installed package', () => {
    const rows = [
      ...readFileSync(join(root, 'docs/dependencies.md'), 'utf8').matchAll(
        /^\| (@?[\w./-]+) \| ([\w.-]+) \| .+ \| .+ \|$/gm,
      ),
    ];

    const documented = rows
      .map(([, name, license]) => [name, license])
      .filter(([name]) => name !== 'package' && !/^-+$/.test(name ?? ''));

    const installed = Object.keys(direct).map((name) => [name, lock[`node_modules/${name}`]?.license]);
    expect(documented.toSorted()).toEqual(installed.toSorted());
  });
});

describe('the lock file', () => {
  it('holds no production package below its floor', () => {
    const floors = read<Record<string, string[]>>('security/floors.json');
    const below = Object.entries(lock).flatMap(([path, { version, dev }]) => {
      const name = path.replace(/^.*node_modules\//, '');
      const own = floors[name];
      return dev || own === undefined || isAtLeastOne(version, own) ? [] : [`${name} ${version} < ${own.join(' or ')}`];
    });

    expect(below).toEqual([]);
  });
});

/** Whether a version reaches the floor of its own major version, or stands above every floor. */
function isAtLeastOne(version: string, floors: readonly string[]): boolean {
  const own = floors.filter((floor) => floor.split('.')[0] === version.split('.')[0]);
  return (own.length > 0 ? own : floors).some((floor) => compare(version, floor) >= 0);
}

function compare(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let index = 0; index < 3; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
