// One step inside the transaction of others: stop writing to a person, or to an address that does not take mail. Called by
// mail-claim (bounces at the relay) and suppression (the person's own word).
import type { Caller } from '../domain/caller';
import type { SuppressionKind } from '../domain/reminder-facts';
import { fold } from '../domain/user';
import type { NewId } from '../ids';
import type { Stores } from '../store/stores';

/** A bounce: whose address, and the mail that showed it. */
export interface Bounce {
  readonly caller: Caller;
  readonly newId: NewId;
  readonly userId: string;
  readonly address: string;
  readonly kind: 'hard_bounce' | 'soft_bounce';
  readonly mailId: string;
  readonly at: Date;
}

const dayMs = 86_400_000;

/** A soft bounce holds for 7 days; the third within 30 days holds until it is released, as a hard one does. */
export async function suppressAddress(stores: Stores, it: Bounce): Promise<void> {
  const addressKey = fold(it.address);
  const before = await stores.suppressions.countSoftBounces(addressKey, new Date(it.at.getTime() - 30 * dayMs));
  const isForGood = it.kind === 'hard_bounce' || before >= 2;
  const expiresAt = isForGood ? null : new Date(it.at.getTime() + 7 * dayMs);
  await suppress(stores, { ...it, addressKey, expiresAt, causeRef: it.mailId });
}

/** What to write of a suppression. */
export interface Stop {
  readonly caller: Caller;
  readonly newId: NewId;
  readonly userId: string;
  readonly addressKey: string | null;
  readonly kind: SuppressionKind;
  readonly expiresAt: Date | null;
  readonly causeRef: string | null;
  readonly at: Date;
}

/** Writes the suppression, its audit entry and the word to the person's journeys. */
export async function suppress(stores: Stores, it: Stop): Promise<void> {
  const id = it.newId();
  await stores.suppressions.add({
    id,
    userId: it.userId,
    addressKey: it.addressKey,
    kind: it.kind,
    startedAt: it.at,
    expiresAt: it.expiresAt,
    causeRef: it.causeRef,
  });
  await stores.outbox.add([{ event: { topic: 'SuppressionChanged', userId: it.userId }, lane: 1 }], it.at);
  await stores.audit.add({
    caller: it.caller,
    action: 'suppression.added',
    targetKind: 'user',
    targetId: it.userId,
    detail: { suppressionId: id, kind: it.kind, expiresAt: it.expiresAt?.toISOString() ?? null },
    at: it.at,
  });
}
