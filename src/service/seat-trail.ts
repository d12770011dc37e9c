// What must be written of seats that moved, in the transaction that moved them. Called by the license engine, and by
// user-trail.ts where they moved with a change of one person.
import type { CountDelta } from '../domain/adoption';
import type { Caller } from '../domain/caller';
import type { AuditEntry } from '../store/audit-store';
import type { Stores } from '../store/stores';
import type { LicenseAudit, Seated } from './seating';

/** Seats as entries of the audit trail. */
export function seatEntries(caller: Caller, audit: readonly LicenseAudit[], at: Date): AuditEntry[] {
  return audit.map(({ action, userId, poolId, detail }) => {
    return { caller, action, targetKind: 'user', targetId: userId, detail: { poolId, ...detail }, at };
  });
}

/** Writes what follows from seats that moved by a rule, a group or a pool, in the order of locks: counts, outbox, audit. */
export async function writeSeatTrail(
  stores: Stores,
  caller: Caller,
  { events, audit, others }: Seated,
  deltas: readonly CountDelta[],
  at: Date,
): Promise<void> {
  await stores.adoptionCounts.add([...deltas, ...others]);
  // Lane 2, since they come by the thousand: a person's own change is not to wait behind them.
  const rows = events.map((event) => ({ event, lane: 2 as const }));
  if (rows.length > 0) await stores.outbox.add(rows, at);
  const [first, ...further] = seatEntries(caller, audit, at);
  if (first !== undefined) await stores.audit.add(first, further);
}
