// Rows of the outbox that ten tries did not bring through: a person looks, and releases or drops each. The command line
// calls it.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import { AppError } from '../errors';
import type { Database } from '../store/database';
import type { ParkedRow } from '../store/outbox-store';
import { closeIfNothingIsParked } from './alert-step';

/** The verbs. */
export interface ParkedWork {
  /** Oldest first, a hundred at most. */
  list(caller: Caller): Promise<ParkedRow[]>;
  /** Lets the relay try a row again, or gives it up for good. @throws work.not_found */
  settle(caller: Caller, id: number, verb: 'release' | 'drop'): Promise<void>;
}

/** The service of parked work. */
export function createParkedWork({ database, clock }: { database: Database; clock: Clock }): ParkedWork {
  return {
    list: ({ organizationId }) => database.read(organizationId, (stores) => stores.parked.list(100)),
    settle: (caller, id, verb) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        const at = clock.now();
        if (!(await stores.parked[verb](id, at))) throw new AppError('work.not_found');
        const detail = { outboxId: id };
        const action = verb === 'release' ? 'work.released' : 'work.dropped';
        await stores.audit.add({ caller, action, targetKind: 'organization', targetId: null, detail, at });
        await closeIfNothingIsParked(stores, at);
      }),
  };
}
