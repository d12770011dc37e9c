// The texts behind store/adoption-view: counts now, counts of a range of people as of an instant, and the definition.
// Places: `:o` organization, `:t` the instant, `:k` known at, `:t30` to `:t90` that many days before.
import { activityTypes } from '../domain/activity';
import { isMember, seatsSql, setSums } from './sets';

// Compared with a column, a text is turned into an instant once; a CAST would be worked out for each row and place.
const t = ':t';

/** Bars and open moves; who used the app last on the window's first day is counted apart, to the microsecond. */
export const nowSql = `SELECT p.total_license, x.*, x.recentMembers + y.edgeMembers AS activeMembers
  FROM (SELECT (${seatsSql}) AS total_license) p
  CROSS JOIN (SELECT COUNT(*) AS edgeMembers FROM users u WHERE u.organization_id = :o AND u.last_used_at >= CAST(:start AS DATETIME(6))
    AND u.last_used_at < CAST(:edge AS DATE) + INTERVAL 1 DAY AND ${isMember('u.flags')}) y
  CROSS JOIN (SELECT ${setSums('b.flags', 'b.people')},
      COALESCE(SUM(CASE WHEN ${isMember('b.flags')} AND b.last_used_on > :edge THEN b.people END), 0) AS recentMembers
    FROM (SELECT flags, last_used_on, CAST(people AS SIGNED) AS people FROM adoption_counts WHERE organization_id = :o
      UNION ALL SELECT to_flags, to_on, 1 FROM adoption_deltas WHERE organization_id = :o AND to_flags IS NOT NULL
      UNION ALL SELECT from_flags, from_on, -1 FROM adoption_deltas WHERE organization_id = :o AND from_flags IS NOT NULL) b) x`;

const used = Object.entries(activityTypes)
  .filter(([, rule]) => rule.isActivity)
  .map(([type]) => `'${type}'`)
  .join(', ');

const ownMilestones = `'activated', 'onboarded', 'items_added', 'extension_connected', 'autofill_used', 'returned'`;

/**
 * The keys by which a person's history is found. Named, because statistics lie exactly when it matters: after a large
 * import, or when everything was deleted and written again, the server reads the whole organization for each person
 * instead (measured: 0.7 to 15 s for 480 people; with the keys 10 ms).
 */
const by = {
  people: 'users u FORCE INDEX (PRIMARY)',
  states: 'user_state_intervals si FORCE INDEX (user_state_intervals_user_id_unique)',
  seats: 'license_assignments la FORCE INDEX (license_assignments_user_id_app_open_unique)',
  milestones: 'user_milestones m FORCE INDEX (user_milestones_user_id_milestone_occurred_at_unique)',
  days: 'user_activity_days d FORCE INDEX (PRIMARY)',
  events: 'activity_events v FORCE INDEX (activity_events_user_id_occurred_at_index)',
} as const;

const own = (alias: string): string => `${alias}.organization_id = u.organization_id AND ${alias}.user_id = u.id`;

/** A milestone's time: the current copy, unless one was recorded after `:k`; then the earliest known by then. */
function milestoneSql(column: string, milestone: string, knowsLater: boolean): string {
  if (!knowsLater) return `u.${column}`;
  return `CASE WHEN NOT u.has_later_milestones THEN u.${column} ELSE (SELECT MIN(m.occurred_at) FROM ${by.milestones}
    WHERE ${own('m')} AND m.milestone = '${milestone}' AND m.recorded_at <= :k) END`;
}

/** The last use at or before `:t`: the current copy where it is older, else the newest day that began by then. */
function lastUseSql(knowsLater: boolean): string {
  const byDays = `WHEN u.last_used_at IS NULL THEN NULL WHEN u.last_used_at <= ${t} THEN u.last_used_at
    ELSE (SELECT LEAST(d.last_at, CAST(:t AS DATETIME(6))) FROM ${by.days} WHERE ${own('d')} AND d.day_on <= DATE(${t}) AND d.first_at <= ${t}
      ORDER BY d.day_on DESC LIMIT 1) END`;
  if (!knowsLater) return `CASE ${byDays}`;
  return `CASE WHEN u.has_later_events THEN (SELECT MAX(v.occurred_at) FROM ${by.events}
    WHERE ${own('v')} AND v.occurred_at <= ${t} AND v.received_at <= :k AND v.event_type IN (${used})
      AND COALESCE(JSON_UNQUOTE(JSON_EXTRACT(v.data, '$.is_sample')), 'false') <> 'true') ${byDays}`;
}

/**
 * Who was heard of after `:k`: only for these the current copy may know too much. As IN, never as joined sub-selects: where
 * the server's statistics are stale it joins those without a key, and three of them cost the cube of the range (15 s for
 * 480 people).
 */
const heardLater = {
  milestones: `u.id IN (SELECT m.user_id FROM ${by.milestones} WHERE m.organization_id = :o AND m.recorded_at > :k
    AND m.milestone IN (${ownMilestones})
    AND m.user_id > :from AND m.user_id <= :until)`,
  events: `u.id IN (SELECT v.user_id FROM ${by.events} WHERE v.organization_id = :o AND v.received_at > :k
    AND v.user_id > :from AND v.user_id <= :until)`,
};

