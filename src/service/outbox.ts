// The relay's side of the outbox, each verb in a transaction of its own. Called by temporal/relay.
import type { OutboxRow } from '../domain/event';
import type { Database } from '../store/database';
import type { OutboxClaim, OutboxDepth } from '../store/outbox-store';

/** The verbs. */
export interface Outbox {
  /** Takes due rows under a lease. */
  claim(claim: OutboxClaim): Promise<OutboxRow[]>;
  markDispatched(ids: readonly number[], at: Date): Promise<void>;
  /** A try that failed for reasons of its own: again at `availableAt`. */
  giveBack(id: number, later: { availableAt: Date; error: string }): Promise<void>;
  /** Nothing was wrong with these rows: again at `availableAt`, and the try does not count. */
  release(ids: readonly number[], availableAt: Date): Promise<void>;
  /** Puts a row aside for a person. */
  park(id: number, error: string): Promise<void>;
  depth(now: Date): Promise<OutboxDepth[]>;
}

/** Binds the verbs to the database. */
export function createOutbox({ database }: { database: Pick<Database, 'acrossOrganizations'> }): Outbox {
  const { acrossOrganizations } = database;
  return {
    claim: (claim) => acrossOrganizations((scan) => scan.outbox.claim(claim)),
    markDispatched: (ids, at) => acrossOrganizations((scan) => scan.outbox.markDispatched(ids, at)),
    giveBack: (id, later) => acrossOrganizations((scan) => scan.outbox.giveBack(id, later)),
    release: (ids, availableAt) => acrossOrganizations((scan) => scan.outbox.release(ids, availableAt)),
    park: (id, error) => acrossOrganizations((scan) => scan.outbox.park(id, error)),
    depth: (now) => acrossOrganizations((scan) => scan.outbox.depth(now)),
  };
}
