// Joins the verbs about holds and SCIM requests with their services.
import { dryRun } from '../cli/dry-run-command';
import { decideHold, listHolds } from '../cli/hold-command';
import type { Output } from '../cli/output';
import { showHealth, showRequests } from '../cli/scim-command';
import type { ScimHandlers } from '../cli/scim-verbs';
import type { Caller } from '../domain/caller';
import type { Core } from './core';
import { rehearse } from './rehearsal';

/** Runs a verb in the first organization. */
export type ForFirst = (work: (core: Core, caller: Caller) => Promise<boolean | void>) => Promise<boolean>;

/** The handlers. */
export function createScimHandlers(forFirst: ForFirst, output: Output): ScimHandlers {
  return {
    holdList: () => forFirst(({ holds }, caller) => listHolds({ holds, caller, output })),
    holdApprove: (id) => forFirst(({ holds }, caller) => decideHold({ holds, caller, output }, 'approve', id)),
    holdReject: (id) => forFirst(({ holds }, caller) => decideHold({ holds, caller, output }, 'reject', id)),
    scimLog: (wish) =>
      forFirst(({ requestHistory: history }, caller) => showRequests({ history, caller, output }, wish)),
    scimHealth: (hours) =>
      forFirst(({ requestHistory: history }, caller) => showHealth({ history, caller, output }, hours)),
    scimDryRun: (method, path, file) =>
      forFirst((core, caller) =>
        dryRun({ rehearse: (body) => rehearse(core, caller, { method, path, body }), output }, file),
      ),
  };
}