/** Whether anything at all was recorded after `:k`; where nothing was, the plain look at the present is enough. */
export const heardLaterSql = `SELECT EXISTS (SELECT 1 FROM activity_events v WHERE v.organization_id = :o AND v.received_at > :k)
  OR EXISTS (SELECT 1 FROM user_milestones m WHERE m.organization_id = :o AND m.recorded_at > :k AND m.milestone IN (${ownMilestones})) AS is_heard`;

/** The people of one range, each with whether something was heard of them later. */
const peopleSql = (knowsLater: boolean): string =>
  knowsLater
    ? `(SELECT u.*, ${heardLater.milestones} AS has_later_milestones, ${heardLater.events} AS has_later_events
        FROM ${by.people} WHERE u.organization_id = :o AND u.id > :from AND u.id <= :until) u`
    : by.people;

/**
 * One range of at most `:most` people: the current copy decides where it is older than `:t`, the history where it is not.
 * The limit keeps the inner select whole; merged into the sums it would look into the history once for each of them.
 */
export function asOfSql(knowsLater: boolean): string {
  const milestone = (column: string, name: string): string => milestoneSql(column, name, knowsLater);
  return `SELECT ${asOfSums} FROM (SELECT
      CASE WHEN u.state_since <= ${t} THEN u.account_state = 'enabled' ELSE EXISTS (SELECT 1 FROM ${by.states}
        WHERE ${own('si')} AND si.state = 'enabled' AND si.started_at <= ${t} AND (si.ended_at IS NULL OR si.ended_at > ${t})) END AS e,
      CASE WHEN u.licensed_at <= ${t} THEN 1 ELSE EXISTS (SELECT 1 FROM ${by.seats}
        WHERE ${own('la')} AND la.is_app = 1 AND la.assigned_at <= ${t} AND (la.released_at IS NULL OR la.released_at > ${t})) END AS f,
      ${milestone('activated_at', 'activated')} AS m1, ${milestone('onboarded_at', 'onboarded')} AS m2,
      ${milestone('items_added_at', 'items_added')} AS m3, ${milestone('extension_connected_at', 'extension_connected')} AS x1,
      ${milestone('autofill_used_at', 'autofill_used')} AS x2, ${milestone('returned_at', 'returned')} AS r1,
      ${lastUseSql(knowsLater)} AS used_at
    FROM ${peopleSql(knowsLater)}
    WHERE u.organization_id = :o AND u.id > :from AND u.id <= :until LIMIT :most) p`;
}

const count = (condition: string): string => `COUNT(CASE WHEN ${condition} THEN 1 END)`;
const reached = (column: string): string => `${column} <= ${t}`;
const at = (name: string): string => `:${name}`;
const idle = `e AND ${reached('m2')} AND (used_at IS NULL OR used_at < ${at('t30')}) AND COALESCE(used_at, m2)`;

const asOfSums = `${count('e')} AS people, ${count('f')} AS assigned, ${count(`f AND ${reached('m1')}`)} AS activated,
  ${count(`f AND ${reached('m2')}`)} AS onboarded, ${count(`f AND ${reached('m3')}`)} AS usingApp,
  ${count(`f AND ${reached('m3')} AND ${reached('x1')}`)} AS usingWithExtension, ${count(`f AND ${reached('m3')} AND ${reached('x2')}`)} AS usingWithAutofill,
  ${count(`e AND ${reached('m2')}`)} AS members, ${count(`e AND ${reached('m2')} AND used_at >= ${at('t30')}`)} AS activeMembers,
  ${count(`e AND ${reached('m2')} AND (r1 IS NULL OR r1 > ${t})`)} AS never_used,
  ${count(`${idle} >= ${at('t60')} AND COALESCE(used_at, m2) < ${at('t30')}`)} AS inactive_30_60,
  ${count(`${idle} >= ${at('t90')} AND COALESCE(used_at, m2) < ${at('t60')}`)} AS inactive_60_90,
  ${count(`${idle} < ${at('t90')}`)} AS inactive_90_plus`;

/** The definition, people by people and day by day. */
export const referenceSql = `SELECT p.total_license, x.* FROM (SELECT (${seatsSql}) AS total_license) p CROSS JOIN (SELECT ${count('f')} AS assigned, ${count('f AND m1')} AS activated, ${count('f AND m2')} AS onboarded,
    ${count('f AND m3')} AS usingApp, ${count('f AND m3 AND x1')} AS usingWithExtension, ${count('f AND m3 AND x2')} AS usingWithAutofill,
    ${count('e AND m2')} AS members, ${count('e AND m2 AND a')} AS activeMembers
  FROM (SELECT la.id IS NOT NULL AS f, si.id IS NOT NULL AS e, u.activated_at <= ${t} AS m1, u.onboarded_at <= ${t} AS m2, u.items_added_at <= ${t} AS m3,
      u.extension_connected_at <= ${t} AS x1, u.autofill_used_at <= ${t} AS x2,
      EXISTS (SELECT 1 FROM user_activity_days d WHERE ${own('d')} AND d.day_on BETWEEN DATE(${at('t30')}) AND DATE(${t})
        AND d.last_at >= ${at('t30')} AND d.first_at <= ${t}) AS a
    FROM users u
    LEFT JOIN license_assignments la ON ${own('la')} AND la.is_app = 1 AND la.assigned_at <= ${t} AND (la.released_at IS NULL OR la.released_at > ${t})
    LEFT JOIN user_state_intervals si ON ${own('si')} AND si.state = 'enabled' AND si.started_at <= ${t} AND (si.ended_at IS NULL OR si.ended_at > ${t})
    WHERE u.organization_id = :o) r) x`;
