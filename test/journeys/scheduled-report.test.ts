// A report by its Schedule, through the whole of it: row, Schedule, workflow, files, mail, honest end. Real servers only.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { createReportActivities } from '../../src/activities/report-activities';
import { createReportDelivery } from '../../src/activities/report-delivery';
import { createSnapshotActivities } from '../../src/activities/snapshot-activities';
import { systemClock } from '../../src/clock';
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { createMails as createTexts } from '../../src/mail/mails';
import { createArtifactWriter } from '../../src/report/artifact';
import { inPackage } from '../../src/root';
import { countsAsOf } from '../../src/service/adoption';
import { createMailClaims } from '../../src/service/mail-claim';
import { createMails } from '../../src/service/mails';
import { createReportContents } from '../../src/service/report-content';
import { createReportDeliveries } from '../../src/service/report-deliveries';
import { createReportRuns } from '../../src/service/report-runs';
import { createReportSchedules } from '../../src/service/report-schedules';
import { createReports } from '../../src/service/reports';
import { createScheduleSource } from '../../src/service/schedule-source';
import { createSnapshots } from '../../src/service/snapshots';
import { createSchedules } from '../../src/temporal/schedules';
import { aMailer, closeAll, kept } from '../mail/builders';
import { useDatabase } from '../support/database';
import { addGoldenPopulation } from '../support/golden-population';
import { mailboxOfSink } from '../support/mailbox';
import { addFirstReport, quietLog, rowsOf } from '../support/reports';
import { startSmtpSink } from '../support/smtp-server';
import { connectTestClient, eventually } from '../support/temporal-client';
import { bundle, withWorker, type StandIns } from '../workflows/replaying';

describe('schedules of an organization', () => {
  const db = useDatabase();
  const clock = systemClock;
  let client: Client;
  let folder: string;

  beforeAll(async () => {
    client = await connectTestClient();
  }, 60_000);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'uptake-report-'));
  });
  afterEach(async () => {
    await closeAll();
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(() => client.connection.close());

  const noFault = async (): Promise<void> => undefined;
  function activities(smtpUrl: string): StandIns {
    const { database } = db;
    const claims = createMailClaims({ leaseMs: 300_000, messageDomain: 'example.com', newId });
    const mails = createMails({ database, clock, newId, claims, mailsPerSecond: 100, fault: noFault });
    const texts = createTexts({
      folder: inPackage('templates', 'mail'),
      partialsFolder: inPackage('templates', 'partials'),
    });
    const tools = {
      mailer: aMailer(smtpUrl),
      clock,
      log: quietLog,
      fault: noFault,
      takeToken: () => mails.takeToken(),
    };
    const reports = createReportActivities({
      runs: createReportRuns({ database, clock, newId }),
      contents: createReportContents({ database, countsAsOf }),
      artifacts: createArtifactWriter({ folder, fault: noFault }),
      deliver: createReportDelivery({
        ...tools,
        from: 'uptake@example.com',
        mails,
        texts,
        deliveries: createReportDeliveries({ database, clock }),
      }),
      log: quietLog,
      codeVersion: '0.1.0',
    });
    const snapshots = createSnapshots({ database, clock, newId, countsAsOf });
    return { ...reports, ...createSnapshotActivities({ snapshots, log: quietLog }) };
  }
  const schedules = () =>
    createSchedules({
      client: client.schedule,
      source: createScheduleSource({ database: db.database, clock }),
      log: quietLog,
    });

  it('builds the report at its time, keeps the files and mails them', async () => {
    await addGoldenPopulation(db.sql, db.organizationId, db.poolId);
    const reportId = await addFirstReport(db, clock.now());
    const caller = systemCaller(db.organizationId, 'test');
    const order = { cron: '* * * * *', zone: 'Europe/Berlin', to: ['admin@example.com'] };
    await createReportSchedules({ database: db.database, clock, newId }).schedule(caller, 'users-and-adoption', order);
    const sink = kept(await startSmtpSink());

    await withWorker(client, await bundle(), activities(sink.url), async () => {
      await schedules().syncReport(db.organizationId, reportId);
      const handle = client.schedule.getHandle(`report/${reportId}`);
      await handle.trigger();
      // The server keeps one patch of a Schedule at a time (1.29.1): a pause that comes too soon would replace the trigger.
      await eventually(async () => expect((await handle.describe()).info.numActionsTaken).toBeGreaterThan(0));
      await handle.pause('one run is enough here');
      await eventually(async () => {
        expect(await rowsOf(db, "SELECT 1 FROM report_runs WHERE status = 'succeeded'")).not.toEqual([]);
      }, 40_000);
      await eventually(async () => expect((await handle.describe()).info.runningActions).toEqual([]));
      await handle.delete();
    });

    const [run] = await rowsOf(db, "SELECT id, run_key FROM report_runs WHERE status = 'succeeded' ORDER BY id");
    expect(run).toMatchObject({ run_key: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/) });
    const { files } = await createReports({ database: db.database, clock, newId }).runStatus(
      caller,
      String(run!['id']),
    );
    const [mail] = await mailboxOfSink(sink).list();
    const sent = (mail?.attachments ?? []).map(({ content }) => createHash('sha256').update(content).digest('hex'));
    expect(sent.toSorted()).toEqual(files.map(({ sha256 }) => sha256).toSorted());
    for (const { path, rows } of files) expect([readFileSync(path).length > 1000, rows]).toEqual([true, 480]);
  }, 90_000);

  it('takes the snapshot of each complete day at its time', async () => {
    const threeDaysAgo = new Date(Date.now() - 3 * 86_400_000);
    await db.sql.query('UPDATE organizations SET created_at = ? WHERE organization_id = ?', [
      threeDaysAgo,
      db.organizationId,
    ]);
    const sink = kept(await startSmtpSink());

    await withWorker(client, await bundle(), activities(sink.url), async () => {
      await schedules().syncOrganization(db.organizationId);
      const handle = client.schedule.getHandle(`snapshot/${db.organizationId}`);
      await handle.trigger();
      await eventually(async () => {
        expect(await rowsOf(db, 'SELECT day_on FROM adoption_snapshots WHERE version = 1')).toHaveLength(3);
      });
      await eventually(async () => expect((await handle.describe()).info.runningActions).toEqual([]));
      await handle.delete();
    });
  }, 60_000);
});
