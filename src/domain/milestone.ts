// Milestones: what events make of a person. Times only ever move back, so the order of arrival never matters.
// Called by service/activity-intake with the events that are new and, for `returned`, with the history they join.
import { isActivity, milestoneOf, type MilestoneName, type UseEvent } from './activity';
import { addSeconds, type InstantText } from './instant';

/** The effective time of each milestone; null = not reached. */
export type MilestoneTimes = Readonly<Record<MilestoneName, InstantText | null>>;

/** A row to write: the milestone is reached at a time earlier than any known before. */
export interface MilestoneFact<Event> {
  readonly milestone: MilestoneName;
  readonly occurredAt: InstantText;
  /** True when it follows from a later milestone and was never sent itself. */
  readonly isInferred: boolean;
  /** The event it comes from; null for `returned` found in the history. */
  readonly event: Event | null;
}

/** What each milestone proves besides itself, so that the stages nest. */
const implied: Readonly<Partial<Record<MilestoneName, readonly MilestoneName[]>>> = {
  onboarded: ['activated'],
  items_added: ['activated', 'onboarded'],
  extension_connected: ['activated', 'onboarded'],
  autofill_used: ['activated', 'onboarded'],
};

/** The facts that events add to known times: at most one per milestone, the earliest; `returned` is not among them. */
export function factsFrom<Event extends UseEvent>(
  known: MilestoneTimes,
  events: readonly Event[],
): MilestoneFact<Event>[] {
  const earliest = new Map<MilestoneName, MilestoneFact<Event>>();
  for (const event of events) {
    for (const fact of claimsOf(event)) {
      const best = earliest.get(fact.milestone);
      if (best === undefined || comesBefore(fact, best)) earliest.set(fact.milestone, fact);
    }
  }
  return [...earliest.values()].filter(({ milestone, occurredAt }) => {
    const at = known[milestone];
    return at === null || occurredAt < at;
  });
}

function claimsOf<Event extends UseEvent>(event: Event): MilestoneFact<Event>[] {
  const own = milestoneOf(event);
  if (own === null) return [];
  const { occurredAt } = event;
  return [own, ...(implied[own] ?? [])].map((milestone) => ({
    milestone,
    occurredAt,
    isInferred: milestone !== own,
    event,
  }));
}

/** Earlier first; of the same instant what was really sent. */
function comesBefore(one: MilestoneFact<unknown>, other: MilestoneFact<unknown>): boolean {
  if (one.occurredAt !== other.occurredAt) return one.occurredAt < other.occurredAt;
  return other.isInferred && !one.isInferred;
}

/** Without launch ids, use counts as another launch when it is this much later than the setup. */
const sameLaunchSeconds = 1800;

/**
 * The first use in another launch than the one that set the app up; undefined = not yet. Each event that proves the
 * setup is tried, so that more events can only make the answer earlier.
 * @param history all activity and setup events of the person, in any order
 */
export function returnedAt(history: readonly UseEvent[]): InstantText | undefined {
  const proofs = earliestProofs(history);
  const uses = history.filter((event) => isActivity(event)).toSorted(byTime);
  return uses.find((use) => proofs.some((proof) => isReturn(proof, use)))?.occurredAt;
}

interface Proof {
  readonly isSetup: boolean;
  readonly launchId: string | null;
  readonly occurredAt: InstantText;
  /** From here on a use counts whatever its launch is called. */
  readonly otherFrom: InstantText;
}

/** The earliest proof of each launch: a later one of the same launch can prove nothing more. */
function earliestProofs(history: readonly UseEvent[]): Proof[] {
  const proofs = new Map<string, Proof>();
  for (const event of history.filter(provesSetup).toSorted(byTime)) {
    const isSetup = event.type === 'vault.created';
    const key = `${isSetup} ${event.launchId ?? ''}`;
    const { launchId, occurredAt } = event;
    if (!proofs.has(key))
      proofs.set(key, { isSetup, launchId, occurredAt, otherFrom: addSeconds(occurredAt, sameLaunchSeconds) });
  }
  return [...proofs.values()];
}

function provesSetup(event: UseEvent): boolean {
  const milestone = milestoneOf(event);
  return milestone === 'onboarded' || (milestone !== null && (implied[milestone]?.includes('onboarded') ?? false));
}

/** Only `vault.created` says which launch did the setup; other proofs tell no more than that theirs came after it. */
function isReturn(proof: Proof, use: UseEvent): boolean {
  if (use.occurredAt <= proof.occurredAt) return false;
  const areNamed = proof.launchId !== null && use.launchId !== null;
  if (areNamed && proof.launchId === use.launchId) return false;
  return (areNamed && proof.isSetup) || use.occurredAt > proof.otherFrom;
}

function byTime(one: UseEvent, other: UseEvent): number {
  if (one.occurredAt === other.occurredAt) return 0;
  return one.occurredAt < other.occurredAt ? -1 : 1;
}

/** What a licensed person still has to do, as the stages of reminders are called. */
export type PendingStage = 'activation' | 'app_setup' | 'usage' | 'extension' | 'autofill';

/** The stages a person is pending in: one on the way to using the app, then whichever of the two extras is open. */
export function pendingStages(times: MilestoneTimes): PendingStage[] {
  if (times.activated === null) return ['activation'];
  if (times.onboarded === null) return ['app_setup'];
  if (times.items_added === null) return ['usage'];
  const extras: [InstantText | null, PendingStage][] = [
    [times.extension_connected, 'extension'],
    [times.autofill_used, 'autofill'],
  ];
  return extras.filter(([at]) => at === null).map(([, stage]) => stage);
}
