// Token buckets: how many tries, how long a wait, and that waiting always helps.
import * as fc from 'fast-check';
import { AppError } from '../../src/errors';
import { createThrottle, type BucketKind, type Throttle } from '../../src/service/throttle';
import { testClock, type TestClock } from '../support/builders';
import { useDatabase } from '../support/database';

describe('the throttle', () => {
  const db = useDatabase();
  let clock: TestClock;
  let throttle: Throttle;
  beforeEach(() => {
    clock = testClock();
    throttle = createThrottle({ database: db.database, clock });
  });

  /** Seconds to wait; 0 = taken. */
  const take = async (kind: BucketKind, subject: string): Promise<number> => {
    try {
      await throttle.take(kind, subject);
      return 0;
    } catch (error) {
      return Number((error as AppError).details['retryAfter']);
    }
  };
  const takeMany = async (kind: BucketKind, subject: string, times: number): Promise<number[]> => {
    const waits: number[] = [];
    for (let i = 0; i < times; i += 1) waits.push(await take(kind, subject));
    return waits;
  };

  test('gives an account ten tries and an address thirty, and then longer and longer waits up to 15 minutes', async () => {
    const account = await takeMany('account', 'a@example.com', 30);
    const address = await takeMany('address', '192.0.2.1', 31);

    expect(account.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 0));
    expect(account.slice(10, 13)).toEqual([120, 180, 240]);
    expect(account.at(-1)).toBe(900);
    expect(address.filter((wait) => wait === 0)).toHaveLength(30);
  });

  test('lets in who waited as long as was said', async () => {
    const [wait = 0] = (await takeMany('account', 'a@example.com', 15)).slice(-1);

    clock.advance((wait - 1) * 1000);
    const early = await take('account', 'a@example.com');
    clock.advance(early * 1000);
    const later = await take('account', 'a@example.com');

    expect(early).toBeGreaterThan(0);
    expect(later).toBe(0);
  });

  test('gives one try back a minute and never more than the bucket holds', async () => {
    await takeMany('account', 'a@example.com', 10);

    clock.advance(3 * 60_000);
    const soon = await takeMany('account', 'a@example.com', 4);
    clock.advance(24 * 3_600_000);
    const late = await takeMany('account', 'a@example.com', 11);

    expect(soon.map((wait) => wait === 0)).toEqual([true, true, true, false]);
    expect(late.filter((wait) => wait === 0)).toHaveLength(10);
  });

  test('keeps accounts apart, and kinds of the same name', async () => {
    await takeMany('account', 'same', 12);

    expect(await take('account', 'other')).toBe(0);
    expect(await take('second_factor', 'same')).toBe(0);
  });

  test('counts each of many tries at once', async () => {
    const waits = await Promise.all(Array.from({ length: 20 }, () => take('account', 'a@example.com')));

    expect(waits.filter((wait) => wait === 0)).toHaveLength(10);
  });

  test('gives a right try back', async () => {
    for (let i = 0; i < 30; i += 1) {
      await throttle.take('account', 'a@example.com');
      await throttle.giveBack('account', 'a@example.com');
    }

    expect(await take('account', 'a@example.com')).toBe(0);
  });

  test('keeps neither account nor address', async () => {
    await take('account', 'ada@example.com');
    await take('address', '192.0.2.77');

    const [rows] = await db.sql.query('SELECT * FROM attempt_buckets');

    expect(rows).toHaveLength(2);
    expect(JSON.stringify(rows)).not.toMatch(/ada|192\.0\.2/);
  });

  test('never lets more through than the bucket and the minutes allow', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 150 }), { minLength: 1, maxLength: 25 }), async (pauses) => {
        const subject = pauses.join();
        let passed = 0;
        for (const pause of pauses) {
          clock.advance(pause * 1000);
          if ((await take('account', subject)) === 0) passed += 1;
        }
        const minutes = pauses.slice(1).reduce((sum, pause) => sum + pause, 0) / 60;

        expect(passed).toBeLessThanOrEqual(10 + Math.ceil(minutes));
        expect(passed).toBeGreaterThanOrEqual(Math.min(pauses.length, 10));
      }),
      { numRuns: 15 },
    );
  });
});
