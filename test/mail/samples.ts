// One model of each mail, usual and hostile. The suite renders all of them; so does whoever wants to look at them.
import type { MailModel, Mails, PersonModel, RenderedMail, ReminderModel, ReportModel } from '../../src/mail/mails';

/** A mail and what it is made from. */
export interface Sample {
  readonly name: string;
  readonly organizationName: string;
  readonly render: (mails: Mails) => RenderedMail;
}

const usual: MailModel = {
  locale: 'en',
  organizationName: 'Example Corp',
  productName: 'Enpass',
  contact: 'it-help@example.com',
};

/** Names as the worst directory has them: markup, quotes, both directions, long words, emoji, placeholders. */
const hostile: MailModel = {
  locale: 'en',
  organizationName: `O'Brien & <b>Söhne</b> "עברית" {{x}} 👩🏽‍💻 Donaudampfschifffahrtsgesellschaft`,
  productName: `Pass!\u202e<script>alert(1)</script>`,
  contact: 'it@example.com',
};

function person(
  base: MailModel,
  activatedLicense: boolean,
  completedAppSetup: boolean,
  firstName = 'Ada',
): PersonModel {
  return {
    ...base,
    firstName,
    steps: { activatedLicense, completedAppSetup, addedData: completedAppSetup && firstName === 'Eve' },
    setupUrl: 'https://go.example.com/enpass/setup',
    quickStartUrl: 'https://go.example.com/enpass/quick-start',
  };
}

const optOutUrl = 'https://uptake.example.com/u/eyJvIjoxLCJ1IjoiMDE5NWUxIn0.c2lnbmF0dXJl';
const reminder = (model: PersonModel): ReminderModel => ({ ...model, optOutUrl });

const report: ReportModel = {
  ...usual,
  reportName: 'Users and adoption',
  asOf: new Date('2026-03-02T07:00:00Z'),
  timeZone: 'Europe/Berlin',
  rows: 12480,
  files: [
    {
      name: 'main_users-and-adoption_20260302T070000Z_0195e1a2b3c4.xlsx',
      sizeBytes: 1_234_567,
      sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      isAttached: true,
    },
    {
      name: 'main_users-and-adoption_20260302T070000Z_0195e1a2b3c4.csv',
      sizeBytes: 845_000,
      sha256: '60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752',
      isAttached: true,
    },
  ],
};

const { contact: _contact, ...withoutContact } = usual;
const bare: PersonModel = {
  ...withoutContact,
  firstName: '',
  steps: { activatedLicense: false, completedAppSetup: false, addedData: false },
};
const rude = `Eve <img src=x onerror=alert(1)> '"&`;

/** Every mail at least once. */
export const samples: readonly Sample[] = [
  sample('invitation', usual, (mails) => mails.invitation(person(usual, false, false))),
  sample('invitation-bare', usual, (mails) => mails.invitation(bare)),
  sample('reminder-activation', usual, (mails) => mails.activationReminder(reminder(person(usual, false, false)))),
  sample('reminder-app-setup', usual, (mails) => mails.appSetupReminder(reminder(person(usual, true, false)))),
  sample('reminder-usage', usual, (mails) => mails.usageReminder(reminder(person(usual, true, true)))),
  sample('reminder-extension', usual, (mails) => mails.extensionReminder(reminder(person(usual, true, true, 'Eve')))),
  sample('reminder-autofill', usual, (mails) => mails.autofillReminder(reminder(person(usual, true, true, 'Eve')))),
  sample('report-delivered', usual, (mails) => mails.reportDelivered(report)),
  sample('report-too-large', usual, (mails) =>
    mails.reportDelivered({ ...report, files: report.files.map((file, no) => ({ ...file, isAttached: no > 0 })) }),
  ),
  sample('hostile-invitation', hostile, (mails) => mails.invitation(person(hostile, false, false, rude))),
  sample('hostile-reminder', hostile, (mails) => mails.usageReminder(reminder(person(hostile, true, true, rude)))),
  sample('hostile-report', hostile, (mails) => mails.reportDelivered({ ...report, ...hostile, rows: 1 })),
];

function sample(name: string, model: MailModel, render: (mails: Mails) => RenderedMail): Sample {
  return { name, organizationName: model.organizationName, render };
}
