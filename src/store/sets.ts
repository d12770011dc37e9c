// The sets of users behind all counts, as conditions: the number, the list behind it and the export use the same ones.
// Flags decide most of them (domain/adoption); recent use is decided to the microsecond on `last_used_at`.
import { flagSets, type FlagSet } from '../domain/adoption';

/** A condition on a column of flags. */
export function inSet(column: string, { allOf }: FlagSet): string {
  return `${column} & ${allOf} = ${allOf}`;
}

/** Sums over bars of the histogram, one column a set, each by its name. */
export function setSums(flags: string, people: string): string {
  return Object.entries(flagSets)
    .map(([name, set]) => `COALESCE(SUM(CASE WHEN ${inSet(flags, set)} THEN ${people} END), 0) AS ${name}`)
    .join(', ');
}

/** Members: enabled people who finished the setup, licensed or not. The base of everything about activity. */
export function isMember(flags: string): string {
  return inSet(flags, flagSets.members);
}

/** Seats of app pools valid at `:t`, over the parameter `:o`. */
export const seatsSql = `SELECT CAST(COALESCE(SUM(t.seats), 0) AS SIGNED) FROM license_pool_terms t
  JOIN license_pools lp ON lp.organization_id = t.organization_id AND lp.id = t.pool_id
  WHERE t.organization_id = :o AND lp.is_app = 1 AND t.started_at <= CAST(:t AS DATETIME(6)) AND (t.ended_at IS NULL OR t.ended_at > CAST(:t AS DATETIME(6)))`;

/** People waiting for an app seat at `:t`. */
export const waitlistedSql = `SELECT COUNT(DISTINCT w.user_id) FROM license_waitlist w
  JOIN license_pools lp ON lp.organization_id = w.organization_id AND lp.id = w.pool_id
  WHERE w.organization_id = :o AND lp.is_app = 1 AND w.waiting_since <= CAST(:t AS DATETIME(6)) AND (w.ended_at IS NULL OR w.ended_at > CAST(:t AS DATETIME(6)))`;
