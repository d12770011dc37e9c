// @ts-check
// npm run soak [-- kills | bodies | filters …] [--kills 200] [--bodies 10000] [--filters 10000] [--seed N]: the long forms of
// suites that npm test runs in short. They read the counts from SOAK_… (test/support/soak.ts).
'use strict';
const { spawn } = require('node:child_process');
const path = require('node:path');
const { parseArgs } = require('node:util');

/** Name -> the usual count, and the suites that read it. */
const parts = /** @type {Record<string, { count: number, suites: string[] }>} */ ({
  kills: { count: 200, suites: ['test/journeys/scim-killed'] },
  bodies: { count: 10_000, suites: ['test/scim/generated-patches', 'test/scim/generated-group-patches'] },
  filters: { count: 10_000, suites: ['test/scim/generated-filters'] },
});

function readArguments() {
  const text = /** @type {const} */ ({ type: 'string' });
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { kills: text, bodies: text, filters: text, seed: text },
  });
  const counts = Object.entries(values).map(([name, value]) => [name, Number(value)]);
  const isSound = counts.every(([, count]) => Number.isInteger(count) && Number(count) > 0);
  if (!isSound || positionals.some((name) => parts[name] === undefined)) {
    const flags = '[--kills 200] [--bodies 10000] [--filters 10000] [--seed N]';
    process.stderr.write(`usage: npm run soak -- [${Object.keys(parts).join(' | ')}] ${flags}\n`);
    process.exit(2);
  }
  const names = positionals.length > 0 ? positionals : Object.keys(parts);
  return { names, counts: Object.fromEntries(counts) };
}

function main() {
  const { names, counts } = readArguments();
  const environment = { ...process.env };
  for (const name of names) environment[`SOAK_${name.toUpperCase()}`] = String(counts[name] ?? parts[name]?.count);
  if (counts['seed'] !== undefined) environment['SOAK_SEED'] = String(counts['seed']);
  const suites = names.flatMap((name) => parts[name]?.suites ?? []);
  const script = path.join(__dirname, '..', 'scripts', 'bootstrap.js');
  const args = ['--disable-proto=delete', script, 'test', '--runInBand', ...suites];
  const child = spawn(process.execPath, args, { stdio: 'inherit', env: environment });
  child.on('exit', (code) => (process.exitCode = code ?? 1));
}

main();
