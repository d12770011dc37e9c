// Takes a user's seat away by an admin's word: a deny that the directory's next cycle does not undo. Called by the demo;
// the console's license switch is its later caller.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { Licensing } from './licensing';
import { writeTrail } from './user-trail';

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly licensing: Licensing;
}

/**
 * One transaction: 1. lock the user; 2. deny the pool of the seat; 3. end the seat, promote the next waiter; 4. counts,
 * outbox, audit. @throws user.not_found
 */
export function createSeatRelease({ database, clock, newId, licensing }: Dependencies) {
  return (caller: Caller, userId: string): Promise<void> =>
    database.inTransaction(caller.organizationId, async (stores) => {
      const at = clock.now();
      const before = await stores.users.lock(userId);
      if (before === undefined) throw new AppError('user.not_found', { userId });
      if (before.appPoolId === null) return;
      const deny = {
        id: newId(),
        userId,
        poolId: before.appPoolId,
        source: 'admin' as const,
        sourceRef: 'admin',
        effect: 'deny' as const,
      };
      await stores.licenses.addClaims([{ ...deny, actorId: caller.actor.id }], at);
      const settled = await licensing.release(stores, caller, before, 'admin', at);
      await stores.users.setLicense(userId, null, null);
      await writeTrail(stores, {
        caller,
        action: 'license.denied',
        before,
        settled,
        events: [{ topic: 'SeatReleased', userId }],
        at,
      });
    });
}
