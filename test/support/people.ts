// People written straight into the tables with their whole history, for tests that need a known population at a known
// instant. The current copy is made from the history here as the services would make it.
import type { Connection } from 'mysql2/promise';
import type { MilestoneName } from '../../src/domain/activity';
import { newId } from '../../src/ids';

/** A person; instants are texts with microseconds. */
export interface Person {
  readonly name: string;
  readonly since: string;
  readonly states?: readonly { state: 'enabled' | 'deactivated' | 'removed'; from: string }[];
  readonly seat?: { readonly poolId: string; readonly from: string; readonly until?: string };
  readonly milestones?: Readonly<Partial<Record<MilestoneName, string>>>;
  readonly uses?: readonly string[];
  readonly isErased?: boolean;
  /** Hub interval of the person's one device; without an end it is still open. */
  readonly hub?: { readonly from: string; readonly until?: string };
}

/** A person with the id it got. */
export type PlacedPerson = Person & { readonly id: string };

type Rows = unknown[][];

/** Writes people of one organization, in the order given. */
export async function addPeople(
  sql: Connection,
  organizationId: number,
  people: readonly Person[],
): Promise<PlacedPerson[]> {
  const placed = people.map((person) => ({ ...person, id: newId() }));
  const insert = async (table: string, columns: string, rows: Rows): Promise<void> => {
    for (let start = 0; start < rows.length; start += 500) {
      const some = rows.slice(start, start + 500).map((row) => [organizationId, ...row]);
      await sql.query(`INSERT INTO ${table} (organization_id, ${columns}) VALUES ?`, [some]);
    }
  };
  await insert(
    'users',
    `id, source, user_name, user_name_key, email, email_key, display_name, scim_active, account_state, state_since, licensed_at, app_pool_id,
     activated_at, onboarded_at, items_added_at, extension_connected_at, autofill_used_at, returned_at, hub_authenticated_at, last_used_at,
     deactivated_at, removed_at, erased_at, row_version, updated_at, created_at`,
    placed.map(toUserRow),
  );
  await insert(
    'user_state_intervals',
    'id, user_id, state, started_at, ended_at, cause, created_at',
    placed.flatMap(toStateRows),
  );
  await insert(
    'license_assignments',
    'id, user_id, pool_id, is_app, source, source_ref, assigned_at, released_at, release_reason, created_at',
    placed.flatMap(toSeatRows),
  );
  await insert(
    'user_milestones',
    'id, user_id, milestone, occurred_at, recorded_at, inferred, created_at',
    placed.flatMap((it) =>
      Object.entries(it.milestones ?? {}).map(([milestone, at]) => [newId(), it.id, milestone, at, at, 0, at]),
    ),
  );
  await insert('user_activity_days', 'user_id, day_on, first_at, last_at, events', placed.flatMap(toDayRows));
  await insert(
    'activity_events',
    'source, event_id, event_type, user_id, occurred_at, received_at, payload_hash',
    placed.flatMap(toEventRows),
  );
  const devices = placed.filter(({ hub }) => hub).map((it) => ({ ...it, deviceId: newId(), hub: it.hub! }));
  await insert(
    'devices',
    'id, user_id, external_device_id, name, platform, app_version, registered_at, hub_authenticated_at, created_at',
    devices.map((it) => [it.deviceId, it.id, 'laptop', 'Laptop', 'Windows', '6.11', it.since, it.hub.from, it.since]),
  );
  await insert(
    'device_hub_intervals',
    'id, device_id, user_id, started_at, ended_at, created_at',
    devices.map((it) => [newId(), it.deviceId, it.id, it.hub.from, it.hub.until ?? null, it.hub.from]),
  );
  return placed;
}

const states = (it: Person) => it.states ?? [{ state: 'enabled' as const, from: it.since }];

function toUserRow(it: PlacedPerson): unknown[] {
  const state = states(it).at(-1)!;
  const email = it.isErased ? null : `${it.name}@example.com`;
  const open = it.seat && it.seat.until === undefined ? it.seat : undefined;
  const { milestones = {} } = it;
  return [
    it.id,
    'scim',
    email,
    email,
    email,
    email,
    it.isErased ? null : it.name,
    state.state === 'enabled' ? 1 : 0,
    state.state,
    state.from,
    open?.from ?? null,
    open?.poolId ?? null,
    milestones.activated ?? null,
    milestones.onboarded ?? null,
    milestones.items_added ?? null,
    milestones.extension_connected ?? null,
    milestones.autofill_used ?? null,
    milestones.returned ?? null,
    milestones.hub_authenticated ?? null,
    it.uses?.toSorted().at(-1) ?? null,
    state.state === 'deactivated' ? state.from : null,
    state.state === 'removed' ? state.from : null,
    it.isErased ? state.from : null,
    1,
    it.since,
    it.since,
  ];
}

function toStateRows(it: PlacedPerson): Rows {
  const all = states(it);
  return all.map(({ state, from }, index) => [newId(), it.id, state, from, all[index + 1]?.from ?? null, 'scim', from]);
}

function toSeatRows(it: PlacedPerson): Rows {
  if (!it.seat) return [];
  const { poolId, from, until = null } = it.seat;
  return [[newId(), it.id, poolId, 1, 'auto', '*', from, until, until && 'admin', from]];
}

function toDayRows(it: PlacedPerson): Rows {
  const days = new Map<string, string[]>();
  for (const at of it.uses?.toSorted() ?? []) days.set(at.slice(0, 10), [...(days.get(at.slice(0, 10)) ?? []), at]);
  return [...days].map(([day, uses]) => [it.id, day, uses[0], uses.at(-1), uses.length]);
}

function toEventRows(it: PlacedPerson): Rows {
  return (it.uses ?? []).map((at) => ['desktop-app', newId(), 'app.opened', it.id, at, at, '0'.repeat(64)]);
}
