// S12: the database is stopped, killed, or takes everything and says nothing, in the middle of a provisioning cycle. Meanwhile
// there is only 503 with Retry-After, in time; afterwards everything is as after a cycle that nothing disturbed.
import type { DatabaseServer } from '../../src/embedded/database';
import { startOwnDatabase, type OwnServer } from '../support/own-servers';
import { useProduct } from '../support/product';
import { readOutcome, runCycle, type CycleAnswer } from '../support/scim-cycle';

/** The answer ends at 10 s; the rest is the way to this process on a busy machine. */
const longestMs = 10_500;
/** So many answers into the cycle the database goes. */
const faultAt = 60;
const caseMs = 60_000;

describe('S12: with the database away in the middle of a cycle', () => {
  let database: OwnServer<DatabaseServer>;
  const product = useProduct(async () => {
    database = await startOwnDatabase();
    return { roles: ['web'], databaseUrl: database.url };
  });
  let calm: Awaited<ReturnType<typeof readOutcome>>;
  afterAll(async () => {
    await database.close();
  });

  it('goes through undisturbed, to compare with', async () => {
    const answers = await cycle('calm', () => undefined);
    calm = await readOutcome(product, 'calm');

    expect(unlike(answers, [200, 201, 204, 404])).toEqual([]);
    expect(Object.values(calm).filter((rows) => rows.length === 0)).toEqual([]);
    expect([calm['people']?.length, calm['groups']?.length]).toEqual([36, 4]);
  });

  it.each([
    ['stopped', () => signal('SIGTERM')],
    ['killed', () => signal('SIGKILL')],
    ['silent', () => signal('SIGSTOP')],
  ])(
    '%s: 503 in time and nothing else, and the state of an undisturbed cycle',
    async (slug, takeAway) => {
      const answers = await cycle(slug, (all) => {
        if (all.length === faultAt) takeAway();
        // Whoever is silent speaks again once every client has had a refusal.
        if (slug === 'silent' && refused(all).length === 4) signal('SIGCONT');
      });

      expect(refused(answers).length).toBeGreaterThan(0);
      expect(unlike(answers, [200, 201, 204, 404, 503]).filter((it) => !isOwnRepeat(it))).toEqual([]);
      expect(refused(answers).filter(({ retryAfter }) => retryAfter !== '5')).toEqual([]);
      expect(answers.filter(({ ms }) => ms > longestMs)).toEqual([]);
      expect(await readOutcome(product, slug)).toEqual(calm);
    },
    caseMs,
  );

  /** A cycle in an organization of its own. */
  async function cycle(slug: string, onAnswer: (all: readonly CycleAnswer[]) => void) {
    await product.uptake('organization', 'create', slug, '--name', slug, '--seats', '1000');
    await product.rows(`UPDATE organization_settings SET value_json = '1000000' WHERE setting = 'limit.scim'`);
    const made = await product.uptake<{ secret: string }>(
      '--organization',
      slug,
      'token',
      'create',
      'scim',
      '--label',
      'x',
    );
    return runCycle({ url: product.url, token: made.secret, onAnswer });
  }

  function signal(name: NodeJS.Signals): void {
    process.kill(database.pid(), name);
  }
});

const refused = (answers: readonly CycleAnswer[]) => answers.filter(({ status }) => status === 503);

function unlike(answers: readonly CycleAnswer[], statuses: readonly number[]): CycleAnswer[] {
  return answers.filter((it) => !statuses.includes(it.status) || (it.status === 404 && !isGone(it)));
}

/** The only person a cycle asks for by id is the one it has just removed; a DELETE that came through is 404 when it is repeated. */
function isGone({ asked, isRepeat }: CycleAnswer): boolean {
  return /^GET \/Users\/[0-9a-f-]+$/.test(asked) || (asked.startsWith('DELETE ') && isRepeat);
}

/** A POST that came through although it was answered with 503 is 409 when it is sent again; the cycle finds whom it made. */
function isOwnRepeat({ asked, status }: CycleAnswer): boolean {
  return status === 409 && asked.startsWith('POST');
}
