// Licenses: pools, claims and assignments as types, and the pure rule that says what a user is to hold.

/** Where a claim comes from. */
export type ClaimSource = 'auto' | 'roles' | 'groups' | 'extension' | 'admin';

/** Why an assignment ended. */
export type ReleaseReason = 'claim_withdrawn' | 'admin' | 'deactivated' | 'removed' | 'reclaimed' | 'pool_closed';

/** A pool as it stands under its lock. `seats` = seats of the terms valid now. */
export interface Pool {
  readonly id: string;
  readonly code: string;
  readonly isApp: boolean;
  readonly overSeat: 'waitlist' | 'allow';
  readonly seats: number;
  readonly assigned: number;
  readonly sortOrder: number;
}

/** An open claim of a user. */
export interface Claim {
  readonly poolId: string;
  readonly source: ClaimSource;
  readonly sourceRef: string;
  readonly effect: 'grant' | 'deny';
}

/** Whether open claims give the user a license of the pool: a grant and no deny. */
export function isEntitled(claims: readonly Claim[], poolId: string): boolean {
  const own = claims.filter((claim) => claim.poolId === poolId);
  return own.some((claim) => claim.effect === 'grant') && !own.some((claim) => claim.effect === 'deny');
}

/** Whether one more seat of the pool may be given. */
export function hasFreeSeat(pool: Pool): boolean {
  return pool.overSeat === 'allow' || pool.assigned < pool.seats;
}
