// What the directory asked and what became of it: by user, request or status; how near it is to quarantine; and the end of
// old rows. Called by the command line and the worker.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import { isSilent, quarantineRisk, type QuarantineRisk, type RequestCounts } from '../domain/entra-quarantine';
import { massWindowMs } from '../domain/hold';
import type { RequestedChange } from '../domain/request-record';
import { AppError } from '../errors';
import type { Database } from '../store/database';
import type { PastRequest, RequestMark } from '../store/request-history-view';
import type { MissingRows } from '../store/request-log-writer-store';
import { eachApart } from './apart';
import { standingOf } from './provisioning-watch';
import { countRequests } from './scim-standing';

/** A question; without any word the newest requests. */
export interface RequestQuestion {
  /** An id or a userName, removed users' too while it is kept. */
  readonly user?: string;
  readonly requestId?: string;
  readonly statusCode?: number;
  readonly before?: RequestMark;
  readonly limit: number;
}

/** A page; `next` begins the following one. A single request comes with what it changed. */
export interface RequestPage {
  readonly items: readonly (PastRequest & { readonly changes?: readonly RequestedChange[] })[];
  readonly next: RequestMark | undefined;
}

/** How the directory fares: counts of the hours asked for, and its standing as the alert `provisioning_failing` judges it. */
export interface ScimHealth extends RequestCounts, QuarantineRisk {
  readonly since: Date;
  /** The share that failed within the last 40 minutes, 0 to 1. */
  readonly recentRatio: number;
  readonly lastAt: Date | null;
  /** It has asked before, and not for 80 minutes. */
  readonly isSilent: boolean;
  readonly byStatus: Readonly<Record<string, number>>;
  /** Rows of the whole installation that the counts lack, of processes seen since then. */
  readonly missing: MissingRows;
}

/** The verbs. */
export interface RequestHistory {
  /** @throws user.not_found, request.not_found */
  ask(caller: Caller, question: RequestQuestion): Promise<RequestPage>;
  /** Counts of the last hours, and where they lead: the lines of Entra's quarantine. */
  health(caller: Caller, hours: number): Promise<ScimHealth>;
  /** In all organizations: payloads leave after 30 days, rows after 90, counters of mass changes after one. */
  purge(): Promise<{ readonly payloads: number; readonly rows: number }>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
}

const dayMs = 24 * 60 * 60 * 1000;
const payloadDays = 30;
const rowDays = 90;
const batch = 1000;
/** Batches of one run, so that a purge that was off for long does not hold the worker. */
const mostBatches = 500;
const watermark = 'scim_log.payloads_purged';
const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** The service. */
export function createRequestHistory({ database, clock }: Dependencies): RequestHistory {
  const one = async ({ organizationId }: Caller, requestId: string): Promise<RequestPage> =>
    database.read(organizationId, async ({ requestHistory }) => {
      const found = await requestHistory.find(requestId);
      if (found === undefined) throw new AppError('request.not_found');
      return { items: [{ ...found, changes: await requestHistory.listChanges(found) }], next: undefined };
    });

  const some = async ({ organizationId }: Caller, question: RequestQuestion): Promise<RequestPage> =>
    database.read(organizationId, async ({ requestHistory }) => {
      const { user, limit, ...rest } = question;
      const subjects =
        user === undefined ? [undefined] : uuid.test(user) ? [user] : await requestHistory.idsOfName(user);
      if (subjects.length === 0) throw new AppError('user.not_found');
      const lists: PastRequest[][] = [];
      for (const subjectId of subjects) {
        lists.push(await requestHistory.list({ ...rest, limit: limit + 1, ...(subjectId && { subjectId }) }));
      }
      const all = lists.flat().toSorted((a, b) => Number(b.receivedAt) - Number(a.receivedAt) || b.id - a.id);
      const items = all.slice(0, limit);
      return { items, next: all.length > limit ? items.at(-1) : undefined };
    });

  /** From where the last run came to, so that rows without a payload are not read again and again. */
  const clearPayloads = async (organizationId: number): Promise<number> => {
    const until = new Date(clock.now().getTime() - payloadDays * dayMs);
    let cleared = 0;
    for (let turn = 0; turn < mostBatches; turn += 1) {
      const found = await database.inTransaction(organizationId, async ({ requestHistory, settings }) => {
        const marks = await requestHistory.listOldest(markOf(await settings.find(watermark)), until, batch);
        const last = marks.at(-1);
        if (last === undefined) return 0;
        await requestHistory.clearPayloads(marks.map(({ id }) => id));
        await settings.save(watermark, { at: last.receivedAt.toISOString(), id: last.id }, null, clock.now());
        return marks.length;
      });
      cleared += found;
      if (found < batch) break;
    }
    return cleared;
  };

  const inBatches = async (work: () => Promise<number>): Promise<number> => {
    let done = 0;
    for (let turn = 0; turn < mostBatches; turn += 1) {
      const found = await work();
      done += found;
      if (found < batch) break;
    }
    return done;
  };

  const deleteRows = async (organizationId: number): Promise<number> => {
    const now = clock.now().getTime();
    const before = new Date(now - rowDays * dayMs);
    await inBatches(() =>
      database.read(organizationId, ({ requestHistory }) => requestHistory.deleteSubjectsBefore(before, batch)),
    );
    const deleted = await inBatches(() =>
      database.read(organizationId, ({ requestHistory }) => requestHistory.deleteBefore(before, batch)),
    );
    await database.read(organizationId, ({ holds }) =>
      holds.purgeChanges(new Date(now - 24 * massWindowMs), batch * 100),
    );
    return deleted;
  };

  return {
    ask: (caller, question) =>
      question.requestId === undefined ? some(caller, question) : one(caller, question.requestId),
    health: async ({ organizationId }, hours) => {
      const since = new Date(clock.now().getTime() - hours * 60 * 60 * 1000);
      const missing = await database.acrossOrganizations((scan) => scan.requestLogWriters.sumMissing(since));
      return database.read(organizationId, async (stores) => {
        const { byStatus, failedByStatus: _, ...counts } = await countRequests(stores, since);
        const { recentRatio, lastAt, state, line, expectedInMs } = await standingOf(stores, clock.now());
        const own = quarantineRisk(counts);
        return {
          ...own,
          ...counts,
          state,
          line: line ?? own.line,
          expectedInMs,
          since,
          byStatus: Object.fromEntries(byStatus),
          missing,
          recentRatio,
          lastAt: lastAt ?? null,
          isSilent: isSilent(lastAt, clock.now()),
        };
      });
    },
    purge: async () => {
      const organizations = await database.acrossOrganizations((scan) => scan.organizations.list());
      let [payloads, rows] = [0, 0];
      await eachApart(organizations, async ({ organizationId }) => {
        payloads += await clearPayloads(organizationId);
        rows += await deleteRows(organizationId);
      });
      return { payloads, rows };
    },
  };
}

function markOf(kept: unknown): RequestMark {
  const { at, id } = (kept ?? {}) as { at?: string; id?: number };
  return { receivedAt: new Date(at ?? 0), id: id ?? 0 };
}
