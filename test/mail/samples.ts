// One model of each mail, usual and hostile. The suite renders all of them; so does whoever wants to look at them.
import type { AlertFacts } from '../../src/domain/alert';
import type {
  AlertModel,
  MailModel,
  Mails,
  PersonModel,
  RenderedMail,
  ReminderModel,
  ReportModel,
} from '../../src/mail/mails';

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

function alert(facts: AlertFacts, over: Partial<AlertModel> = {}): AlertModel {
  const { contact: _, ...base } = usual;
  return {
    ...base,
    timeZone: 'Europe/Berlin',
    slug: 'main',
    openedAt: new Date('2026-03-02T07:00:00Z'),
    facts,
    ...over,
  };
}
const id = '0195e1a2-b3c4-7000-8000-0000000000aa';
const pool = { code: 'EPE', name: 'Enpass Enterprise', seats: 500, assigned: 500, waiting: 12 };
const ending = {
  kind: 'token_expiring' as const,
  tokenId: id,
  label: 'Entra',
  last4: 'x7Qd',
  expiresAt: new Date('2026-03-09T06:30:00Z'),
  daysLeft: 7,
};
const alerts: readonly [string, AlertFacts][] = [
  ['alert', { kind: 'pool_full', ...pool }],
  ['alert-over-assigned', { kind: 'over_assigned', ...pool, assigned: 1512, waiting: 0 }],
  [
    'alert-hold-open',
    { kind: 'hold_open', holdId: id, waiting: 73, enabled: 900, decideBy: new Date('2026-03-09T07:00:00Z') },
  ],
  ['alert-hold-expired', { kind: 'hold_expired', holdId: id, rejected: 1 }],
  ['alert-mass-delete', { kind: 'mass_delete', deleted: 2345, limit: 100, credential: 'Entra' }],
  [
    'alert-admin-deactivated',
    { kind: 'admin_deactivated', email: 'ada@example.com', reason: 'removed', requestId: id, superAdmins: 0 },
  ],
  [
    'alert-provisioning-failing',
    {
      kind: 'provisioning_failing',
      requests: 4200,
      failures: 1300,
      referenceFailures: 40,
      ratio: 0.3,
      status: 409,
      times: 1120,
      expectedAt: new Date('2026-03-02T09:30:00Z'),
      line: 'failures',
    },
  ],
  [
    'alert-provisioning-silent',
    { kind: 'provisioning_silent', lastAt: new Date('2026-03-02T05:40:00Z'), requests: 312 },
  ],
  ['alert-token-expiring', { ...ending, token: 'scim' }],
  ['alert-secret-expiring', { ...ending, token: 'oauth-client', daysLeft: 30 }],
  ['alert-api-token-expiring', { ...ending, token: 'api', daysLeft: 1 }],
  ['alert-federation-ended', { ...ending, token: 'federation', last4: null, daysLeft: 0 }],
  ['alert-mail-unknown', { kind: 'mail_unknown', mails: 1 }],
  ['alert-work-parked', { kind: 'work_parked', rows: 3, topic: 'SeatAssigned', error: 'TypeError' }],
  [
    'alert-report-failed',
    {
      kind: 'report_failed',
      report: 'Users and adoption',
      slug: 'users-and-adoption',
      status: 'failed',
      reason: 'destination',
      runKey: '2026-03-02T08:00',
      isPaused: true,
    },
  ],
];

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
  ...alerts.map(([name, facts]) => sample(name, usual, (mails) => mails.alert(alert(facts)))),
  sample('hostile-invitation', hostile, (mails) => mails.invitation(person(hostile, false, false, rude))),
  sample('hostile-reminder', hostile, (mails) => mails.usageReminder(reminder(person(hostile, true, true, rude)))),
  sample('hostile-alert', hostile, (mails) => {
    const { contact: _, ...names } = hostile;
    const facts = { kind: 'pool_full' as const, ...pool, name: rude, code: 'x'.repeat(64) };
    return mails.alert(alert(facts, { ...names, slug: 'acme' }));
  }),
  sample('hostile-report', hostile, (mails) => mails.reportDelivered({ ...report, ...hostile, rows: 1 })),
];

function sample(name: string, model: MailModel, render: (mails: Mails) => RenderedMail): Sample {
  return { name, organizationName: model.organizationName, render };
}
