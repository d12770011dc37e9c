// One lane of the relay: claims rows, joins those that ask for the same call, calls, and marks what is done. A crash before
// a call leaves rows whose lease ends; a crash after it repeats the call, which changes nothing. Called by relay.ts.
import type { Clock } from '../clock';
import type { Lane, OutboxRow } from '../domain/event';
import type { Log } from '../log';
import type { Outbox } from '../service/outbox';
import { costOf, groupRows, hasAction, type Group } from './dispatch';
import type { LaneRate } from './lane-rate';
import { pause, type Presence } from './patience';
import { failureOf, type WorkflowCalls } from './workflow-calls';

/** Moments at which a test may stop the process. */
export type RelayFault = 'relay.afterClaim' | 'relay.afterStart' | 'relay.beforeMark';

/** What a lane works with. */
export interface LaneTools {
  readonly lane: Lane;
  readonly outbox: Outbox;
  readonly calls: WorkflowCalls;
  readonly rate: LaneRate;
  readonly presence: Presence;
  /** A few calls at a time over all lanes. */
  readonly gate: <T>(work: () => Promise<T>) => Promise<T>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  readonly fault: (point: RelayFault) => Promise<void>;
  readonly stopping: AbortSignal;
}

const claimLimit = 200;
const leaseMs = 30_000;
const busyMs = 250;
const idleMs = 1000;
const mostAttempts = 10;
const retryMs = { first: 1000, longest: 60_000 };

/** Works until it is stopped; a failing database is waited for. */
export async function runLane(tools: LaneTools): Promise<void> {
  const { stopping, log, lane } = tools;
  while (!stopping.aborted) {
    try {
      const claimed = await passLane(tools);
      if (claimed < claimLimit) await pause(claimed > 0 ? busyMs : idleMs, stopping);
    } catch (error) {
      log.warn({ lane, error }, 'the relay waits for the database');
      await pause(idleMs, stopping);
    }
  }
}

/** One pass: claim, call, mark. Answers how many rows it took. */
export async function passLane(tools: LaneTools): Promise<number> {
  const { lane, outbox, rate, presence, clock, fault, stopping } = tools;
  if (presence.waitMs() > 0) await pause(presence.waitMs(), stopping);
  // While the server is away one row is enough to ask whether it is back.
  const limit = Math.min(claimLimit, Math.floor(rate.available()), presence.awaySince() ? 1 : claimLimit);
  if (limit < 1 || stopping.aborted) return 0;
  const now = clock.now();
  const rows = await outbox.claim({ lanes: [lane], limit, now, leaseUntil: new Date(now.getTime() + leaseMs) });
  if (rows.length === 0) return 0;
  await fault('relay.afterClaim');
  const results = await Promise.all(groupsOf(rows).map((group) => deliver(tools, group)));
  await fault('relay.beforeMark');
  await outbox.markDispatched(results.flat(), clock.now());
  return rows.length;
}

/** Rows as groups; a row of a topic that is not known stands alone and fails alone. */
function groupsOf(rows: readonly OutboxRow[]): (Group | OutboxRow)[] {
  return [...groupRows(rows.filter(hasAction)), ...rows.filter((row) => !hasAction(row))];
}

/** Makes one call. Answers the ids of the rows that are done with it. */
async function deliver(tools: LaneTools, group: Group | OutboxRow): Promise<number[]> {
  if (!('action' in group)) {
    await refuse(tools, group, 'unknown_topic');
    return [];
  }
  return tools.gate(async () => {
    const ids = group.rows.map((row) => row.id);
    if (tools.stopping.aborted || tools.presence.waitMs() > 0) return handBack(tools, ids);
    const startedAt = Date.now();
    try {
      tools.rate.spend(costOf(group.action));
      await tools.calls.perform(group.action);
      tools.presence.noteBack();
      tools.rate.observe(Date.now() - startedAt);
      await tools.fault('relay.afterStart');
      return ids;
    } catch (error) {
      await fail(tools, group, error);
      return [];
    }
  });
}

async function fail(tools: LaneTools, group: Group, error: unknown): Promise<void> {
  const failure = failureOf(error);
  if (failure === 'away') tools.presence.noteAway();
  if (failure === 'busy') tools.rate.halve();
  if (failure === 'away' || failure === 'busy') {
    await handBack(
      tools,
      group.rows.map((row) => row.id),
    );
    return;
  }
  tools.presence.noteBack();
  const code = error instanceof Error ? error.name : 'unknown';
  tools.log.warn({ lane: tools.lane, action: group.action.kind, error }, 'Temporal refuses an outbox row');
  for (const row of group.rows) await refuse(tools, row, code);
}

/** The rows were never the matter: again in a second, without counting the try. */
async function handBack({ outbox, clock }: LaneTools, ids: readonly number[]): Promise<number[]> {
  await outbox.release(ids, new Date(clock.now().getTime() + retryMs.first));
  return [];
}

/** Tries a row ten times, ever later; then it is put aside for a person. */
async function refuse({ outbox, clock, log }: LaneTools, row: OutboxRow, code: string): Promise<void> {
  if (row.attempts >= mostAttempts) {
    log.error(
      { outboxId: row.id, topic: row.event.topic, attempts: row.attempts, reason: code },
      'an outbox row is parked',
    );
    await outbox.park(row.id, code);
    return;
  }
  const waitMs = Math.min(retryMs.first * 2 ** (row.attempts - 1), retryMs.longest);
  await outbox.giveBack(row.id, { availableAt: new Date(clock.now().getTime() + waitMs), error: code });
}
