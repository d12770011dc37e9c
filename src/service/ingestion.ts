// Activity events in: each is accepted, known already, put aside until its person is known, or refused with a code.
// Called by the events route; matchQuarantined is a step of provisioning when a user appears or changes.
import { createHash } from 'node:crypto';
import type { Clock } from '../clock';
import type { IncomingEvent, RefusedEvent, RejectionCode } from '../domain/activity';
import type { Caller } from '../domain/caller';
import { addSeconds, instantText, type InstantText } from '../domain/instant';
import { fold } from '../domain/user';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { NewWaitingEvent } from '../store/quarantine-store';
import type { Stores } from '../store/stores';
import type { ActivityUser } from '../store/user-activity-store';
import { takeEvents } from './activity-intake';
import type { TakenEvent } from './device-intake';
import { comparedNames, createMatcher, namesIn, type Match } from './event-matching';

/** A batch of one source; events the edge could not read stand in it with their code. */
export interface EventBatch {
  /** Printable ASCII, at most 64 characters. */
  readonly source: string;
  /** At most 500. */
  readonly events: readonly (IncomingEvent | RefusedEvent)[];
}

/** What became of an event. */
export type EventStatus = 'accepted' | 'duplicate' | 'quarantined' | 'rejected';

/** What became of one event of a batch; `code` is null where there is nothing to say. */
export interface EventResult {
  readonly index: number;
  readonly eventId: string | null;
  readonly status: EventStatus;
  readonly code: RejectionCode | 'unknown_user' | 'ambiguous_user' | null;
}

/** What became of a batch. */
export interface IngestResult {
  readonly results: readonly EventResult[];
  readonly counts: Readonly<Record<EventStatus, number>>;
}

/** A user whose names may be what quarantined events wait for. */
export interface AppearedUser {
  readonly userId: string;
  readonly externalId: string | null;
  readonly email: string | null;
}

/** The verbs of ingestion. */
export interface Ingestion {
  /**
   * Takes a batch in one transaction: 1. who is meant; 2. locks on the users by id; 3. what is known already; 4. a
   * verdict on each event; 5. quarantine; 6. everything the accepted ones change; 7. audit.
   */
  ingest(caller: Caller, batch: EventBatch): Promise<IngestResult>;
  /**
   * Takes the quarantined events that now name exactly this user; answers how many. A step of the caller's transaction:
   * call it last, when the user's row, seat and count deltas are written, since it reads the row and moves it on.
   */
  matchQuarantined(stores: Stores, user: AppearedUser, at: Date): Promise<number>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
}

const oldestSeconds = 400 * 86_400;
const waitSeconds = 7 * 86_400;
/** A clock that is ahead by more than this is wrong, and its time is kept apart. */
const skewSeconds = 300;

/** The ingestion of events. */
export function createIngestion({ database, clock, newId }: Dependencies): Ingestion {
  const ingest: Ingestion['ingest'] = (caller, batch) =>
    database.inTransaction(caller.organizationId, async (stores) => {
      const at = clock.now();
      const receivedAt = instantText(at);
      const read = batch.events.filter((event) => 'type' in event);
      const match = createMatcher(await stores.userActivity.findNamed(namesIn(read)));
      const users = await stores.userActivity.lock(userIdsOf(read.map(({ user }) => match(user))));
      const known = await stores.activity.findHashes(
        batch.source,
        read.map(({ eventId }) => eventId),
      );
      const verdicts = judge(batch, { match, users, known, receivedAt });
      const waiting = verdicts.flatMap(({ waits }) => (waits ? [waits] : []));
      await stores.quarantine.add(waiting, receivedAt, addSeconds(receivedAt, waitSeconds));
      const taken = verdicts.flatMap((verdict) => (verdict.taken ? [verdict.taken] : []));
      await takeEvents(stores, newId, taken, users, at, receivedAt);
      const result = toResult(verdicts);
      const detail = { source: batch.source, ...result.counts };
      await stores.audit.add({ caller, action: 'events.ingested', targetKind: 'source', targetId: null, detail, at });
      return result;
    });
  return {
    ingest: async (caller, batch) => {
      try {
        return await ingest(caller, batch);
      } catch (error) {
        // The same events came twice at once: now they are known, and the second look calls them duplicates.
        if (!(error instanceof AppError) || error.code !== 'row.conflict') throw error;
        return ingest(caller, batch);
      }
    },
    matchQuarantined: (stores, user, at) => takeWaiting(stores, newId, user, at),
  };
}

interface Verdict extends EventResult {
  readonly taken?: TakenEvent;
  readonly waits?: NewWaitingEvent;
}

interface Known {
  readonly match: (reference: IncomingEvent['user']) => Match;
  readonly users: ReadonlyMap<string, ActivityUser>;
  readonly known: ReadonlyMap<string, string>;
  readonly receivedAt: InstantText;
}

