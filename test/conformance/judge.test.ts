// What the results of other people's suites mean, and that each suite's words are read; the suites themselves run by
// npm run conformance.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Result {
  readonly id: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly message?: string;
}
interface Verdict {
  readonly passed: string[];
  readonly skipped: string[];
  readonly allowed: string[];
  readonly failed: string[];
  readonly unseen: string[];
}

const { allowedFailures, isGood, judge } = jest.requireActual<{
  allowedFailures: { suite: string; test: string | RegExp; why: string }[];
  isGood: (verdict: Verdict) => boolean;
  judge: (suite: string, results: Result[], allowed?: object[]) => Verdict;
}>(join(__dirname, 'judge.js'));
const { readGo, readSanity, readTester } = jest.requireActual<
  Record<'readGo' | 'readSanity' | 'readTester', (text: string) => Result[]>
>(join(__dirname, 'suites.js'));

const passed = (id: string): Result => ({ id, outcome: 'passed' });
const failed = (id: string, message = ''): Result => ({ id, outcome: 'failed', message });

describe('judging a suite', () => {
  const active = "check_remove_attribute: PATCH modify() did not remove attribute 'active'";

  it('is content with what passes and with the failures that are meant', () => {
    const verdict = judge('scim2-tester', [passed('a'), failed(active)]);

    expect(verdict).toEqual({ passed: ['a'], skipped: [], allowed: [active], failed: [], unseen: [] });
    expect(isGood(verdict)).toBe(true);
  });

  it('names a failure that is not meant, also one that is meant in another suite', () => {
    const tester = judge('scim2-tester', [passed('a'), failed('b', 'why'), failed(active)]);
    const sanity = judge('scim-sanity', [passed('a'), failed(active)]);

    expect([tester.failed, isGood(tester)]).toEqual([['b: why'], false]);
    expect([sanity.failed, isGood(sanity)]).toEqual([[active], false]);
  });

  it('allows nothing that is only alike, nor one point among others', () => {
    const name = 'RFC7644-3.5.2.3-L2396/replace_value_path_no_target';
    const alike = judge('scim2/test-suite', [passed('a'), failed(`${name}_again`), failed(`x${name}`)]);
    const mixed = judge('SCIMple', [passed('a'), failed('scimple-16: members.0.display: is B; status: is 500')]);

    expect([alike.failed.length, mixed.failed.length]).toEqual([2, 1]);
  });

  it('says which allowed failure no longer happens', () => {
    expect(judge('scim2-tester', [passed(active)]).unseen).toEqual([active]);
  });

  it('is not content with a suite that said nothing', () => {
    expect(isGood(judge('scim-sanity', []))).toBe(false);
  });

  it('allows these and no others, each explained in docs/scim.md', () => {
    const docs = readFileSync(join(__dirname, '..', '..', 'docs', 'scim.md'), 'utf8');
    const count = (suite: string) => allowedFailures.filter((it) => it.suite === suite).length;

    expect(['scim2/test-suite', 'scim2-tester', 'SCIMple', 'scim-sanity'].map(count)).toEqual([8, 1, 1, 0]);
    const names = allowedFailures.filter(({ suite }) => suite === 'scim2/test-suite').map(({ test }) => String(test));
    const words = ['scim2-tester', 'SCIMple', ...names.map((name) => name.split('/')[1] ?? name)];
    expect(words.filter((word) => !docs.includes(word))).toEqual([]);
  });
});

describe('reading a suite', () => {
  it('reads scim2-tester', () => {
    const text = `Performing a SCIM compliance check on http://x ...
SUCCESS check_add_attribute
  Successfully added attribute 'title'
ERROR check_replace_attribute
  PATCH modify() returned unexpected value for 'members'.
Patched value: [1]
Returned value: None
DEVIATION patch
SKIPPED other
  no PATCH
`;

    expect(readTester(text)).toEqual([
      passed("check_add_attribute: Successfully added attribute 'title'"),
      failed(
        "check_replace_attribute: PATCH modify() returned unexpected value for 'members'.",
        'Patched value: [1] Returned value: None',
      ),
      failed('patch: '),
      { id: 'other: no PATCH', outcome: 'skipped' },
    ]);
  });

  it('reads scim-sanity', () => {
    const results = ['pass', 'skip', 'fail', 'warning'].map((status) => ({ name: 'n', phase: 'p', status }));

    const outcomes = readSanity(JSON.stringify({ results })).map(({ outcome }) => outcome);

    expect(outcomes).toEqual(['passed', 'skipped', 'failed', 'failed']);
  });

  it('reads scim2/test-suite', () => {
    const text = `=== RUN   TestCompliance
  [PASS] RFC7643-3.3-L976/schemas_at_least_one
  [FAIL] RFC7643-6-L1655/required_extension
         POST /TestResources: got 404
         want 400
  [WARN] X/y
         not advertised
  [SKIP] RFC7644-3.11-L3683/me_location_header
         GET /Me returned 501
  [PASS] RFC7643-2.1-L366/schemas_present/User
  MUST         60/61 passed, 1 failed
    RFC7643-6-L1655: POST /TestResources: got 404
    compliance_test.go:87: [FAIL] RFC7643-6-L1655/required_extension: POST /TestResources: got 404
--- FAIL: TestCompliance (1.00s)
`;

    expect(readGo(text)).toEqual([
      { id: 'RFC7643-3.3-L976/schemas_at_least_one', outcome: 'passed', message: '' },
      failed('RFC7643-6-L1655/required_extension', 'POST /TestResources: got 404; want 400'),
      { id: 'X/y', outcome: 'skipped', message: 'not advertised' },
      { id: 'RFC7644-3.11-L3683/me_location_header', outcome: 'skipped', message: 'GET /Me returned 501' },
      { id: 'RFC7643-2.1-L366/schemas_present/User', outcome: 'passed', message: '' },
    ]);
  });
});
