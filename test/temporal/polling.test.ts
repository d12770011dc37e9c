// The worker's whole way in one process: a person is provisioned, the relay starts the journey, mails arrive as files.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReminderActivities } from '../../src/activities/reminder-activities';
import { systemClock } from '../../src/clock';
import { newId } from '../../src/ids';
import { createEmlFolder } from '../../src/mail/eml-folder';
import { createMails as createTexts } from '../../src/mail/mails';
import { inPackage } from '../../src/root';
import { createJourneys } from '../../src/service/journeys';
import { createLicensing } from '../../src/service/licensing';
import { createMailClaims } from '../../src/service/mail-claim';
import { createMails } from '../../src/service/mails';
import { createOutbox } from '../../src/service/outbox';
import { createPolicies } from '../../src/service/policies';
import { createProvisioning } from '../../src/service/provisioning';
import { createReminders } from '../../src/service/reminders';
import { createSuppression } from '../../src/service/suppression';
import { createWorkers } from '../../src/temporal/polling';
import { createRelay } from '../../src/temporal/relay';
import { createWorkflowCalls } from '../../src/temporal/workflow-calls';
import { aProfile, scimCaller } from '../support/builders';
import { useDatabase } from '../support/database';
import { mailboxOfFolder } from '../support/mailbox';
import { quietLog } from '../support/reports';
import { eventually } from '../support/temporal-client';
import { bundleOfProduct, useTemporalWorld } from '../support/temporal-world';

describe('the workers', () => {
  const db = useDatabase();
  const world = useTemporalWorld();
  const clock = systemClock;
  const fault = async (): Promise<void> => undefined;
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'uptake-workers-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const build = async () => {
    const { database } = db;
    const shared = { database, clock, newId, fault };
    const claims = createMailClaims({ leaseMs: 300_000, messageDomain: 'example.com', newId });
    const mails = createMails({ ...shared, claims, mailsPerSecond: 100 });
    const journeys = createJourneys({ ...shared, log: quietLog });
    const activities = createReminderActivities({
      reminders: createReminders({ ...shared, claims, mailsPerSecond: 100 }),
      journeys,
      suppression: createSuppression({ ...shared, secretKey: 'k'.repeat(40), publicUrl: 'http://localhost:8080' }),
      texts: createTexts({
        folder: inPackage('templates', 'mail'),
        partialsFolder: inPackage('templates', 'partials'),
      }),
      mailer: createEmlFolder({ folder: join(folder, 'outbox') }),
      clock,
      log: quietLog,
      fault,
      takeToken: () => mails.takeToken(),
      from: 'uptake@localhost',
    });
    const { sendReminder, ...main } = activities;
    const bundlePath = join(folder, 'workflow-bundle.js');
    writeFileSync(bundlePath, (await bundleOfProduct()).code);
    const { native: connection, namespace, namespaceId, client } = world.link;
    const workers = await createWorkers({
      connection,
      namespace,
      activities: { main, mail: { sendReminder } },
      bundlePath,
      mailsPerSecond: 100,
    });
    const none = { syncReport: async () => undefined, syncOrganization: async () => undefined };
    const relay = createRelay({
      outbox: createOutbox({ database, newId }),
      journeys,
      calls: createWorkflowCalls({ client, schedules: none, callMs: 5000 }),
      schedules: { reconcile: async () => ({ written: 0, refused: 0, deleted: 0, unchanged: 0 }) },
      clock,
      log: quietLog,
      fault,
      namespace,
      namespaceId,
      isMailFailing: () => false,
      startsPerSecond: 50,
    });
    const licensing = createLicensing({ newId });
    const consequences = { endSignIns: async () => undefined, matchQuarantined: async () => undefined };
    const provisioning = createProvisioning({ database, clock, newId, licensing, consequences });
    return { workers, relay, provisioning, policies: createPolicies({ database, clock, newId }) };
  };

  it('invite, remind as the policy says, and stop at once when the account ends', async () => {
    const { workers, relay, provisioning, policies } = await build();
    const mailbox = mailboxOfFolder(join(folder, 'outbox'));
    const caller = scimCaller(db.organizationId);
    const wish = { first: 'PT2S', repeat: 'PT3S', max: 2, window: 'always', cap: 'off' };
    const running = workers.run();
    relay.start();

    const pending = await provisioning.createUser(caller, aProfile({ userName: 'pending@example.com' }));
    const leaver = await provisioning.createUser(caller, aProfile({ userName: 'leaver@example.com' }));
    await mailbox.waitFor((mails) => mails.length === 2, 30_000);
    await provisioning.changeUser(caller, leaver.id, (profile) => ({ ...profile, active: false }), {
      ifMatch: undefined,
    });
    await policies.set({ ...caller, actor: { kind: 'system', id: null } }, 'activation', wish);
    await mailbox.waitFor((mails) => mails.length === 4, 30_000);
    const run = world.link.client.workflow.getHandle(`onboarding/${pending.id}`);
    const reason = await run.result();
    const left = await world.link.client.workflow.getHandle(`onboarding/${leaver.id}`).result();
    const mails = await mailbox.list();
    await relay.stop();
    workers.shutdown();
    await running;

    const kindsTo = (to: string) => mails.filter((mail) => mail.to === to).map((mail) => mail.kind);
    expect(kindsTo('pending@example.com')).toEqual(['invitation', 'reminder', 'reminder']);
    expect(kindsTo('leaver@example.com')).toEqual(['invitation']);
    expect([reason, left]).toEqual(['exhausted', 'deactivated']);
    expect(mails.every((mail) => mail.headers['list-unsubscribe'] === undefined)).toBe(true);
    await eventually(async () => {
      const [open] = await db.sql.query('SELECT id FROM journeys WHERE is_open = 1');
      expect(open).toEqual([]);
    });
  }, 120_000);
});
