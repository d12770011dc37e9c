// @ts-check
// The statements that the product sends for a create, a filter, a read, a list and a change of a user: what the floor of the
// SCIM bench sends too. test/scim/floor.test.ts holds them to those the product sends. Called by scim.js.
'use strict';

const places = (/** @type {number} */ columns, rows = 1) =>
  Array.from({ length: rows }, () => `(${Array.from({ length: columns }, () => '?').join(', ')})`).join(', ');

const validSeats = `(SELECT CAST(COALESCE(SUM(t.seats), 0) AS SIGNED) FROM license_pool_terms t WHERE t.organization_id = ?
  AND t.pool_id = ? AND t.started_at <= ? AND (t.ended_at IS NULL OR t.ended_at > ?))`;

/**
 * Texts of a create, between START TRANSACTION and COMMIT. The claim follows the seat: its foreign key shares a lock on the
 * pool, which two makers at once could not both raise.
 */
const create = [
  `INSERT INTO users (organization_id, id, created_at, source, external_id, user_name, user_name_key, email, email_key, display_name, given_name, family_name, title, department, cost_center, employee_number, country, manager_user_id, manager_raw, locale, time_zone, scim_active, scim_extra, account_state, state_since, licensed_at, app_pool_id, deactivated_at, removed_at, row_version, updated_at) VALUES ${places(31)}`,
  `INSERT INTO user_values (organization_id, user_id, attribute, ordinal, type_key, value_key, value, is_primary, display, extra) VALUES ${places(10, 5)}`,
  `INSERT INTO user_profile_versions (organization_id, id, user_id, valid_from, user_name, email, display_name, department, cost_center, country, title, manager_user_id, locale, time_zone, created_at) VALUES ${places(15)}`,
  `INSERT INTO user_state_intervals (organization_id, id, user_id, state, started_at, cause, created_at) VALUES ${places(7)}`,
  `SELECT EXISTS (SELECT 1 FROM users u WHERE u.organization_id = ? AND u.account_state <> 'removed' AND u.email_key = ? AND u.id <> ?) AS has_twin,
    EXISTS (SELECT 1 FROM users u WHERE u.organization_id = ? AND u.account_state <> 'removed' AND u.manager_raw IN (?, ?, ?) AND u.manager_user_id IS NULL AND u.id <> ?) AS is_awaited,
    EXISTS (SELECT 1 FROM event_quarantine q WHERE q.organization_id = ? AND q.resolved_at IS NULL AND q.email_key = ?) OR EXISTS (SELECT 1 FROM event_quarantine q WHERE q.organization_id = ? AND q.resolved_at IS NULL AND q.external_id = ?) AS has_events`,
  `SELECT r.id, r.source, r.match_value, p.id AS pool_id, p.is_app FROM license_rules r JOIN license_pools p ON p.organization_id = r.organization_id AND p.id = r.pool_id
    WHERE r.organization_id = ? AND r.source IN ('auto', 'roles', 'extension') AND r.ended_at IS NULL AND p.closed_at IS NULL ORDER BY p.sort_order, p.id, r.id`,
  `UPDATE license_pools SET assigned = assigned + LAST_INSERT_ID(IF(closed_at IS NOT NULL, 0, IF(over_seat = 'allow',
    CAST(? AS SIGNED) + IF(CAST(assigned AS SIGNED) + CAST(? AS SIGNED) > ${validSeats}, 8589934592, 0),
    LEAST(CAST(? AS SIGNED), GREATEST(0, ${validSeats} - CAST(assigned AS SIGNED)))))) % 8589934592
    WHERE organization_id = ? AND id = ?`,
  `INSERT INTO license_assignments (organization_id, id, user_id, pool_id, is_app, source, source_ref, assigned_at, actor_id, created_at) VALUES ${places(10)}`,
  `UPDATE users SET licensed_at = ?, app_pool_id = ? WHERE organization_id = ? AND id = ?`,
  `INSERT INTO license_claims (organization_id, id, user_id, pool_id, source, source_ref, effect, claimed_at, last_seen_at, actor_id, created_at) VALUES ${places(11)}`,
  `INSERT INTO adoption_deltas (organization_id, from_flags, from_on, to_flags, to_on) VALUES ${places(5)}`,
  `INSERT INTO outbox (organization_id, topic, subject_id, lane, payload, created_at, available_at, attempts) VALUES ${places(8)}`,
  `INSERT INTO audit_entries (organization_id, happened_at, actor_kind, actor_id, action, target_kind, target_id, detail, request_id) VALUES ${places(9, 2)}`,
  `INSERT INTO audit_personal_values (organization_id, audit_id, field, subject_user_id, value_text, salt) VALUES ${places(6, 6)}`,
];

