// @ts-check
// The static checks of `npm test`: format, types, lint. Called by bootstrap.js.
'use strict';
const path = require('node:path');
const { root, runVisibly } = require('./run.js');

/** Name, program, arguments; one after another, the first failure ends them. */
const checks = /** @type {const} */ ([
  ['format', 'prettier', ['--check', '--log-level', 'warn', '--cache', '.']],
  ['types', 'tsc', ['--noEmit', '-p', 'tsconfig.json']],
  ['types of the workflows', 'tsc', ['--noEmit', '-p', 'workflows/tsconfig.json']],
  ['types of the scripts', 'tsc', ['--noEmit', '-p', 'scripts/tsconfig.json']],
  ['lint', 'oxlint', ['--type-aware']],
]);

/**
 * @param {(line: string) => void} say
 * @returns {Promise<boolean>} false when a check failed; its own lines say where
 */
async function check(say) {
  for (const [name, program, args] of checks) {
    say(`Checking ${name} ...`);
    const code = await runVisibly(path.join(root, 'node_modules', '.bin', program), args);
    if (code !== 0) {
      say(`The check of ${name} failed; its lines are above.`);
      return false;
    }
  }
  return true;
}

module.exports = { check };
