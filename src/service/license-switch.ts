// The license switch of a person: off is an admin's deny that the directory's next cycle does not undo, on ends the deny
// and grants, cleared leaves it to the other sources. Called by the command line and the demo.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import { hasFreeSeat, type Pool } from '../domain/license';
import { AppError } from '../errors';
import type { ClaimRow } from '../store/claim-store';
import type { Database } from '../store/database';
import type { Stores } from '../store/stores';
import { noEdit, type ClaimEdit } from './claim-edit';
import type { Licensing } from './licensing';
import { personalReason } from './reason';
import { again, both, cleared, denied, granted } from './switch-edit';

/** What a verb is about. */
export interface SwitchWish {
  readonly poolCode?: string;
  /** Why, in a few words; kept with the audit entry and erased with the person. */
  readonly reason?: string;
}

/** How a person stands after a verb. */
export interface SwitchOutcome {
  readonly userId: string;
  /** Whether the verb changed a claim or a seat. */
  readonly isChanged: boolean;
  /** The pools the verb was about. */
  readonly pools: readonly SwitchedPool[];
}

/** A pool, what the person holds of it, and who claims what; a deny beats every grant. */
export interface SwitchedPool {
  readonly code: string;
  readonly holds: 'assigned' | 'waitlisted' | 'none';
  readonly claims: readonly Pick<ClaimRow, 'source' | 'effect'>[];
}

/** The switch. Each verb is one transaction; who has a seat keeps it unless their own license is denied or no longer claimed. */
export interface LicenseSwitch {
  /**
   * Grants a pool, which without a code is the app pool of the seat, else the first that has a free seat. A user with an
   * app seat elsewhere keeps it there, unless `move` asks for the named pool and it has a free seat.
   * @throws user.not_found, pool.not_found, input.invalid (reason)
   */
  assign(caller: Caller, userId: string, wish?: SwitchWish & { readonly move?: boolean }): Promise<SwitchOutcome>;
  /** Denies a pool; without a code every app pool that anything grants. @throws user.not_found, pool.not_found, input.invalid */
  release(caller: Caller, userId: string, wish?: SwitchWish): Promise<SwitchOutcome>;
  /** Ends an admin's grant or deny of a pool: the other sources decide again. @throws user.not_found, pool.not_found, input.invalid */
  clear(caller: Caller, userId: string, wish: SwitchWish & { readonly poolCode: string }): Promise<SwitchOutcome>;
  /** The id of the live user whom a text names: an id, an externalId or a userName. @throws user.not_found */
  findUser(caller: Caller, name: string): Promise<string>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly licensing: Licensing;
}

