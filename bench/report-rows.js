// @ts-check
// Rows of the user list, made from their number alone: the same in every run, with text of a usual length, clock times
// spread over a year, empty cells and a few signs that must be escaped. Called by the cases of the report bench.
'use strict';

const statuses = ['No License', 'Pending User Action', 'Using Enpass'];
const stages = ['activation', 'app_setup', 'usage', 'using'];
const day = (/** @type {number} */ number) => `2025-${two(1 + (number % 12))}-${two(1 + (number % 28))}`;
const two = (/** @type {number} */ number) => (number < 10 ? `0${number}` : `${number}`);
const at = (/** @type {number} */ number) =>
  `${day(number)} ${two(number % 24)}:${two(number % 60)}:${two((number * 7) % 60)}.123456`;

/** @param {number} number */
function userRow(number) {
  const isLicensed = number % 3 !== 0;
  const isUsing = number % 3 === 2;
  return [
    `0190a1b2-c3d4-7e5f-8a9b-${String(number).padStart(12, '0')}`,
    `Person Number ${number}`,
    `person.${number}@example.com`,
    'scim',
    number % 4 === 0 ? 'Sales, Marketing & <Field>' : 'Research',
    `Department ${number % 40}`,
    `manager.${number % 100}@example.com`,
    number % 19 === 0 ? 'deactivated' : 'enabled',
    isLicensed ? 'APP' : null,
    isLicensed ? at(number) : null,
    statuses[number % 3] ?? null,
    isLicensed ? (stages[number % 4] ?? null) : null,
    isLicensed ? at(number + 1) : null,
    isLicensed ? at(number + 2) : null,
    isUsing ? at(number + 3) : null,
    isUsing ? at(number + 4) : null,
    null,
    isUsing ? at(number + 5) : null,
    isUsing ? 'active' : null,
    isUsing ? number % 5 === 0 : null,
    'never',
    number % 4,
    number % 6,
    isLicensed ? at(number + 6) : null,
  ];
}

/**
 * Batches of 5,000, as the store's view gives them.
 * @param {number} count
 */
async function* userRows(count) {
  for (let from = 0; from < count; from += 5000) {
    const length = Math.min(5000, count - from);
    yield Array.from({ length }, (_, index) => userRow(from + index));
  }
}

module.exports = { userRows };
