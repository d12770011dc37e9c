// The license switch of a person: off is an admin's deny that the directory's next cycle does not undo, on ends the deny
// and grants. Called by the demo; the console and the API have no page or verb for it yet.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import { hasFreeSeat, type Pool } from '../domain/license';
import { AppError } from '../errors';
import type { ClaimRow } from '../store/claim-store';
import type { Database } from '../store/database';
import type { Stores } from '../store/stores';
import { noEdit, type ClaimEdit } from './claim-edit';
import type { Licensing } from './licensing';

/** The switch. Each verb is one transaction. */
export interface LicenseSwitch {
  /**
   * Grants a pool, which without a code is the app pool of the seat, else the first that has a free seat. A user with an
   * app seat elsewhere keeps it there, unless `move` asks for the named pool and it has a free seat.
   * @throws user.not_found, pool.not_found
   */
  assign(caller: Caller, userId: string, wish?: { readonly poolCode?: string; readonly move?: boolean }): Promise<void>;
  /** Denies a pool; without a code every app pool that anything grants. @throws user.not_found, pool.not_found */
  release(caller: Caller, userId: string, wish?: { readonly poolCode?: string }): Promise<void>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly licensing: Licensing;
}

/** The switch. */
export function createLicenseSwitch({ database, clock, licensing }: Dependencies): LicenseSwitch {
  const run = (
    caller: Caller,
    userId: string,
    action: 'license.granted' | 'license.denied',
    { editOf, moveTo }: Change,
  ): Promise<void> =>
    database.inTransaction(caller.organizationId, async (stores) => {
      const at = clock.now();
      const [person] = await stores.licenses.lockPeople([userId]);
      if (person === undefined) throw new AppError('user.not_found', { userId });
      const pools = await stores.pools.list(at);
      const edit = editOf(pools, await stores.claims.list([userId]), person.appPoolId);
      const appPoolId = await target(stores, pools, person.appPoolId, moveTo, at);
      if (edit.add.length + edit.withdraw.length === 0 && appPoolId === undefined) return;
      const options = { reason: 'admin' as const, at, ...(appPoolId !== undefined && { appPoolId }) };
      await licensing.edit(stores, caller, [userId], (_, open) => again(edit, open), options);
      const detail = { pools: [...edit.add, ...edit.withdraw].map((it) => it.poolId) };
      await stores.audit.add({ caller, action, targetKind: 'user', targetId: userId, detail, at });
    });

  return {
    assign: async (caller, userId, { poolCode, move = false } = {}) => {
      const editOf: Change['editOf'] = (pools, open, appPoolId) =>
        granted(poolCode === undefined ? chosen(pools, appPoolId) : poolOf(pools, poolCode), open);
      await run(caller, userId, 'license.granted', { editOf, moveTo: move ? poolCode : undefined });
    },
    release: (caller, userId, { poolCode } = {}) =>
      run(caller, userId, 'license.denied', {
        editOf: (pools, open) => {
          const all = poolCode === undefined ? grantedAppPools(pools, open) : [poolOf(pools, poolCode)];
          return all.map((pool) => denied(pool, open)).reduce(both, noEdit);
        },
        moveTo: undefined,
      }),
  };
}

/** What a verb does to the claims of a person, and where the app seat is to go. */
interface Change {
  readonly editOf: (pools: readonly Pool[], open: readonly ClaimRow[], appPoolId: string | null) => ClaimEdit;
  readonly moveTo: string | undefined;
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

/** The edit with the claims as they were read under the lock. */
function again(edit: ClaimEdit, open: readonly ClaimRow[]): ClaimEdit {
  return { ...edit, withdraw: open.filter((claim) => edit.withdraw.some((it) => it.id === claim.id)) };
}

function adminClaims(open: readonly ClaimRow[], pool: Pool, effect: 'grant' | 'deny'): ClaimRow[] {
  return open.filter((it) => it.poolId === pool.id && it.source === 'admin' && it.effect === effect);
}

function granted(pool: Pool, open: readonly ClaimRow[]): ClaimEdit {
  const has = adminClaims(open, pool, 'grant').length > 0;
  return { ...noEdit, withdraw: adminClaims(open, pool, 'deny'), add: has ? [] : [adminClaim(pool, 'grant')] };
}

function denied(pool: Pool, open: readonly ClaimRow[]): ClaimEdit {
  const has = adminClaims(open, pool, 'deny').length > 0;
  return { ...noEdit, withdraw: adminClaims(open, pool, 'grant'), add: has ? [] : [adminClaim(pool, 'deny')] };
}

function adminClaim(pool: Pool, effect: 'grant' | 'deny'): ClaimEdit['add'][number] {
  return { poolId: pool.id, source: 'admin', sourceRef: 'admin', effect };
}

function both(a: ClaimEdit, b: ClaimEdit): ClaimEdit {
  return { ...noEdit, withdraw: [...a.withdraw, ...b.withdraw], add: [...a.add, ...b.add] };
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
