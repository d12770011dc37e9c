// The relay's side of the outbox, each verb in a transaction of its own. Called by temporal/relay.
import { noSubject } from '../domain/alert';
import type { OutboxEvent, OutboxRow } from '../domain/event';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { OutboxClaim, OutboxDepth } from '../store/outbox-store';
import type { Stores } from '../store/stores';
import { raiseAlert } from './alert-step';

/** The verbs. */
export interface Outbox {
  /** Takes due rows under a lease. */
  claim(claim: OutboxClaim): Promise<OutboxRow[]>;
  markDispatched(ids: readonly number[], at: Date): Promise<void>;
  /** A try that failed for reasons of its own: again at `availableAt`. */
  giveBack(id: number, later: { availableAt: Date; error: string }): Promise<void>;
  /** Nothing was wrong with these rows: again at `availableAt`, and the try does not count. */
  release(ids: readonly number[], availableAt: Date): Promise<void>;
  /** Puts a row aside for a person, who is alerted; unless it is an alert's own mail. */
  park(row: OutboxRow, error: string, at: Date): Promise<void>;
  depth(now: Date): Promise<OutboxDepth[]>;
}

interface Dependencies {
  readonly database: Pick<Database, 'acrossOrganizations'>;
  readonly newId: NewId;
}

/** Binds the verbs to the database. */
export function createOutbox({ database, newId }: Dependencies): Outbox {
  const { acrossOrganizations } = database;
  return {
    claim: (claim) => acrossOrganizations((scan) => scan.outbox.claim(claim)),
    markDispatched: (ids, at) => acrossOrganizations((scan) => scan.outbox.markDispatched(ids, at)),
    giveBack: (id, later) => acrossOrganizations((scan) => scan.outbox.giveBack(id, later)),
    release: (ids, availableAt) => acrossOrganizations((scan) => scan.outbox.release(ids, availableAt)),
    park: ({ id, organizationId, event }, error, at) =>
      acrossOrganizations(async (scan) => {
        await scan.outbox.park(id, error);
        const stores = scan.of(organizationId);
        if (await isAlertMail(stores, event)) return;
        const detail = () => ({ topic: event.topic, error });
        await raiseAlert(stores, { newId, kind: 'work_parked', subjectId: noSubject, detail, at });
      }),
    depth: (now) => acrossOrganizations((scan) => scan.outbox.depth(now)),
  };
}

async function isAlertMail(stores: Stores, event: OutboxEvent): Promise<boolean> {
  return event.topic === 'MailQueued' && (await stores.mails.find(event.mailId))?.kind === 'alert';
}
