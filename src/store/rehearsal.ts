// A database in which nothing stays: the same verbs run, their transactions are looked at and taken back. Made by compose
// for `scim dry-run`.
import { AppError } from '../errors';
import type { Database } from './database';
import type { Stores } from './stores';

/**
 * The database of a rehearsal. `look` sees each transaction at its end, before it is taken back; single reads run in a
 * transaction that allows no write, so a verb that would write by one is refused rather than done.
 */
export function rehearsalOf(database: Database, look: (stores: Stores) => Promise<void>): Database {
  /** Leaving by an error is what makes the transaction roll back. */
  const takenBack = async <T>(run: (end: (value: T) => never) => Promise<unknown>): Promise<T> => {
    const over = new AppError('bug');
    let result: { readonly value: T } | undefined;
    try {
      await run((value) => {
        result = { value };
        throw over;
      });
    } catch (error) {
      if (error !== over) throw error;
    }
    if (result === undefined) throw over;
    return result.value;
  };
  return {
    inTransaction: (organizationId, work) =>
      takenBack((end) =>
        database.inTransaction(organizationId, async (stores) => {
          const value = await work(stores);
          await look(stores);
          end(value);
        }),
      ),
    inSnapshot: (organizationId, work) => database.inSnapshot(organizationId, work),
    read: (organizationId, work) => database.inSnapshot(organizationId, work),
    acrossOrganizations: (work) =>
      takenBack((end) => database.acrossOrganizations(async (scan) => end(await work(scan)))),
    close: () => Promise.resolve(),
  };
}
