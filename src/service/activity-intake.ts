// What taken events change: events kept, devices, days of use, milestones, the users' current copy, count deltas and the
// word to journeys. A step of service/ingestion, inside its transaction and under the locks of the users.
import { isActivity } from '../domain/activity';
import { countDelta, type CountedUser } from '../domain/adoption';
import type { Lane } from '../domain/event';
import { earlier, later, utcDay, type InstantText } from '../domain/instant';
import { factsFrom, pendingStages, type MilestoneFact, type MilestoneTimes } from '../domain/milestone';
import type { NewId } from '../ids';
import type { ActivityDay } from '../store/activity-store';
import type { Stores } from '../store/stores';
import type { ActivityUser } from '../store/user-activity-store';
import { currentFactsOf, returnsOf, type UseOf } from './activity-history';
import { eventKey, takeDevices, type TakenEvent } from './device-intake';

/** Above so many users of one batch, journeys hear of it in the throttled lane. */
const bulkUsers = 100;

/**
 * Takes events of locked users: 1. devices; 2. the events; 3. days of use; 4. milestones, `returned` from the history;
 * 5. the users' current copy; 6. count deltas; 7. outbox StageReached for whoever moved on.
 */
export async function takeEvents(
  stores: Stores,
  newId: NewId,
  events: readonly TakenEvent[],
  users: ReadonlyMap<string, ActivityUser>,
  at: Date,
  recordedAt: InstantText,
): Promise<void> {
  if (events.length === 0) return;
  const deviceOf = await takeDevices(stores, newId, events, users, recordedAt);
  await stores.activity.addEvents(
    events.map((event) => ({ ...event, deviceId: deviceOf.get(eventKey(event)) ?? null })),
    recordedAt,
  );
  const uses = events.map(toUse);
  await stores.activity.addDays(daysOf(uses));
  const returned = await returnsOf(stores, uses, users);
  const current = await currentFactsOf(stores, uses);
  const moves = [...usesByUser(uses)].map(([userId, own]) => {
    const before = users.get(userId)!;
    const facts = [...factsFrom(before.milestoneTimes, own), ...returnFact(before, returned.get(userId))];
    return { before, facts, after: { ...moved(before, own, facts), ...current.get(userId) } };
  });
  await writeMilestones(stores, newId, moves, recordedAt);
  await stores.userActivity.save(moves.map(({ after }) => after));
  await stores.adoptionCounts.add(moves.map(({ before, after }) => countDelta(toCounted(before), toCounted(after))));
  await tellJourneys(stores, moves, at);
}

function toUse(taken: TakenEvent): UseOf {
  const { type, occurredAt, launchId, data } = taken;
  return { type, occurredAt, launchId, isSample: data.is_sample === true, taken };
}

function usesByUser(uses: readonly UseOf[]): Map<string, UseOf[]> {
  const byUser = new Map<string, UseOf[]>();
  for (const use of uses) byUser.set(use.taken.userId, [...(byUser.get(use.taken.userId) ?? []), use]);
  return byUser;
}

function daysOf(uses: readonly UseOf[]): ActivityDay[] {
  const days = new Map<string, ActivityDay>();
  for (const use of uses.filter((it) => isActivity(it))) {
    const { userId } = use.taken;
    const dayOn = utcDay(use.occurredAt);
    const key = `${userId} ${dayOn}`;
    const day = days.get(key) ?? { userId, dayOn, firstAt: use.occurredAt, lastAt: use.occurredAt, events: 0 };
    days.set(key, {
      ...day,
      firstAt: earlier(day.firstAt, use.occurredAt)!,
      lastAt: later(day.lastAt, use.occurredAt)!,
      events: day.events + 1,
    });
  }
  return [...days.values()];
}

function returnFact(before: ActivityUser, at: InstantText | undefined): MilestoneFact<UseOf>[] {
  const known = before.milestoneTimes.returned;
  if (at === undefined || (known !== null && known <= at)) return [];
  return [{ milestone: 'returned', occurredAt: at, isInferred: false, event: null }];
}

function moved(before: ActivityUser, own: readonly UseOf[], facts: readonly MilestoneFact<UseOf>[]): ActivityUser {
  const reached = Object.fromEntries(facts.map(({ milestone, occurredAt }) => [milestone, occurredAt]));
  const milestoneTimes: MilestoneTimes = { ...before.milestoneTimes, ...reached };
  const uses = own.filter((it) => isActivity(it));
  return {
    ...before,
    milestoneTimes,
    lastUsedAt: uses.reduce<InstantText | null>((last, use) => later(last, use.occurredAt), before.lastUsedAt),
  };
}

interface Move {
  readonly before: ActivityUser;
  readonly after: ActivityUser;
  readonly facts: readonly MilestoneFact<UseOf>[];
}

async function writeMilestones(
  stores: Stores,
  newId: NewId,
  moves: readonly Move[],
  recordedAt: InstantText,
): Promise<void> {
  const proofs = moves.flatMap(({ facts }) => facts.flatMap(({ event }) => (event ? [event.taken] : [])));
  const rows = new Map<string, number>();
  for (const source of new Set(proofs.map((proof) => proof.source))) {
    const own = proofs.filter((proof) => proof.source === source).map(({ eventId }) => eventId);
    for (const [eventId, row] of await stores.activity.findRows(source, own))
      rows.set(eventKey({ source, eventId }), row);
  }
  await stores.activity.addMilestones(
    moves.flatMap(({ before, facts }) =>
      facts.map(({ milestone, occurredAt, isInferred, event }) => ({
        id: newId(),
        userId: before.id,
        milestone,
        occurredAt,
        isInferred,
        eventRow: event ? (rows.get(eventKey(event.taken)) ?? null) : null,
      })),
    ),
    recordedAt,
  );
}

async function tellJourneys(stores: Stores, moves: readonly Move[], at: Date): Promise<void> {
  const lane: Lane = moves.length > bulkUsers ? 2 : 1;
  const stagesOf = (user: ActivityUser): string => pendingStages(user.milestoneTimes).join();
  const onward = moves.filter(
    ({ before, after }) =>
      after.accountState === 'enabled' && after.licensedAt !== null && stagesOf(before) !== stagesOf(after),
  );
  await stores.outbox.add(
    onward.map(({ after }) => ({ event: { topic: 'StageReached', userId: after.id }, lane })),
    at,
  );
}

function toCounted(user: ActivityUser): CountedUser {
  const times = user.milestoneTimes;
  return {
    accountState: user.accountState,
    licensedAt: user.licensedAt,
    lastUsedAt: user.lastUsedAt,
    milestones: {
      activatedAt: times.activated,
      onboardedAt: times.onboarded,
      itemsAddedAt: times.items_added,
      extensionConnectedAt: times.extension_connected,
      autofillUsedAt: times.autofill_used,
      returnedAt: times.returned,
      hubAuthenticatedAt: times.hub_authenticated,
    },
  };
}
