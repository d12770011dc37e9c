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

/** A claim with what decides where its seat is: the pool's kind. Lists of them stand in the order of the pools. */
export interface PoolClaim extends Claim {
  readonly isApp: boolean;
}

/** An open assignment or place in the queue of a user. */
export interface Holding {
  readonly kind: 'assignment' | 'wait';
  readonly id: string;
  readonly poolId: string;
  readonly isApp: boolean;
}

/** What must change for a user to hold what the open claims say. */
export interface SeatPlan {
  /** Seats and places in a queue that nothing claims any more. */
  readonly end: readonly Holding[];
  /** Add-ons to give, or to wait for. */
  readonly addOns: readonly PoolClaim[];
  /** App pools of which one seat is to be given, first choice first; empty while the user has an app seat. */
  readonly app: readonly PoolClaim[];
}

/** Whether open claims give the user a license of the pool: a grant and no deny. */
export function isEntitled(claims: readonly Claim[], poolId: string): boolean {
  const own = claims.filter((claim) => claim.poolId === poolId);
  return own.some((claim) => claim.effect === 'grant') && !own.some((claim) => claim.effect === 'deny');
}

/** The claims that count: the first grant of each pool that no deny takes away. */
export function effectiveClaims<T extends Claim>(claims: readonly T[]): T[] {
  const isFirst = (claim: T): boolean =>
    claims.find((one) => one.poolId === claim.poolId && one.effect === 'grant') === claim;
  return claims.filter((claim) => isFirst(claim) && isEntitled(claims, claim.poolId));
}

/**
 * Claims against what is held. A seat whose pool is still claimed stays where it is: a second app pool rests, whatever
 * its order, so that history does not flap. Who waits already keeps the place.
 */
export function planSeats(claims: readonly PoolClaim[], holdings: readonly Holding[]): SeatPlan {
  const wanted = effectiveClaims(claims);
  const isWanted = (held: Holding): boolean => wanted.some((claim) => claim.poolId === held.poolId);
  const isHeld = (claim: PoolClaim): boolean => holdings.some((held) => held.poolId === claim.poolId);
  const seated = holdings.some((held) => held.kind === 'assignment' && held.isApp && isWanted(held));
  return {
    end: holdings.filter((held) => !isWanted(held) || (seated && held.isApp && held.kind === 'wait')),
    addOns: wanted.filter((claim) => !claim.isApp && !isHeld(claim)),
    app: seated ? [] : wanted.filter((claim) => claim.isApp && !isHeld(claim)),
  };
}

/** Whether one more seat of the pool may be given. */
export function hasFreeSeat(pool: Pool): boolean {
  return pool.overSeat === 'allow' || pool.assigned < pool.seats;
}
