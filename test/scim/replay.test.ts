// The recorded suites of the SCIM world, replayed by their own program against the product's two doors. They live beside the
// repository; where they are absent this suite is not run.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { useDatabase } from '../support/database';
import { useDoors } from './doors';

interface Result {
  readonly id: string;
  readonly passed: boolean;
  readonly fails: readonly string[];
}

const run = promisify(execFile);
const folder = join(__dirname, '..', '..', '..', 'shared', 'scim');
const isThere = existsSync(join(folder, 'replay.mjs'));

/** SCIMple wants `members[].display` as it was sent; here it is the name of the person (docs/scim.md). */
const stricter = /^scimple-(16|17|23): members\.0\.display: [^;]*$/;

if (!isThere) console.error('not run: test/scim/replay.test.ts: the recorded suites are not beside the repository');

(isThere ? describe : describe.skip)('recorded suites', () => {
  const db = useDatabase();
  const doors = useDoors(db);

  it.each([
    ['entra-docs.json', undefined],
    ['okta-spec.json', undefined],
    ['aad-reference-postman.json', 'reference'],
    ['scimple-compliance.json', undefined],
  ])('%s: every entry passes', async (file, tier) => {
    const results = await replay(file, tier);

    const failed = results.filter((result) => !result.passed).map(({ id, fails }) => `${id}: ${fails.join('; ')}`);
    expect(results.length).toBeGreaterThan(5);
    expect(failed.filter((text) => !stricter.test(text))).toEqual([]);
  });

  async function replay(file: string, tier: string | undefined): Promise<Result[]> {
    const out = join(mkdtempSync(join(tmpdir(), 'uptake-replay-')), 'results.json');
    const args = ['--base', `${doors.url('hot')}/scim/v2`, '--token', doors.token, '--file', file, '--json', out];
    await run(process.execPath, [join(folder, 'replay.mjs'), ...args, ...(tier ? ['--tier', tier] : [])]).catch(
      () => undefined,
    );
    const { results } = JSON.parse(readFileSync(out, 'utf8')) as { results: Result[] };
    return results;
  }
});
