// @ts-check
// dist/: compiled src and migrations, and the workflow bundle; built beside and swapped in as a whole, so that a file of
// an older source never stays and a running start never sees half. Called by bootstrap.js.
'use strict';
const { createHash } = require('node:crypto');
const {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs');
const path = require('node:path');
const { root, runVisibly } = require('./run.js');

const dist = path.join(root, 'dist');
const bundleName = 'workflow-bundle.js';
const sources = ['src', 'migrations', 'workflows', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
const bundleSources = ['workflows', 'scripts/build-workflows.js', 'package-lock.json'];

/**
 * Builds dist when it is missing or its sources have changed.
 * @param {(line: string) => void} say
 * @returns {Promise<boolean>} false when it did not compile; dist is then as it was
 */
async function build(say) {
  const stamp = fingerprint([...sources, ...bundleSources]);
  if (stampOf('.built') === stamp) return true;
  say('Building ...');
  const next = path.join(root, 'node_modules', '.cache', `uptake-build-${process.pid}`);
  rmSync(next, { recursive: true, force: true });
  mkdirSync(next, { recursive: true });
  try {
    if (!(await compile(next)) || !(await bundle(next, say))) {
      say('The build failed; its lines are above.');
      return false;
    }
    writeFileSync(path.join(next, '.built'), stamp);
    swapIn(next);
    return true;
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
}

/** @param {string} next */
async function compile(next) {
  const tsc = path.join(root, 'node_modules', '.bin', 'tsc');
  const args = ['-p', 'tsconfig.build.json', '--outDir', next, '--tsBuildInfoFile', path.join(next, '.tsbuildinfo')];
  return (await runVisibly(tsc, args, { stdout: 'stderr' })) === 0;
}

/**
 * The bundle takes seconds and the rest half of one: it is taken over while the workflows are as they were.
 * @param {string} next
 * @param {(line: string) => void} say
 */
async function bundle(next, say) {
  const stamp = fingerprint(bundleSources);
  const kept = path.join(dist, bundleName);
  if (stampOf('.bundled') === stamp && existsSync(kept)) cpSync(kept, path.join(next, bundleName));
  else {
    say('Bundling the workflows ...');
    const args = [path.join(root, 'scripts', 'build-workflows.js'), path.join(next, bundleName)];
    if ((await runVisibly(process.execPath, args, { stdout: 'stderr' })) !== 0) return false;
  }
  writeFileSync(path.join(next, '.bundled'), stamp);
  return true;
}

/** @param {string} next */
function swapIn(next) {
  const old = `${next}-old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(next, dist);
  rmSync(old, { recursive: true, force: true });
}

/** @param {string} name */
function stampOf(name) {
  const file = path.join(dist, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/**
 * Changes when a file is added, removed or written.
 * @param {readonly string[]} names files and folders of the package
 */
function fingerprint(names) {
  const hash = createHash('sha256');
  for (const file of names.flatMap((name) => filesOf(path.join(root, name)))) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/**
 * @param {string} name
 * @returns {string[]}
 */
function filesOf(name) {
  if (!existsSync(name)) return [];
  if (!statSync(name).isDirectory()) return [name];
  return readdirSync(name)
    .toSorted()
    .flatMap((entry) => filesOf(path.join(name, entry)));
}

module.exports = { build };
