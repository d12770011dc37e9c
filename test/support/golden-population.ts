// The golden population: a known organization at T = 2026-03-31T22:00:00Z, the end of that day in Berlin, whose overview
// is the example of the adoption API. Cohorts G1 to G8 and their decoys as docs/adoption.md lists them.
import type { Connection } from 'mysql2/promise';
import { newId } from '../../src/ids';
import { addPeople, type Person, type PlacedPerson } from './people';

/** T. A change to summer time lies inside its window. */
export const goldenAt = new Date('2026-03-31T22:00:00Z');
/** One hour after T, when the decoys happen. */
export const afterGoldenAt = new Date('2026-03-31T23:00:00Z');

const edge = '2026-03-01 22:00:00.000000';
const pastEdge = '2026-03-01 21:59:59.999999';
const recent = '2026-03-30 09:15:00.123456';
const idle = '2026-02-10 10:00:00.000000';
const since = '2025-11-03 08:00:00.000000';
const m1 = '2025-11-05 08:00:00.000000';
const m2 = '2025-11-06 08:00:00.000000';
const m3 = '2025-11-07 08:00:00.000000';
const x1 = '2025-11-08 08:00:00.000000';
const x2 = '2025-11-09 08:00:00.000000';
const back = '2025-11-07 09:00:00.000000';
const released = '2026-02-20 12:00:00.000000';
const gone = '2026-03-20 12:00:00.000000';

/** What a test gets to know of it. */
export interface GoldenPopulation {
  readonly people: ReadonlyMap<string, readonly PlacedPerson[]>;
  /** Writes what happens an hour after T: four of G1 activate, two of G4 lose their license. */
  addLaterRows(): Promise<void>;
}

/** Writes the population into an organization that has one app pool (`poolId`) and nobody yet. */
export async function addGoldenPopulation(
  sql: Connection,
  organizationId: number,
  poolId: string,
): Promise<GoldenPopulation> {
  await sql.query('UPDATE organizations SET time_zone = ? WHERE organization_id = ?', [
    'Europe/Berlin',
    organizationId,
  ]);
  const second = await addPools(sql, organizationId, poolId);
  const people = new Map<string, PlacedPerson[]>();
  for (const [cohort, members] of Object.entries(cohorts(poolId, second.poolId))) {
    people.set(cohort, await addPeople(sql, organizationId, members));
  }
  await addAddOnSeats(sql, organizationId, second.addOnId, people.get('G4')!.slice(0, 40));
  return { people, addLaterRows: () => addLaterRows(sql, organizationId, people) };
}

/** App pools of 450 and 50 seats; an app term that ended before T, one that begins after it, and an add-on pool. */
async function addPools(sql: Connection, organizationId: number, poolId: string) {
  const addPool = async (code: string, isApp: boolean): Promise<string> => {
    const id = newId();
    await sql.query(
      `INSERT INTO license_pools (organization_id, id, code, name, is_app, over_seat, assigned, sort_order, created_at) VALUES (?, ?, ?, ?, ?, 'waitlist', 0, 2, ?)`,
      [organizationId, id, code, code, isApp ? 1 : 0, since],
    );
    return id;
  };
  const addTerm = (pool: string, seats: number, from: string, until: string | null) =>
    sql.query(
      'INSERT INTO license_pool_terms (organization_id, id, pool_id, seats, started_at, ended_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      [organizationId, newId(), pool, seats, from, until, since],
    );
  await sql.query(
    'UPDATE license_pool_terms SET seats = 450, started_at = ? WHERE organization_id = ? AND pool_id = ?',
    [since, organizationId, poolId],
  );
  const extraId = await addPool('APP-EXTRA', true);
  const addOnId = await addPool('ADD-ON', false);
  await addTerm(extraId, 50, since, null);
  await addTerm(poolId, 100, since, '2026-03-31 21:59:59.999999');
  await addTerm(poolId, 75, '2026-03-31 22:00:00.000001', null);
  await addTerm(addOnId, 60, since, null);
  return { poolId: extraId, addOnId };
}