/** The switch. */
export function createLicenseSwitch({ database, clock, licensing }: Dependencies): LicenseSwitch {
  const run = async (
    caller: Caller,
    userId: string,
    { action, poolsOf, editOf, moveTo, reason }: Change,
  ): Promise<SwitchOutcome> => {
    const personal = reason === undefined ? [] : [personalReason(userId, reason)];
    return database.inTransaction(caller.organizationId, async (stores) => {
      const at = clock.now();
      const [person] = await stores.licenses.lockPeople([userId]);
      if (person === undefined) throw new AppError('user.not_found', { userId });
      const pools = await stores.pools.list(at);
      const open = await stores.claims.list([userId]);
      const concerned = poolsOf(pools, open, person.appPoolId);
      const edit = concerned.map((pool) => editOf(pool, open)).reduce(both, noEdit);
      const appPoolId = await target(stores, pools, person.appPoolId, moveTo, at);
      const isChanged = edit.add.length + edit.withdraw.length > 0 || appPoolId !== undefined;
      if (isChanged) {
        const options = { reason: 'admin' as const, at, ...(appPoolId !== undefined && { appPoolId }) };
        await licensing.edit(stores, caller, [userId], (_, now) => again(edit, now), options);
        const detail = { pools: [...edit.add, ...edit.withdraw].map((it) => it.poolId) };
        await stores.audit.add({ caller, action, targetKind: 'user', targetId: userId, detail, personal, at });
      }
      return { userId, isChanged, pools: await standing(stores, userId, concerned) };
    });
  };

  return {
    assign: (caller, userId, { poolCode, move = false, reason } = {}) =>
      run(caller, userId, {
        action: 'license.granted',
        poolsOf: (pools, _, appPoolId) => [poolCode === undefined ? chosen(pools, appPoolId) : poolOf(pools, poolCode)],
        editOf: granted,
        moveTo: move ? poolCode : undefined,
        reason,
      }),
    release: (caller, userId, { poolCode, reason } = {}) =>
      run(caller, userId, {
        action: 'license.denied',
        poolsOf: (pools, open) => (poolCode === undefined ? grantedAppPools(pools, open) : [poolOf(pools, poolCode)]),
        editOf: denied,
        reason,
      }),
    clear: (caller, userId, { poolCode, reason }) =>
      run(caller, userId, {
        action: 'license.cleared',
        poolsOf: (pools) => [poolOf(pools, poolCode)],
        editOf: cleared,
        reason,
      }),
    findUser: async ({ organizationId }, name) => {
      const user = await database.read(organizationId, (stores) => stores.users.findNamed(name));
      if (user === undefined) throw new AppError('user.not_found');
      return user.id;
    },
  };
}

/** What a verb does to the claims of a person, and where the app seat is to go. */
interface Change {
  readonly action: 'license.granted' | 'license.denied' | 'license.cleared';
  readonly poolsOf: (pools: readonly Pool[], open: readonly ClaimRow[], appPoolId: string | null) => readonly Pool[];
  readonly editOf: (pool: Pool, open: readonly ClaimRow[]) => ClaimEdit;
  readonly moveTo?: string | undefined;
  readonly reason: string | undefined;
}

async function standing(stores: Stores, userId: string, pools: readonly Pool[]): Promise<SwitchedPool[]> {
  const holdings = await stores.licenses.listHoldings([userId]);
  const claims = await stores.claims.list([userId]);
  return pools.map(({ id, code }) => {
    const held = holdings.find((it) => it.poolId === id);
    const own = claims.filter((it) => it.poolId === id).map(({ source, effect }) => ({ source, effect }));
    const holds = held === undefined ? 'none' : held.kind === 'wait' ? 'waitlisted' : 'assigned';
    return { code, holds, claims: own };
  });
}

/** The pool to which a seat is moved: another app pool than its own that has a free seat under the lock of both. */
async function target(
  stores: Stores,
  pools: readonly Pool[],
  appPoolId: string | null,
  code: string | undefined,
  at: Date,
): Promise<string | undefined> {
  if (code === undefined || appPoolId === null) return undefined;
  const { id, isApp } = poolOf(pools, code);
  if (!isApp || id === appPoolId) return undefined;
  await stores.licenses.lockPools([id, appPoolId]);
  return hasFreeSeat(poolOf(await stores.pools.list(at), code)) ? id : undefined;
}

function grantedAppPools(pools: readonly Pool[], open: readonly ClaimRow[]): Pool[] {
  const isGranted = (pool: Pool): boolean => open.some((it) => it.poolId === pool.id && it.effect === 'grant');
  return pools.filter((pool) => pool.isApp && isGranted(pool));
}

/** @throws pool.not_found */
function chosen(pools: readonly Pool[], appPoolId: string | null): Pool {
  const app = pools.filter((pool) => pool.isApp);
  const pool = app.find((it) => it.id === appPoolId) ?? app.find(hasFreeSeat) ?? app[0];
  if (pool === undefined) throw new AppError('pool.not_found');
  return pool;
}

/** @throws pool.not_found */
function poolOf(pools: readonly Pool[], code: string): Pool {
  const pool = pools.find((it) => it.code.toLowerCase() === code.toLowerCase());
  if (pool === undefined) throw new AppError('pool.not_found', { code });
  return pool;
}
