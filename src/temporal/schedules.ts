// Makes Temporal's Schedules equal to MySQL: one change when the relay says so, all of them every 15 minutes. A lease
// per Schedule keeps two workers from undoing each other. Called by the relay and by schedule-loop.
import { ScheduleAlreadyRunning, ScheduleNotFoundError, type ScheduleClient } from '@temporalio/client';
import { AppError } from '../errors';
import type { Log } from '../log';
import type { DesiredSchedule, ScheduleSource } from '../service/schedule-source';
import { hashOfNote, idOf, toScheduleForm } from './schedule-spec';

/** What a pass over all Schedules has changed. */
export interface ReconcileResult {
  readonly written: number;
  /** Those the server calls wrong: told in the log, and no reason to leave out the others. */
  readonly refused: number;
  readonly deleted: number;
  readonly unchanged: number;
}

/** Keeps the Schedules. */
export interface Schedules {
  /** Makes, changes, pauses or deletes the Schedule of a report. @throws temporal.unavailable while another has it */
  syncReport(organizationId: number, reportId: string): Promise<void>;
  /** The same for all Schedules of an organization: its snapshot and its reports. */
  syncOrganization(organizationId: number): Promise<void>;
  /** Compares all Schedules with the table, both ways, and mends what differs. */
  reconcile(): Promise<ReconcileResult>;
}

interface Dependencies {
  readonly client: ScheduleClient;
  readonly source: ScheduleSource;
  readonly log: Log;
  /** Changes per second of a reconcile, 20 by default. */
  readonly changesPerSecond?: number;
}

const leaseTries = 40;
const leaseWaitMs = 250;
/** From so many Schedules on, starts are spread: the server starts 30 a second. */
const spreadFrom = 500;
const spread = { snapshotMs: 600_000, reportMs: 300_000 };

/** A Schedule by its id and organization; `read` says what it should be once the lease is held. */
interface Target {
  readonly scheduleId: string;
  readonly organizationId: number;
  readonly jitterMs: number;
  readonly read: () => Promise<DesiredSchedule | undefined>;
}

/** Keeps Schedules equal to their rows. */
export function createSchedules({ client, source, log, changesPerSecond = 20 }: Dependencies): Schedules {
  let known = 0;
  const targetOf = (organizationId: number, reportId: string | null): Target => ({
    scheduleId: idOf({ organizationId, reportId }),
    organizationId,
    jitterMs: known < spreadFrom ? 0 : reportId === null ? spread.snapshotMs : spread.reportMs,
    read: () => (reportId === null ? source.findSnapshot(organizationId) : source.findReport(organizationId, reportId)),
  });
  const sync = async (target: Target): Promise<void> => {
    const { organizationId, scheduleId } = target;
    await takeLease(source, organizationId, scheduleId);
    let hash: string | null | undefined;
    try {
      hash = await makeEqual(client, target);
    } finally {
      await source.settle(organizationId, scheduleId, hash);
    }
  };
  const reconcile = async (): Promise<ReconcileResult> => {
    const wanted = new Map((await source.listAll()).map((desired) => [idOf(desired), desired]));
    known = wanted.size;
    const actual = await listActual(client);
    const changed = [...wanted.values()].filter((desired) => {
      const { organizationId, reportId } = desired;
      return actual.get(idOf(desired)) !== toScheduleForm(desired, targetOf(organizationId, reportId).jitterMs).hash;
    });
    const orphans = [...actual.keys()].filter((id) => !wanted.has(id));
    const pace = createPace(changesPerSecond);
    let refused = 0;
    for (const { organizationId, reportId } of changed) {
      const target = targetOf(organizationId, reportId);
      await pace(() =>
        sync(target).catch((error: unknown) => {
          // The client's word for INVALID_ARGUMENT (SDK 1.24).
          if (!(error instanceof TypeError)) throw error;
          refused += 1;
          log.error({ error, organizationId, scheduleId: target.scheduleId }, 'Temporal refuses a schedule');
        }),
      );
    }
    for (const scheduleId of orphans) await pace(() => remove(client, scheduleId));
    const written = changed.length - refused;
    const result = { written, refused, deleted: orphans.length, unchanged: wanted.size - changed.length };
    log.info(result, 'schedules compared with the table');
    return result;
  };
  return {
    syncReport: (organizationId, reportId) => sync(targetOf(organizationId, reportId)),
    syncOrganization: async (organizationId) => {
      await sync(targetOf(organizationId, null));
      for (const { reportId } of await source.listOf(organizationId)) {
        if (reportId !== null) await sync(targetOf(organizationId, reportId));
      }
    },
    reconcile,
  };
}

/** Makes one Schedule what its row says; answers its hash, or null when there is to be none. */
async function makeEqual(client: ScheduleClient, { scheduleId, jitterMs, read }: Target): Promise<string | null> {
  const desired = await read();
  if (desired === undefined) {
    await remove(client, scheduleId);
    return null;
  }
  const { form, hash } = toScheduleForm(desired, jitterMs);
  const update = () => client.getHandle(scheduleId).update(() => form);
  try {
    await update();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    await client.create({ ...form, memo: { hash } }).catch((failure: unknown) => {
      if (!(failure instanceof ScheduleAlreadyRunning)) throw failure;
      return update();
    });
  }
  return hash;
}

async function remove(client: ScheduleClient, scheduleId: string): Promise<void> {
  await client
    .getHandle(scheduleId)
    .delete()
    .catch((error: unknown) => {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    });
}

/** Our Schedules as the server lists them: id -> hash of what they are equal to. */
async function listActual(client: ScheduleClient): Promise<Map<string, string | undefined>> {
  const actual = new Map<string, string | undefined>();
  for await (const { scheduleId, action, state } of client.list({ pageSize: 1000 })) {
    const isOurs =
      /^(?:snapshot|report)\//.test(scheduleId) &&
      /^(?:dailySnapshot|scheduledReport)$/.test(action?.workflowType ?? '');
    if (isOurs) actual.set(scheduleId, hashOfNote(state.note));
  }
  return actual;
}

async function takeLease(source: ScheduleSource, organizationId: number, scheduleId: string): Promise<void> {
  for (let tries = 0; tries < leaseTries; tries += 1) {
    if (await source.lease(organizationId, scheduleId)) return;
    await wait(leaseWaitMs);
  }
  throw new AppError('temporal.unavailable', { reason: 'another process changes this schedule' });
}

/** Runs steps one after another, at most so many a second. */
function createPace(perSecond: number) {
  return async (step: () => Promise<void>): Promise<void> => {
    await Promise.all([step(), wait(1000 / perSecond)]);
  };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