const columns = `SELECT u.id, u.source, u.external_id, u.user_name, u.email, u.display_name, u.given_name, u.family_name, u.title, u.department,
  u.cost_center, u.employee_number, u.country, u.manager_user_id, u.manager_raw, u.locale, u.time_zone, u.scim_active, u.scim_extra, u.account_state,
  u.state_since, u.licensed_at, u.app_pool_id, u.activated_at, u.onboarded_at, u.items_added_at, u.extension_connected_at, u.autofill_used_at,
  u.returned_at, u.hub_authenticated_at, u.last_used_at, u.row_version, u.created_at, u.updated_at,
  (SELECT JSON_ARRAYAGG(JSON_ARRAY(v.ordinal, v.attribute, v.type_key, v.value, v.is_primary, v.display, v.extra)) FROM user_values v WHERE v.organization_id = u.organization_id AND v.user_id = u.id) AS value_list,
  (SELECT JSON_ARRAYAGG(JSON_ARRAY(g.id, g.display_name)) FROM directory_group_members gm JOIN directory_groups g ON g.organization_id = gm.organization_id AND g.id = gm.group_id WHERE gm.organization_id = u.organization_id AND gm.user_id = u.id AND gm.is_open = 1) AS group_list,
  (SELECT m.display_name FROM users m WHERE m.organization_id = u.organization_id AND m.id = u.manager_user_id) AS manager_display_name
  FROM users u WHERE u.organization_id = ? AND u.account_state <> 'removed'`;

/** The one statement of `userName eq`. */
const filter = `${columns} AND (u.user_name_key = ?) ORDER BY u.id LIMIT 101`;

/** The one statement of a read by id. */
const get = `${columns} AND u.id = ?`;

/** Both statements of the first page of a list. */
const list = [
  `${columns} ORDER BY u.id LIMIT 101`,
  `SELECT (SELECT COALESCE(SUM(people), 0) FROM adoption_counts WHERE organization_id = ?)
           + (SELECT COALESCE(SUM((to_flags IS NOT NULL) - (from_flags IS NOT NULL)), 0) FROM adoption_deltas WHERE organization_id = ?) AS people`,
];

/** Texts of a new title, between START TRANSACTION and COMMIT. */
const change = [
  `${columns} AND u.id = ? FOR UPDATE`,
  'UPDATE users SET title = ?, row_version = ? WHERE organization_id = ? AND id = ?',
  'UPDATE user_profile_versions SET valid_to = ? WHERE organization_id = ? AND user_id = ? AND is_open = 1',
  `INSERT INTO user_profile_versions (organization_id, id, user_id, valid_from, user_name, email, display_name, department, cost_center, country, title, manager_user_id, locale, time_zone, created_at) VALUES ${places(15)}`,
  `INSERT INTO audit_entries (organization_id, happened_at, actor_kind, actor_id, action, target_kind, target_id, detail, request_id) VALUES ${places(9)}`,
];

/** The one statement of each further search that a key serves, and values of its places for a person's number. */
const byKey = /** @type {Record<string, { sql: string, values: (number: number) => (string | number)[] }>} */ ({
  userName: { sql: filter, values: (number) => [1, `person.${number}@example.com`] },
  externalId: {
    sql: `${columns} AND (u.external_id = ?) ORDER BY u.id LIMIT 101`,
    values: (number) => [1, `e${number}`],
  },
  'work e-mail': {
    sql: `${columns} AND (u.id IN (SELECT v.user_id FROM user_values v WHERE v.organization_id = u.organization_id AND v.attribute = ? AND ((v.type_key = ?) AND (v.value_key = ?)))) ORDER BY u.id LIMIT 101`,
    values: (number) => [1, 'emails', 'work', `person.${number}@example.com`],
  },
  'id and manager': {
    sql: `${columns} AND ((u.id = ?) AND (u.manager_raw = ?)) ORDER BY u.id LIMIT 101`,
    values: (number) => [1, `0190a1b2-c3d4-7e5f-8a9b-${String(number).padStart(12, '0')}`, `m${number}`],
  },
});

module.exports = { byKey, change, create, filter, get, list };
