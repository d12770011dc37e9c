// The last step of every change of a user: count deltas, outbox rows and audit entries, one statement each.
import { countDelta } from '../domain/adoption';
import type { Caller } from '../domain/caller';
import type { Lane, OutboxEvent } from '../domain/event';
import type { User } from '../domain/user';
import type { PersonalValue } from '../store/audit-store';
import type { Stores } from '../store/stores';
import type { Settled } from './licensing';
import { seatEntries } from './seat-trail';

interface Trail {
  readonly caller: Caller;
  readonly action: string;
  /** undefined = the user is new. */
  readonly before: User | undefined;
  readonly settled: Settled;
  readonly events: readonly OutboxEvent[];
  readonly at: Date;
}

/** Writes what follows from a change, in the order of locks: counts, outbox, audit. */
export async function writeTrail(
  stores: Stores,
  { caller, action, before, settled, events, at }: Trail,
): Promise<void> {
  const { user } = settled;
  await stores.adoptionCounts.add([countDelta(before, user), ...settled.others]);
  const rows = [...events, ...settled.events].map((event) => ({ event, lane: laneOf(caller, event) }));
  if (rows.length > 0) await stores.outbox.add(rows, at);
  const entry = {
    caller,
    action,
    targetKind: 'user',
    targetId: user.id,
    detail: { fields: changedFields(before, user), version: user.rowVersion },
    personal: personalOf(before, user),
    at,
  };
  await stores.audit.add(entry, seatEntries(caller, settled.audit, at));
}

/** Directory cycles come in bulk, so what starts a journey waits in lane 2; everything else is a signal. */
function laneOf(caller: Caller, event: OutboxEvent): Lane {
  const starts = event.topic === 'SeatAssigned' || event.topic === 'UserReactivated';
  return starts && caller.actor.kind === 'scim' ? 2 : 1;
}

const personalFields = ['userName', 'externalId', 'displayName', 'givenName', 'familyName', 'managerRaw'] as const;

function changedFields(before: User | undefined, after: User): string[] {
  const names = Object.keys(after.profile) as (keyof User['profile'])[];
  return names.filter(
    (name) => before === undefined || JSON.stringify(before.profile[name]) !== JSON.stringify(after.profile[name]),
  );
}

function personalOf(before: User | undefined, after: User): PersonalValue[] {
  const texts = personalFields.map((field) => [field, before?.profile[field] ?? null, after.profile[field]] as const);
  const all = [...texts, ['email', before?.email ?? null, after.email] as const];
  return all.flatMap(([field, old, value]) =>
    value === null || value === old ? [] : [{ field, value, subjectUserId: after.id }],
  );
}
