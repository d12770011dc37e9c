// Work for many organizations or people, of which one that fails must not stop the others. Called by the services that the
// worker's tickers drive.
import { AppError } from '../errors';

/**
 * Does the work for each, one after the other.
 * @throws the first failure, once all had their turn; at once when the database is away, since it is away for all
 */
export async function eachApart<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  for (const item of items) {
    try {
      await work(item);
    } catch (error) {
      if (error instanceof AppError && error.code === 'database.unavailable') throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
