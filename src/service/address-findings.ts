// Findings about addresses inside the transactions of service/provisioning: none at all, or one that somebody else has too.
// They end when what they say is no longer true.
import { fold, type User } from '../domain/user';
import type { NewId } from '../ids';
import type { Stores } from '../store/stores';

/** Of a user who appears. */
export async function noteAddress(stores: Stores, newId: NewId, user: User, hasTwin: boolean, at: Date): Promise<void> {
  if (hasTwin) await stores.findings.note(newId, { kind: 'duplicate_email', userId: user.id, detail: {} }, at);
  if (user.email === null) await stores.findings.note(newId, { kind: 'no_email', userId: user.id, detail: {} }, at);
}

/** Of a user whose address may have changed. */
export async function moveAddress(stores: Stores, newId: NewId, before: User, after: User, at: Date): Promise<void> {
  const old = keyOf(before);
  const key = keyOf(after);
  if (old === key) return;
  if (old === null) await stores.findings.resolve('no_email', after.id, at);
  else await stores.findings.resolve('duplicate_email', after.id, at);
  const hasTwin = after.email !== null && (await stores.users.listByEmail(after.email, 2)).length > 1;
  await noteAddress(stores, newId, after, hasTwin, at);
  await releaseTwin(stores, before, at);
}

/** Who is now the only one with an address that a user has left shares it with nobody. */
export async function releaseTwin(stores: Stores, { email }: User, at: Date): Promise<void> {
  const left = email === null ? [] : await stores.users.listByEmail(email, 2);
  if (left.length === 1 && left[0] !== undefined) await stores.findings.resolve('duplicate_email', left[0], at);
}

function keyOf({ email }: User): string | null {
  return email === null ? null : fold(email);
}
