// Joins the verbs about holds and SCIM requests with their services.
import { dryRun } from '../cli/dry-run-command';
import { listFindings, resolveFinding } from '../cli/finding-command';
import { decideHold, listHolds, showHold } from '../cli/hold-command';
import type { Output } from '../cli/output';
import { showHealth, showRequests } from '../cli/scim-command';
import type { ScimHandlers } from '../cli/scim-verbs';
import type { Caller } from '../domain/caller';
import type { Core } from './core';
import { rehearse } from './rehearsal';

/** Runs a verb in the organization it names. */
export type ForOne = (work: (core: Core, caller: Caller) => Promise<boolean | void>) => Promise<boolean>;

/** The handlers. */
export function createScimHandlers(forOne: ForOne, output: Output): ScimHandlers {
  return {
    holdList: () => forOne(({ holds }, caller) => listHolds({ holds, caller, output })),
    holdShow: (id, page) => forOne(({ holds }, caller) => showHold({ holds, caller, output }, id, page)),
    holdApprove: (id) => forOne(({ holds }, caller) => decideHold({ holds, caller, output }, 'approve', id)),
    holdReject: (id) => forOne(({ holds }, caller) => decideHold({ holds, caller, output }, 'reject', id)),
    findingList: (page) => forOne(({ findings }, caller) => listFindings({ findings, caller, output }, page)),
    findingResolve: (id) => forOne(({ findings }, caller) => resolveFinding({ findings, caller, output }, id)),
    scimLog: (wish) => forOne(({ requestHistory: history }, caller) => showRequests({ history, caller, output }, wish)),
    scimHealth: (hours) =>
      forOne(({ requestHistory: history }, caller) => showHealth({ history, caller, output }, hours)),
    scimDryRun: (method, path, file) =>
      forOne((core, caller) =>
        dryRun({ rehearse: (body) => rehearse(core, caller, { method, path, body }), output }, file),
      ),
  };
}
