// The adoption counts: now, from the kept histogram; as of any instant, from the users and their history.
// Called by service/adoption; the as-of counts inside one snapshot, since they take several statements.
import { windowStart } from '../domain/activity';
import type { AdoptionSums, ExtraCounts } from '../domain/adoption';
import { utcDay, type InstantText } from '../domain/instant';
import { asOfSql, heardLaterSql, nowSql, referenceSql } from './adoption-sql';
import type { Connection, Row } from './connection';
import { named } from './named-sql';
import { seatsSql, waitlistedSql } from './sets';

/** The parts of the overview: seats, and people by set. */
export interface OverviewParts {
  readonly totalLicense: number;
  readonly sums: AdoptionSums;
}

/** The parts as of an instant, and what is counted beside them. */
export interface PartsAsOf extends OverviewParts, Omit<ExtraCounts, 'overAssignedLicense'> {
  /** Enabled people. */
  readonly people: number;
}

/** For which instant, and from what was recorded by when; null = by now. */
export interface AsOf {
  readonly asOf: InstantText;
  readonly knownAt: InstantText | null;
  /** People in one statement, so that none runs long; 25,000 unless a test asks for less. */
  readonly rangeSize?: number;
}

/** The adoption counts of one organization. */
export function createAdoptionView({ organizationId, prepared, run }: Connection) {
  return {
    /** The overview at `asOf`, which is now: one statement and so one read view; O(bars + people on the edge day). */
    overviewNow: async (asOf: InstantText): Promise<OverviewParts> => {
      const start = windowStart(asOf);
      const { sql, values } = named(nowSql, { o: organizationId, t: asOf, start, edge: utcDay(start) });
      const { rows } = await prepared(sql, values);
      return toParts(rows[0] ?? {});
    },
    /** The counts as of an instant, known at another; O(people), by ranges of ids. */
    countsAsOf: async ({ asOf, knownAt, rangeSize = 25_000 }: AsOf): Promise<PartsAsOf> => {
      const windows = { t30: windowStart(asOf), t60: windowStart(asOf, 60), t90: windowStart(asOf, 90) };
      const common = { o: organizationId, t: asOf, k: knownAt ?? '', most: rangeSize, ...windows };
      const heard = named(heardLaterSql, common);
      const isHeard = knownAt !== null && Number((await run(heard.sql, heard.values)).rows[0]?.['is_heard']) === 1;
      const text = asOfSql(isHeard);
      const parts: PartsAsOf[] = [];
      for (let from = '', until = ''; ; from = until) {
        const { rows: ends } = await prepared(
          `SELECT id FROM users WHERE organization_id = ? AND id > ? ORDER BY id LIMIT 1 OFFSET ${rangeSize - 1}`,
          [organizationId, from],
        );
        until = (ends[0]?.['id'] as string | undefined) ?? '~';
        const { sql, values } = named(text, { ...common, from, until });
        const { rows } = await run(sql, values);
        parts.push(toPartsAsOf(rows[0] ?? {}));
        if (ends.length === 0) break;
      }
      const seats = named(`SELECT (${seatsSql}) AS total_license, (${waitlistedSql}) AS waitlisted`, common);
      const { rows } = await run(seats.sql, seats.values);
      const whole = { totalLicense: Number(rows[0]?.['total_license']), waitlisted: Number(rows[0]?.['waitlisted']) };
      return { ...parts.reduce(plus), ...whole };
    },
    /** The definition in one plain statement; tests compare everything else with it. Source: docs/adoption.md. */
    referenceOverview: async (asOf: InstantText): Promise<OverviewParts> => {
      const { sql, values } = named(referenceSql, { o: organizationId, t: asOf, t30: windowStart(asOf) });
      const { rows } = await run(sql, values);
      return toParts(rows[0] ?? {});
    },
  };
}

const sumNames = [
  'assigned',
  'activated',
  'onboarded',
  'usingApp',
  'usingWithExtension',
  'usingWithAutofill',
  'members',
  'activeMembers',
] as const satisfies readonly (keyof AdoptionSums)[];

function toParts(row: Row): OverviewParts {
  return { totalLicense: Number(row['total_license']), sums: toSums((name) => Number(row[name])) };
}

function toSums(valueOf: (name: keyof AdoptionSums) => number): AdoptionSums {
  return Object.fromEntries(sumNames.map((name) => [name, valueOf(name)])) as AdoptionSums;
}

function toPartsAsOf(row: Row): PartsAsOf {
  return {
    totalLicense: 0,
    waitlisted: 0,
    sums: toSums((name) => Number(row[name])),
    people: Number(row['people']),
    neverUsed: Number(row['never_used']),
    inactive30To60: Number(row['inactive_30_60']),
    inactive60To90: Number(row['inactive_60_90']),
    inactive90Plus: Number(row['inactive_90_plus']),
  };
}

function plus(one: PartsAsOf, other: PartsAsOf): PartsAsOf {
  return {
    totalLicense: 0,
    waitlisted: 0,
    sums: toSums((name) => one.sums[name] + other.sums[name]),
    people: one.people + other.people,
    neverUsed: one.neverUsed + other.neverUsed,
    inactive30To60: one.inactive30To60 + other.inactive30To60,
    inactive60To90: one.inactive60To90 + other.inactive60To90,
    inactive90Plus: one.inactive90Plus + other.inactive90Plus,
  };
}
