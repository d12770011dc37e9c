// The end of an admin's access by the directory, and the alert about it: a step inside the transaction that ends the account.
// Handed to service/provisioning and service/mass-change-guard when the core is composed.
import type { Caller } from '../domain/caller';
import type { NewId } from '../ids';
import type { Stores } from '../store/stores';
import { endSignIns } from './admin-account';
import { raiseAlert } from './alert-step';
import type { EndedAccount } from './provisioning';

/** Ends the sign-ins of the admins behind a person. */
export type EndAccess = (stores: Stores, caller: Caller, person: EndedAccount) => Promise<void>;

/** Ends access, and alerts where it was a directory that took the person away. */
export function createEndAccess({ newId }: { readonly newId: NewId }): EndAccess {
  return async (stores, caller, person) => {
    const blocked = await endSignIns(stores, caller, person);
    if (caller.actor.kind !== 'scim') return;
    const { reason, at } = person;
    for (const subjectId of blocked.toSorted()) {
      const detail = () => ({ reason, requestId: caller.requestId });
      await raiseAlert(stores, { newId, kind: 'admin_deactivated', subjectId, detail, at });
    }
  };
}
