// Claims as they are against claims as a source wants them. Pure; used by the license engine and whoever edits claims by it.
import type { Caller } from '../domain/caller';
import type { PoolClaim, ReleaseReason } from '../domain/license';
import type { LicenseRule } from '../domain/license-carrier';
import type { NewId } from '../ids';
import type { ClaimRow, NewClaim } from '../store/claim-store';
import type { Stores } from '../store/stores';
import type { PoolKind } from './seating';

/** What a source says of one person, beside the claims that are open. */
export interface ClaimEdit {
  readonly withdraw: readonly ClaimRow[];
  readonly seen: readonly ClaimRow[];
  readonly add: readonly Omit<NewClaim, 'id' | 'userId' | 'actorId'>[];
}

/** Why and when; `appPoolId` moves app seats to that pool, which the caller has locked and found free. */
export interface EditOptions {
  readonly reason: ReleaseReason;
  readonly at: Date;
  readonly appPoolId?: string;
}

/** How the license engine changes the claims of people: by what each of them has. */
export type EditClaims = (
  stores: Stores,
  caller: Caller,
  userIds: readonly string[],
  editOf: (userId: string, open: readonly ClaimRow[]) => ClaimEdit,
  options: EditOptions,
) => Promise<void>;

/** Leaves everything as it is. */
export const noEdit: ClaimEdit = { withdraw: [], seen: [], add: [] };

/** Open claims of a source against the rules that are met now. */
export function compareClaims(open: readonly ClaimRow[], rules: readonly LicenseRule[]): ClaimEdit {
  const isMet = (claim: ClaimRow): boolean => rules.some((rule) => rule.id === claim.sourceRef);
  return {
    withdraw: open.filter((claim) => !isMet(claim)),
    seen: open.filter(isMet),
    add: rules.filter((rule) => !open.some((claim) => claim.sourceRef === rule.id)).map(claimOf),
  };
}

function claimOf(rule: LicenseRule): ClaimEdit['add'][number] {
  return { poolId: rule.poolId, source: rule.source, sourceRef: rule.id, effect: 'grant' };
}

/** What rules grant, as the seats need it. */
export function grantsOf(rules: readonly LicenseRule[]): PoolClaim[] {
  return rules.map((rule) => ({ ...claimOf(rule), isApp: rule.isApp }));
}

/** Added claims as rows of a user. */
export function toNewClaims(newId: NewId, caller: Caller, userId: string, add: ClaimEdit['add']): NewClaim[] {
  return add.map((it) => ({ ...it, id: newId(), userId, actorId: caller.actor.id }));
}

/** The ids of claims. */
export function idsOf(claims: readonly ClaimRow[]): string[] {
  return claims.map((claim) => claim.id);
}

/** The claims after an edit, in the order of the pools; claims on closed pools count for nothing. */
export function applied(pools: readonly PoolKind[], open: readonly ClaimRow[], { withdraw, add }: ClaimEdit) {
  const kept = open.filter((claim) => !withdraw.includes(claim));
  if (add.length === 0) return kept;
  return pools.flatMap((pool) => [
    ...kept.filter((claim) => claim.poolId === pool.id),
    ...add.filter((claim) => claim.poolId === pool.id).map((claim) => ({ ...claim, isApp: pool.isApp })),
  ]);
}
