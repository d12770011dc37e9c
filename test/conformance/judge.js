// @ts-check
// What a suite's results mean: passed, a failure that docs/scim.md explains, or a failure of ours. Called by run.js.
'use strict';

/**
 * One test of a suite. `id` names it, `message` says what it missed.
 * @typedef {{ id: string, outcome: 'passed' | 'failed' | 'skipped', message?: string }} Result
 * @typedef {{ suite: string, test: string | RegExp, why: string }} Allowed
 * @typedef {{ passed: string[], skipped: string[], allowed: string[], failed: string[], unseen: string[] }} Verdict
 */

const ownType = 'needs /TestResources, a type of the suite itself';

/** Every failure that is meant, and no others; docs/scim.md explains each. @type {readonly Allowed[]} */
const allowedFailures = [
  ...[
    'RFC7643-2.3.4-L521/integer_no_fraction',
    'RFC7643-2.3.6-L537/binary_base64_encoded',
    'RFC7643-2.3.7-L552/reference_is_uri',
    'RFC7643-2.3.8-L595/no_nested_complex',
    'RFC7643-3.3-L981/extension_container',
    'RFC7643-6-L1655/required_extension',
    'RFC7643-7-L1748/filter_case_exact',
  ].map((test) => ({ suite: 'scim2/test-suite', test, why: ownType })),
  {
    suite: 'scim2/test-suite',
    test: 'RFC7644-3.5.2.3-L2396/replace_value_path_no_target',
    why: 'what a filter names is made when it is not there (E9)',
  },
  {
    suite: 'scim2-tester',
    test: "check_remove_attribute: PATCH modify() did not remove attribute 'active'",
    why: 'removing active changes nobody’s state (E4)',
  },
  {
    suite: 'SCIMple',
    test: /^scimple-(16|17|23): members\.0\.display: [^;]*$/,
    why: 'display of a member is the person’s name here (E22)',
  },
];

/**
 * Sorts the results of one suite.
 * @param {string} suite
 * @param {readonly Result[]} results
 * @param {readonly Allowed[]} [allowed]
 * @returns {Verdict}
 */
function judge(suite, results, allowed = allowedFailures) {
  const own = allowed.filter((entry) => entry.suite === suite);
  const ids = (/** @type {Result['outcome']} */ outcome) =>
    results.filter((result) => result.outcome === outcome).map(({ id }) => id);
  const failures = results.filter(({ outcome }) => outcome === 'failed');
  const meant = failures.filter(({ id }) => own.some((entry) => names(entry, id)));
  return {
    passed: ids('passed'),
    skipped: ids('skipped'),
    allowed: meant.map(({ id }) => id),
    failed: failures.filter((it) => !meant.includes(it)).map(({ id, message }) => (message ? `${id}: ${message}` : id)),
    unseen: own.filter((entry) => !meant.some(({ id }) => names(entry, id))).map(({ test }) => String(test)),
  };
}

/** @param {Allowed} entry @param {string} id */
function names({ test }, id) {
  return typeof test === 'string' ? test === id : test.test(id);
}

/** Whether a suite has passed: it has said something, and nothing failed that is not meant. @param {Verdict} verdict */
function isGood({ passed, failed }) {
  return passed.length > 0 && failed.length === 0;
}

module.exports = { allowedFailures, isGood, judge };
