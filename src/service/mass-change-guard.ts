// Asks before a directory takes many people away at once: a step inside the transactions of service/provisioning. What is
// held reads back as sent, while account and seat stay until service/holds has an answer.
import { noSubject } from '../domain/alert';
import type { Caller } from '../domain/caller';
import { held, isDeactivation, isHeld, massFloor, massLimit, massWindowMs } from '../domain/hold';
import { fold, type User } from '../domain/user';
import type { NewId } from '../ids';
import type { Log } from '../log';
import type { MassChangeKind } from '../store/hold-store';
import type { Stores } from '../store/stores';
import { raiseAlert } from './alert-step';

/** The steps. */
export interface MassChangeGuard {
  /** The user as an edit may leave it: the account stays when the change is held, and while one waits. */
  admit(stores: Stores, caller: Caller, before: User, after: User, at: Date): Promise<User>;
  /** Counts a removal and ends what waits for the user; whether removals have just passed the limit. */
  noteRemoval(stores: Stores, caller: Caller, before: User, at: Date): Promise<boolean>;
  /** Says so in the log; called after the commit. */
  warn(caller: Caller): void;
}

interface Dependencies {
  readonly newId: NewId;
  readonly log: Log;
  readonly consequences: { readonly endSignIns: EndSignIns };
}

/** Console access ends at once, also while the deactivation is held. */
type EndSignIns = (
  stores: Stores,
  caller: Caller,
  person: { userId: string; emailKey: string | null; reason: 'deactivated'; at: Date },
) => Promise<unknown>;

/** The guard. Only directories are guarded: a person who clicks knows what is asked for. */
export function createMassChangeGuard({ newId, log, consequences }: Dependencies): MassChangeGuard {
  const hold = async (stores: Stores, caller: Caller, user: User, limit: number, at: Date): Promise<void> => {
    const openId = await stores.holds.lockOpen();
    const holdId = openId ?? newId();
    if (openId === undefined) {
      await stores.holds.open(holdId, limit, at);
      await stores.audit.add({
        caller,
        action: 'hold.opened',
        targetKind: 'hold',
        targetId: holdId,
        detail: { limit },
        at,
      });
    }
    await stores.holds.addItem(newId, holdId, user.id, caller.requestId, at);
    await consequences.endSignIns(stores, caller, {
      userId: user.id,
      emailKey: user.email === null ? null : fold(user.email),
      reason: 'deactivated',
      at,
    });
    const entry = { caller, action: 'user.deactivation_held', targetKind: 'user', targetId: user.id, at };
    await stores.audit.add({ ...entry, detail: { holdId } });
    if (openId === undefined)
      await raiseAlert(stores, { newId, kind: 'hold_open', subjectId: holdId, detail: () => ({ limit }), at });
  };

  return {
    admit: async (stores, caller, before, after, at) => {
      if (isHeld(before)) {
        if (after.profile.active) await stores.holds.dropItem(before.id, at);
        return held(before, after);
      }
      if (caller.actor.kind !== 'scim' || !isDeactivation(before, after)) return after;
      const limit = await count(stores, 'deactivate', at);
      if (limit === undefined) return after;
      await stores.holds.giveBackNumber('deactivate');
      await hold(stores, caller, before, limit, at);
      return held(before, after);
    },
    noteRemoval: async (stores, caller, before, at) => {
      if (isHeld(before)) await stores.holds.dropItem(before.id, at);
      if (caller.actor.kind !== 'scim') return false;
      const limit = await count(stores, 'delete', at);
      if (limit === undefined || !(await stores.holds.noteAlert('delete', at, hourBefore(at)))) return false;
      const entry = { caller, action: 'provisioning.mass_delete', targetKind: 'organization', targetId: null, at };
      const detail = { limit, credentialId: caller.actor.id };
      await stores.audit.add({ ...entry, detail });
      await raiseAlert(stores, { newId, kind: 'mass_delete', subjectId: noSubject, detail: () => detail, at });
      return true;
    },
    warn: ({ organizationId, actor, requestId }) =>
      log.warn(
        { organizationId, credentialId: actor.id, requestId },
        'a directory deletes many users at once; all are applied',
      ),
  };
}

/**
 * Numbers a change under the lock of its kind. The limit when as many changes stand within the hour, else undefined. The
 * change is written down unless it is a deactivation above the limit, which is not made.
 */
async function count(stores: Stores, kind: MassChangeKind, at: Date): Promise<number | undefined> {
  const changeNo = await stores.holds.takeNumber(kind);
  const isFull = (limit: number): Promise<boolean> =>
    changeNo > limit ? stores.holds.isAfter(kind, changeNo - limit, hourBefore(at)) : Promise.resolve(false);
  let limit: number | undefined;
  if (await isFull(massFloor)) {
    const allowed = massLimit(await stores.holds.countEnabled());
    if (allowed === massFloor || (await isFull(allowed))) limit = allowed;
  }
  if (limit === undefined || kind === 'delete') await stores.holds.noteChange(kind, changeNo, at);
  return limit;
}

function hourBefore(at: Date): Date {
  return new Date(at.getTime() - massWindowMs);
}
