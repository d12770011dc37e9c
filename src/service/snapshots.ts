// The counts of each local day, kept: built when a day has ended, rebuilt from history when one was missed.
// Called by the snapshot activity and by the snapshot command; the counting itself is handed in (service/adoption).
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import { definitionsVersion } from '../domain/report';
import { addDays, completeDays, endOfDay, localDay } from '../domain/zone-calendar';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { CountRow, Snapshot } from '../store/snapshot-store';
import type { Stores } from '../store/stores';

/** The counts of the whole organization at `asOf`, from what was recorded by `knownAt`; inside one snapshot. */
export type CountsAsOf = (stores: Stores, asOf: Date, knownAt: Date) => Promise<CountRow>;

/** The counts of a day. `version` is null while the day is not over: then nothing of it is stored. */
export interface DayCounts {
  readonly dayOn: string;
  readonly asOf: Date;
  readonly version: number | null;
  readonly counts: CountRow;
  readonly isProvisional: boolean;
}

/** How days are taken. */
export interface TakeOptions {
  /** The instant the run was scheduled for; a day counts as over by the later of this and the clock. */
  readonly nominalAt: Date;
  /** Called after each day that was looked at: a heartbeat. */
  readonly onDay?: (dayOn: string) => void;
}

/** The verbs of snapshots. */
export interface Snapshots {
  /** Builds every complete local day that has no row, oldest first; answers the days it wrote. */
  take(caller: Caller, options: TakeOptions): Promise<string[]>;
  /** Counts a kept day again with what is known now; different numbers become its next version. Answers whether they did. */
  restate(caller: Caller, dayOn: string): Promise<boolean>;
  /**
   * The valid version of a day, or of the newest one; on the organization's first day, today so far.
   * @throws AppError `snapshot.not_found` for a day without a row, `input.invalid` for a text that is no day
   */
  get(caller: Caller, dayOn?: string): Promise<DayCounts>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly countsAsOf: CountsAsOf;
}

/** The snapshots of local days. */
export function createSnapshots(dependencies: Dependencies): Snapshots {
  return { take: taking(dependencies), restate: restating(dependencies), get: getting(dependencies) };
}

function taking({ database, clock, newId, countsAsOf }: Dependencies): Snapshots['take'] {
  /** One day: its numbers from one snapshot, known at its end, then one row. A day written meanwhile stays. */
  const build = async (organizationId: number, dayOn: string, zone: string, isNewest: boolean): Promise<boolean> => {
    const asOf = endOfDay(dayOn, zone);
    const counts = await database.inSnapshot(organizationId, (stores) => countsAsOf(stores, asOf, asOf));
    const computedBy = isNewest ? ('schedule' as const) : ('rebuild' as const);
    const row = { dayOn, version: 1, asOf, knownAt: asOf, definitionsVersion, computedBy, counts };
    return database.inTransaction(organizationId, (stores) => stores.snapshots.add(newId(), row, clock.now()));
  };
  return async ({ organizationId }, { nominalAt, onDay }) => {
    const { days, missing, zone } = await database.read(organizationId, (stores) =>
      missingDays(stores, new Date(Math.max(nominalAt.getTime(), clock.now().getTime()))),
    );
    const written: string[] = [];
    for (const dayOn of missing) {
      if (await build(organizationId, dayOn, zone, dayOn === days.at(-1))) written.push(dayOn);
      onDay?.(dayOn);
    }
    return written;
  };
}

/** The complete days since the organization began, and those of them without a row. */
async function missingDays(stores: Stores, until: Date) {
  const { timeZone: zone, createdAt } = await stores.organization.get();
  const days = completeDays(localDay(createdAt, zone), until, zone);
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return { days, missing: [], zone };
  const kept = new Set(await stores.snapshots.listDays(first, last));
  return { days, missing: days.filter((day) => !kept.has(day)), zone };
}

function restating({ database, clock, newId, countsAsOf }: Dependencies): Snapshots['restate'] {
  return async ({ organizationId }, dayOn) => {
    const now = clock.now();
    const kept = await database.read(organizationId, (stores) => stores.snapshots.find(dayOn));
    if (!kept) throw new AppError('snapshot.not_found', { dayOn });
    const counts = await database.inSnapshot(organizationId, (stores) => countsAsOf(stores, kept.asOf, now));
    return database.inTransaction(organizationId, async (stores) => {
      const last = await stores.snapshots.lock(dayOn);
      if (!last || isEqual(last.counts, counts)) return false;
      const next = { ...last, version: last.version + 1, knownAt: now, computedBy: 'rebuild' as const, counts };
      return stores.snapshots.add(newId(), { ...next, definitionsVersion }, now);
    });
  };
}

function getting({ database, clock, countsAsOf }: Dependencies): Snapshots['get'] {
  return async ({ organizationId }, dayOn) => {
    if (dayOn !== undefined && !isDay(dayOn))
      throw new AppError('input.invalid', { reason: `"${dayOn.slice(0, 20)}" is no day; write it as 2026-11-30.` });
    const found = await database.read(organizationId, async (stores) =>
      dayOn === undefined ? stores.snapshots.findNewest() : stores.snapshots.find(dayOn),
    );
    if (found) return toDayCounts(found);
    const now = clock.now();
    return database.inSnapshot(organizationId, async (stores) => {
      const { timeZone, createdAt } = await stores.organization.get();
      const today = localDay(now, timeZone);
      const isFirst = localDay(createdAt, timeZone) === today && (dayOn === undefined || dayOn === today);
      if (!isFirst) throw new AppError('snapshot.not_found', { dayOn });
      const counts = await countsAsOf(stores, now, now);
      return { dayOn: today, asOf: now, version: null, counts, isProvisional: true };
    });
  };
}

function toDayCounts({ dayOn, asOf, version, counts }: Snapshot): DayCounts {
  return { dayOn, asOf, version, counts, isProvisional: false };
}

function isEqual(one: CountRow, other: CountRow): boolean {
  return (Object.keys(one) as (keyof CountRow)[]).every((name) => one[name] === other[name]);
}

function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text;
}
