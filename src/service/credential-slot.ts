// How many tokens live at once is a rule of the database: each live one holds a numbered slot, unique in its organization.
// Called by credentials and first-organization, inside their transaction.
import { mostLive } from '../domain/credential';
import { AppError } from '../errors';
import type { Stores } from '../store/stores';

/** The lowest free slot; tokens that have ended give theirs up. @throws token.limit when every slot is held */
export async function freeSlot(stores: Stores, kind: 'scim' | 'api', at: Date): Promise<number> {
  await stores.organization.lock();
  const taken = await stores.tokens.takenSlots(kind, at);
  for (let slot = 1; slot <= mostLive[kind]; slot += 1) if (!taken.has(slot)) return slot;
  throw new AppError('token.limit');
}
