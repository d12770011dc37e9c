// What the license switch does to the claims of a person: an admin's grant and deny of a pool. Pure; called by
// license-switch.ts.
import type { Pool } from '../domain/license';
import type { ClaimRow } from '../store/claim-store';
import { noEdit, type ClaimEdit } from './claim-edit';

/** The edit with the claims as they were read under the lock. */
export function again(edit: ClaimEdit, open: readonly ClaimRow[]): ClaimEdit {
  return { ...edit, withdraw: open.filter((claim) => edit.withdraw.some((it) => it.id === claim.id)) };
}

function adminClaims(open: readonly ClaimRow[], pool: Pool, effect: 'grant' | 'deny'): ClaimRow[] {
  return open.filter((it) => it.poolId === pool.id && it.source === 'admin' && it.effect === effect);
}

/** An admin grants: an own deny ends. */
export function granted(pool: Pool, open: readonly ClaimRow[]): ClaimEdit {
  const has = adminClaims(open, pool, 'grant').length > 0;
  return { ...noEdit, withdraw: adminClaims(open, pool, 'deny'), add: has ? [] : [adminClaim(pool, 'grant')] };
}

/** An admin denies: an own grant ends. */
export function denied(pool: Pool, open: readonly ClaimRow[]): ClaimEdit {
  const has = adminClaims(open, pool, 'deny').length > 0;
  return { ...noEdit, withdraw: adminClaims(open, pool, 'grant'), add: has ? [] : [adminClaim(pool, 'deny')] };
}

/** An admin has no say any more. */
export function cleared(pool: Pool, open: readonly ClaimRow[]): ClaimEdit {
  return { ...noEdit, withdraw: [...adminClaims(open, pool, 'grant'), ...adminClaims(open, pool, 'deny')] };
}

function adminClaim(pool: Pool, effect: 'grant' | 'deny'): ClaimEdit['add'][number] {
  return { poolId: pool.id, source: 'admin', sourceRef: 'admin', effect };
}

/** Both edits. */
export function both(a: ClaimEdit, b: ClaimEdit): ClaimEdit {
  return { ...noEdit, withdraw: [...a.withdraw, ...b.withdraw], add: [...a.add, ...b.add] };
}