function judge({ source, events }: EventBatch, facts: Known): Verdict[] {
  const known = new Map(facts.known);
  return events.map((event, index) => {
    if (!('type' in event)) return { index, eventId: event.eventId, status: 'rejected', code: event.code };
    const verdict = judgeOne(source, event, { ...facts, known });
    if (verdict.taken ?? verdict.waits) known.set(event.eventId, payloadHash(event));
    return { index, eventId: event.eventId, ...verdict };
  });
}

function judgeOne(source: string, event: IncomingEvent, facts: Known): Omit<Verdict, 'index' | 'eventId'> {
  const hash = payloadHash(event);
  const before = facts.known.get(event.eventId);
  if (before === hash) return { status: 'duplicate', code: null };
  if (before !== undefined) return { status: 'rejected', code: 'event_id_reused' };
  if (event.occurredAt < addSeconds(facts.receivedAt, -oldestSeconds)) return { status: 'rejected', code: 'too_old' };
  const match = facts.match(event.user);
  if (match.kind === 'user_mismatch') return { status: 'rejected', code: match.kind };
  const timed = holdTime(event, facts.receivedAt);
  if (match.kind !== 'user') {
    const waits = { ...timed, ...comparedNames(event.user), source, payloadHash: hash, reason: match.kind };
    return { status: 'quarantined', code: match.kind, waits };
  }
  if (isTooLate(timed.event, facts.users.get(match.userId))) return { status: 'rejected', code: 'user_removed' };
  return { status: 'accepted', code: null, taken: { ...toTaken(timed, source, hash), userId: match.userId } };
}

/** A time ahead of ours becomes the moment of arrival; far ahead, what was sent is kept beside it. */
function holdTime(event: IncomingEvent, receivedAt: InstantText) {
  if (event.occurredAt <= receivedAt) return { event, sentOccurredAt: null };
  const isWrong = event.occurredAt > addSeconds(receivedAt, skewSeconds);
  return { event: { ...event, occurredAt: receivedAt }, sentOccurredAt: isWrong ? event.occurredAt : null };
}

/** A removed person's events count up to the removal. A user that vanished meanwhile takes none. */
function isTooLate(event: IncomingEvent, user: ActivityUser | undefined): boolean {
  return user === undefined || (user.removedAt !== null && event.occurredAt > user.removedAt);
}

function toTaken({ event, sentOccurredAt }: ReturnType<typeof holdTime>, source: string, hash: string) {
  const { eventId, type, occurredAt, launchId, data, device } = event;
  return { source, eventId, type, occurredAt, sentOccurredAt, launchId, data, device, payloadHash: hash };
}

/** The content of an event, whatever the order of its members was. */
function payloadHash({ type, occurredAt, user, device, launchId, data }: IncomingEvent): string {
  const content = [
    type,
    occurredAt,
    [user.id, user.externalId, user.email],
    device && [device.id, device.name, device.platform, device.appVersion],
    launchId,
    [data.is_sample ?? null, data.surface ?? null, data.managed ?? null],
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

function toResult(verdicts: readonly Verdict[]): IngestResult {
  const counts = { accepted: 0, duplicate: 0, quarantined: 0, rejected: 0 };
  for (const { status } of verdicts) counts[status] += 1;
  return { results: verdicts.map(({ index, eventId, status, code }) => ({ index, eventId, status, code })), counts };
}

function userIdsOf(matches: readonly Match[]): string[] {
  return [...new Set(matches.flatMap((match) => (match.kind === 'user' ? [match.userId] : [])))].toSorted();
}

async function takeWaiting(stores: Stores, newId: NewId, user: AppearedUser, at: Date): Promise<number> {
  const recordedAt = instantText(at);
  const emailKey = user.email === null ? null : fold(user.email);
  const rows = await stores.quarantine.lockFor({ ...user, emailKey }, recordedAt);
  if (rows.length === 0) return 0;
  const match = createMatcher(await stores.userActivity.findNamed(namesIn(rows.map(({ event }) => event))));
  const own = rows.filter(({ event }) => {
    const found = match(event.user);
    return found.kind === 'user' && found.userId === user.userId;
  });
  const users = await stores.userActivity.lock(own.length > 0 ? [user.userId] : []);
  const [late, taken] = [true, false].map((isLate) =>
    own.filter(({ event }) => isTooLate(event, users.get(user.userId)) === isLate),
  ) as [typeof own, typeof own];
  const events = taken.map((row) => ({ ...toTaken(row, row.source, row.payloadHash), userId: user.userId }));
  await takeEvents(stores, newId, events, users, at, recordedAt);
  const idsOf = (found: typeof own): number[] => found.map(({ id }) => id);
  await stores.quarantine.resolve(idsOf(taken), 'matched', recordedAt);
  await stores.quarantine.resolve(idsOf(late), 'dropped', recordedAt);
  return taken.length;
}
