// Work for many organizations or people, of which one that fails must not stop the others. Called by the services that the
// worker's tickers drive.
import { AppError } from '../errors';

/** One may be too large for its time limits; when the next one finds no database either, it is away for all. */
const outage = 2;

/** Who failed, and by what. */
export interface Failure<T> {
  readonly item: T;
  readonly error: unknown;
}

/** Whether the database did not answer. */
export function isAway(error: unknown): boolean {
  return error instanceof AppError && error.code === 'database.unavailable';
}

/** Does the work for each, one after the other, and answers who failed. Ends early when the database is away. */
export async function tryEach<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<Failure<T>[]> {
  const failures: Failure<T>[] = [];
  let awayInARow = 0;
  for (const item of items) {
    try {
      await work(item);
      awayInARow = 0;
    } catch (error) {
      failures.push({ item, error });
      awayInARow = isAway(error) ? awayInARow + 1 : 0;
    }
    if (awayInARow >= outage) break;
  }
  return failures;
}

/**
 * Does the work for each, one after the other.
 * @throws the first failure, once all had their turn; at once when the database is away
 */
export async function eachApart<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const [first] = await tryEach(items, work);
  if (first) throw first.error;
}