function cohorts(poolId: string, extraPoolId: string): Record<string, Person[]> {
  const seat = (index: number) => ({ poolId: index % 10 === 0 ? extraPoolId : poolId, from: since });
  const gaveBack = { poolId, from: since, until: released };
  const many = (cohort: string, count: number, make: (index: number) => Partial<Person>): Person[] =>
    Array.from({ length: count }, (_, index) => ({
      name: `${cohort}-${index + 1}`.toLowerCase(),
      since,
      ...make(index),
    }));
  return {
    G1: many('G1', 70, (index) => ({ seat: seat(index) })),
    G2: many('G2', 50, (index) => ({ seat: seat(index), milestones: { activated: m1 } })),
    G3: many('G3', 40, (index) => ({ seat: seat(index), ...onboardedOnly(index) })),
    G4: many('G4', 260, (index) => ({ seat: seat(index), ...using(index) })),
    G5: many('G5', 20, (index) => ({
      seat: gaveBack,
      milestones: { activated: m1, onboarded: m2, returned: back, ...(index < 12 && { items_added: m3 }) },
      uses: [back, index % 2 === 0 ? recent : idle],
    })),
    G6: many('G6', 25, (index) => (index < 3 ? { milestones: { activated: m1 } } : {})),
    G7: many('G7', 15, () => ({
      seat: { poolId, from: since, until: gone },
      states: [
        { state: 'enabled', from: since },
        { state: 'deactivated', from: gone },
      ],
      milestones: { activated: m1, onboarded: m2, items_added: m3, returned: back },
      uses: [back, '2026-03-30 21:00:00.000000'],
    })),
    G8: many('G8', 10, () => ({
      isErased: true,
      states: [
        { state: 'enabled', from: since },
        { state: 'removed', from: gone },
      ],
      milestones: { activated: m1, onboarded: m2 },
    })),
  };
}

/** G3: 20 active, four of them in the setup alone; 20 inactive, eight of them never back. Extras outside their base. */
function onboardedOnly(index: number): Partial<Person> {
  const setup = index < 4 ? '2026-03-20 10:00:00.000000' : m2;
  const isNeverBack = index < 4 || (index >= 20 && index < 28);
  return {
    milestones: {
      activated: m1,
      onboarded: setup,
      ...(!isNeverBack && { returned: back }),
      ...(index % 8 === 0 && { extension_connected: x1 }),
      ...(index < 3 && { autofill_used: x2 }),
    },
    uses: isNeverBack ? [setup] : [setup, back, index < 20 ? recent : idle],
  };
}

/** G4: 230 active, one by the edge of the window alone; 30 inactive, one by a microsecond. */
function using(index: number): Partial<Person> {
  const last = index === 0 ? edge : index < 230 ? recent : index === 230 ? pastEdge : idle;
  return {
    milestones: {
      activated: m1,
      onboarded: m2,
      items_added: m3,
      returned: index === 0 ? edge : back,
      ...(index < 200 && { extension_connected: x1 }),
      ...(index >= 50 && index < 230 && { autofill_used: x2 }),
      ...(index < 215 && { hub_authenticated: x1 }),
    },
    uses: index === 0 ? [edge] : [back, last],
    ...(index < 210 && { hub: { from: x1 } }),
    ...(index >= 210 && index < 215 && { hub: { from: x1, until: released } }),
  };
}

async function addAddOnSeats(
  sql: Connection,
  organizationId: number,
  poolId: string,
  people: readonly PlacedPerson[],
): Promise<void> {
  await sql.query(
    'INSERT INTO license_assignments (organization_id, id, user_id, pool_id, is_app, source, source_ref, assigned_at, created_at) VALUES ?',
    [people.map(({ id }) => [organizationId, newId(), id, poolId, 0, 'auto', '*', since, since])],
  );
}

async function addLaterRows(
  sql: Connection,
  organizationId: number,
  people: GoldenPopulation['people'],
): Promise<void> {
  const at = '2026-03-31 23:00:00.000000';
  for (const { id } of people.get('G1')!.slice(0, 4)) {
    await sql.query(
      `INSERT INTO user_milestones (organization_id, id, user_id, milestone, occurred_at, recorded_at, created_at) VALUES (?, ?, ?, 'activated', ?, ?, ?)`,
      [organizationId, newId(), id, at, at, at],
    );
    await sql.query('UPDATE users SET activated_at = ? WHERE organization_id = ? AND id = ?', [at, organizationId, id]);
  }
  for (const { id } of people.get('G4')!.slice(0, 2)) {
    await sql.query(
      `UPDATE license_assignments SET released_at = ?, release_reason = 'admin' WHERE organization_id = ? AND user_id = ? AND is_app = 1`,
      [at, organizationId, id],
    );
    await sql.query('UPDATE users SET licensed_at = NULL, app_pool_id = NULL WHERE organization_id = ? AND id = ?', [
      organizationId,
      id,
    ]);
  }
}

/** The answer of the endpoint for it, byte for byte. */
export const goldenAnswer =
  '{"user_onboarding_overview":{"total_license":500,"assigned_license":420,"unassigned_license":80,"activated_license":350,"activation_pending":70,"onboarded_users":300,"app_setup_pending":50,"using_enpass":260,"usage_pending":40},' +
  '"enpass_app_usage_overview":{"added_items":260,"connected_browser_extension":200,"connected_browser_extension_pending":60,"using_autofill":180,"using_autofill_pending":80},' +
  '"enpass_active_users":{"total_users":320,"active_users":260,"inactive_users":60}}';
