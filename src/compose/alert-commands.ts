// Joins the verbs about what waits for a person with their services.
import { listAlerts, listDoubts, listWork, sendDoubtAgain, settleDoubt, settleWork } from '../cli/alert-command';
import type { AlertHandlers } from '../cli/alert-verbs';
import type { Output } from '../cli/output';
import { createMailDoubts, type MailDoubts } from '../service/mail-doubts';
import { createParkedWork } from '../service/parked-work';
import type { Core } from './core';
import type { ForOne } from './scim-commands';

/** The handlers. */
export function createAlertHandlers(forOne: ForOne, output: Output): AlertHandlers {
  return {
    alertList: (isAll) => forOne(({ alerts }, caller) => listAlerts({ alerts, caller, output }, isAll)),
    workList: () => forOne((core, caller) => listWork({ work: createParkedWork(core), caller, output })),
    workSettle: (verb, id) =>
      forOne((core, caller) => settleWork({ work: createParkedWork(core), caller, output }, verb, id)),
    mailList: () => forOne((core, caller) => listDoubts({ doubts: doubtsOf(core), caller, output })),
    mailSettle: (id, status) =>
      forOne((core, caller) => settleDoubt({ doubts: doubtsOf(core), caller, output }, id, status)),
    mailSendAgain: (id, reason) =>
      forOne((core, caller) => sendDoubtAgain({ doubts: doubtsOf(core), caller, output }, id, reason)),
  };
}

function doubtsOf({ database, clock, config }: Core): MailDoubts {
  return createMailDoubts({ database, clock, mailsPerSecond: config.mail.ratePerSecond });
}
