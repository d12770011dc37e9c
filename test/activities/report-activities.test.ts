// The whole of a report run through its activities: a real database, real files, a real SMTP sink and a relay that fails.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import ExcelJS from 'exceljs';
import { createReportActivities } from '../../src/activities/report-activities';
import { createReportDelivery } from '../../src/activities/report-delivery';
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { createMails as createTexts } from '../../src/mail/mails';
import type { Mailer } from '../../src/mail/outgoing';
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
import type { ReportActivities } from '../../workflows/contract';
import { aMailer, closeAll, kept } from '../mail/builders';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { addGoldenPopulation, goldenAt } from '../support/golden-population';
import { mailboxOfSink } from '../support/mailbox';
import { addFirstReport, quietLog, rowsOf } from '../support/reports';
import { quietSdkLog } from '../support/temporal-client';
import { startScriptedRelay, startSmtpSink } from '../support/smtp-server';

describe('the activities of a report run', () => {
  const db = useDatabase();
  const clock = testClock();
  let folder: string;
  let reportId: string;

  beforeEach(async () => {
    clock.set(goldenAt);
    folder = mkdtempSync(join(tmpdir(), 'uptake-report-'));
    await addGoldenPopulation(db.sql, db.organizationId, db.poolId);
    reportId = await addFirstReport(db, clock.now());
  });
  afterEach(async () => {
    await closeAll();
    rmSync(folder, { recursive: true, force: true });
  });

  const caller = () => systemCaller(db.organizationId, 'test');
  const noFault = async (): Promise<void> => undefined;
  /** The activities; each call is its own attempt of its own workflow. */
  function activities(mailer: Mailer, fault: (point: string) => Promise<void> = noFault) {
    const { database } = db;
    const claims = createMailClaims({ leaseMs: 300_000, messageDomain: 'example.com', newId });
    const mails = createMails({ database, clock, newId, claims, mailsPerSecond: 100, fault: noFault });
    const texts = createTexts({
      folder: inPackage('templates', 'mail'),
      partialsFolder: inPackage('templates', 'partials'),
    });
    const tools = {
      mailer,
      clock,
      log: quietLog,
      fault,
      takeToken: () => mails.takeToken(),
      from: 'uptake@example.com',
    };
    const all = createReportActivities({
      runs: createReportRuns({ database, clock, newId }),
      contents: createReportContents({ database, countsAsOf }),
      artifacts: createArtifactWriter({ folder, fault: noFault }),
      deliver: createReportDelivery({
        ...tools,
        mails,
        texts,
        deliveries: createReportDeliveries({ database, clock }),
      }),
      log: quietLog,
      codeVersion: '0.1.0',
    });
    const run = <N extends keyof ReportActivities>(
      name: N,
      args: Parameters<ReportActivities[N]>[0],
      attempt = 1,
    ): ReturnType<ReportActivities[N]> => {
      const environment = new MockActivityEnvironment({ attempt }, { logger: quietSdkLog });
      const activity = all[name] as (it: typeof args) => Promise<Awaited<ReturnType<ReportActivities[N]>>>;
      return environment.run(activity, args) as ReturnType<ReportActivities[N]>;
    };
    return { run };
  }
  const schedule = (to: string[]) =>
    createReportSchedules({ database: db.database, clock, newId }).schedule(caller(), 'users-and-adoption', {
      cron: '0 8 * * 1',
      zone: 'Europe/Berlin',
      to,
    });
  const request = () =>
    createReports({ database: db.database, clock, newId }).requestRun(caller(), 'users-and-adoption');
  const deadMailer: Mailer = {
    send: async () => ({ kind: 'unreachable', reason: 'test' }),
    ready: () => true,
    close: noFault,
  };

  /** Opens and renders a run by hand. */
  async function rendered(mailer: Mailer, fault?: (point: string) => Promise<void>) {
    const { run } = activities(mailer, fault);
    const { runId, runKey } = await request();
    const opened = await run('openRun', {
      organizationId: db.organizationId,
      reportId,
      nominalIso: clock.now().toISOString(),
      runKey,
    });
    if (opened.kind !== 'opened') throw new Error(opened.reason);
    const { rows } = await run('renderReport', { organizationId: db.organizationId, runId });
    const destinations = await db.database.read(db.organizationId, (stores) =>
      stores.reports.listDestinations(reportId),
    );
    const idOf = (kind: string) => destinations.find((it) => it.kind === kind)!.id;
    return { run, runId, rows, idOf, args: { organizationId: db.organizationId, runId } };
  }
  const status = async (runId: string) =>
    createReports({ database: db.database, clock, newId }).runStatus(caller(), runId);

  it('writes workbook and CSV with everybody and the golden counts, and records their hashes', async () => {
    const { runId, rows, run, args, idOf } = await rendered(deadMailer);

    expect(rows).toBe(480);
    await run('deliverReport', { ...args, destinationId: idOf('folder') });
    expect(await run('closeRun', args)).toBe('succeeded');
    const { status: end, files } = await status(runId);
    expect(end).toBe('succeeded');
    expect(files.map(({ path }) => path.slice(path.lastIndexOf('.')))).toEqual(['.xlsx', '.csv']);
    for (const file of files) {
      expect(createHash('sha256').update(readFileSync(file.path)).digest('hex')).toBe(file.sha256);
      expect(file.rows).toBe(480);
    }
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
    const [xlsx, csv] = files;
    expect(readFileSync(csv!.path, 'utf8').trim().split('\r\n')).toHaveLength(481);
    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(xlsx!.path);
    expect(book.worksheets.some((sheet) => sheet.rowCount === 481)).toBe(true);
    const summary = JSON.stringify(book.worksheets[0]!.getSheetValues());
    expect(summary).toContain('Assigned licenses');
    expect(summary).toContain('420');
  });

  it('gives the same names and bytes when a run is rendered again', async () => {
    const { runId, run, args } = await rendered(deadMailer);
    const before = await status(runId);

    await run('renderReport', args, 2);

    expect(await status(runId)).toEqual(before);
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it('mails workbook and CSV to each recipient on its own, once', async () => {
    const sink = kept(await startSmtpSink());
    await schedule(['one@example.com', 'two@example.com']);
    const { run, runId, args, idOf } = await rendered(aMailer(sink.url));

    const destinationId = idOf('mail');
    expect(await run('deliverReport', { ...args, destinationId })).toBe('delivered');
    expect(await run('deliverReport', { ...args, destinationId }, 2)).toBe('delivered');

    const mails = await mailboxOfSink(sink).list();
    expect(mails.map(({ to }) => to).toSorted()).toEqual(['one@example.com', 'two@example.com']);
    expect(mails[0]).toMatchObject({ kind: 'report', from: 'uptake@example.com', fromName: 'My organization' });
    const attached = new Map(
      mails[0]!.attachments.map(({ filename, content }) => [
        filename,
        createHash('sha256').update(content).digest('hex'),
      ]),
    );
    const { files } = await status(runId);
    for (const { path, sha256 } of files) expect(attached.get(path.slice(folder.length + 1))).toBe(sha256);
    expect(await rowsOf(db, 'SELECT kind, status, subject_id FROM mails')).toEqual([
      { kind: 'report', status: 'sent', subject_id: runId },
      { kind: 'report', status: 'sent', subject_id: runId },
    ]);
  });

  it('neither calls delivered nor mails a file that is not what the run wrote', async () => {
    const sink = kept(await startSmtpSink());
    await schedule(['one@example.com']);
    const { run, runId, args, idOf } = await rendered(aMailer(sink.url));
    const [file] = (await status(runId)).files;
    const whole = readFileSync(file!.path);
    const deliver = async () => {
      for (const kind of ['folder', 'mail'])
        await expect(run('deliverReport', { ...args, destinationId: idOf(kind) })).rejects.toThrow(
          'destination.unavailable',
        );
    };

    writeFileSync(file!.path, Buffer.alloc(whole.length));
    await deliver();
    rmSync(file!.path);
    await deliver();
    const sent = await mailboxOfSink(sink).list();
    writeFileSync(file!.path, whole);

    expect(sent).toEqual([]);
    expect(await run('deliverReport', { ...args, destinationId: idOf('folder') })).toBe('delivered');
    expect(await run('deliverReport', { ...args, destinationId: idOf('mail') })).toBe('delivered');
  });

  it('leaves the others delivered when one recipient is refused, and says partial', async () => {
    const sink = kept(
      await startSmtpSink({
        onRcptTo: (to, _session, done) =>
          done(to.address.startsWith('bad') ? Object.assign(new Error('no'), { responseCode: 550 }) : null),
      }),
    );
    await schedule(['bad@example.com', 'good@example.com']);
    const { run, args, idOf } = await rendered(aMailer(sink.url));

    await expect(run('deliverReport', { ...args, destinationId: idOf('mail') })).rejects.toMatchObject({
      type: 'DestinationError',
      nonRetryable: true,
    });
    await run('deliverReport', { ...args, destinationId: idOf('folder') });

    expect(sink.mails.map(({ recipients }) => recipients)).toEqual([['good@example.com']]);
    expect(await run('closeRun', args)).toBe('partial');
    expect(await rowsOf(db, "SELECT status, last_error FROM report_deliveries WHERE status <> 'delivered'")).toEqual([
      { status: 'failed', last_error: 'mail.failed' },
    ]);
  });

  it('settles a recipient stored before the rule was one as rejected, and mails the others', async () => {
    const sink = kept(await startSmtpSink());
    await schedule(['old@example.com', 'good@example.com']);
    await db.sql.query("UPDATE report_destinations SET config = REPLACE(config, 'old@', 'o..ld@')");
    const { run, args, idOf } = await rendered(aMailer(sink.url));

    await expect(run('deliverReport', { ...args, destinationId: idOf('mail') })).rejects.toMatchObject({
      type: 'DestinationError',
      nonRetryable: true,
    });

    expect(sink.mails.map(({ recipients }) => recipients)).toEqual([['good@example.com']]);
    expect(await rowsOf(db, "SELECT status, smtp_reply FROM mails WHERE to_address LIKE 'o..ld@%'")).toEqual([
      { status: 'rejected', smtp_reply: 'not handed over: the address cannot stand in a mail' },
    ]);
    expect(await rowsOf(db, 'SELECT status, last_error FROM report_deliveries WHERE last_error IS NOT NULL')).toEqual([
      { status: 'failed', last_error: 'mail.failed' },
    ]);
  });

  it('tries again while the relay is away, and mails once when it is back', async () => {
    await schedule(['one@example.com']);
    const { run, args, idOf } = await rendered(deadMailer);
    await expect(run('deliverReport', { ...args, destinationId: idOf('mail') })).rejects.toMatchObject({
      type: 'mail.unreachable',
    });
    expect(await rowsOf(db, 'SELECT status FROM report_deliveries WHERE destination_id = ?', [idOf('mail')])).toEqual([
      { status: 'sending' },
    ]);

    const sink = kept(await startSmtpSink());
    const back = activities(aMailer(sink.url));
    expect(await back.run('deliverReport', { ...args, destinationId: idOf('mail') }, 2)).toBe('delivered');

    expect(sink.mails).toHaveLength(1);
  });

  it('never sends again what may have arrived: the delivery is unknown', async () => {
    const relay = kept(await startScriptedRelay({ end: { drop: true } }));
    await schedule(['one@example.com']);
    const { run, args, idOf } = await rendered(aMailer(relay.url));

    expect(await run('deliverReport', { ...args, destinationId: idOf('mail') })).toBe('unknown');
    expect(await run('deliverReport', { ...args, destinationId: idOf('mail') }, 2)).toBe('unknown');
    await run('deliverReport', { ...args, destinationId: idOf('folder') });

    expect(relay.connections()).toBe(1);
    expect(await run('closeRun', args)).toBe('partial');
  });

  it.each(['mail.afterClaim', 'mail.afterAccept'])(
    'ends unknown, not twice, when the worker dies at %s',
    async (point) => {
      const sink = kept(await startSmtpSink());
      await schedule(['one@example.com']);
      const dying = await rendered(aMailer(sink.url), async (at) => {
        if (at === point) throw new Error('the process is gone');
      });
      const args = { ...dying.args, destinationId: dying.idOf('mail') };
      await expect(dying.run('deliverReport', args)).rejects.toMatchObject({ type: 'bug' });

      const { run } = activities(aMailer(sink.url));
      expect(await run('deliverReport', args, 2)).toBe('unknown');

      expect(sink.mails.length).toBe(point === 'mail.afterAccept' ? 1 : 0);
      expect(await rowsOf(db, 'SELECT status FROM mails')).toEqual([{ status: 'unknown' }]);
    },
  );

  it('checks recipients at the send: who is in no allowed domain any more is dropped and counted', async () => {
    const sink = kept(await startSmtpSink());
    await schedule(['stays@example.com', 'leaves@example.org']);
    await db.sql.query(
      "UPDATE organization_settings SET value_json = '[\"example.com\"]' WHERE setting = 'report.allowed_domains'",
    );
    const { run, args, idOf } = await rendered(aMailer(sink.url));

    expect(await run('deliverReport', { ...args, destinationId: idOf('mail') })).toBe('delivered');

    expect(sink.mails.map(({ recipients }) => recipients)).toEqual([['stays@example.com']]);
    expect(
      await rowsOf(db, 'SELECT last_error FROM report_deliveries WHERE destination_id = ?', [idOf('mail')]),
    ).toEqual([{ last_error: 'recipients.dropped:1' }]);
  });

  it('is failed with the reason when the folder cannot be written, and the next run succeeds', async () => {
    const place = folder;
    writeFileSync(join(place, 'file'), 'a file where a folder should be');
    folder = join(place, 'file', 'reports');
    const { run } = activities(deadMailer);
    const { runId, runKey } = await request();
    await run('openRun', {
      organizationId: db.organizationId,
      reportId,
      nominalIso: clock.now().toISOString(),
      runKey,
    });
    const args = { organizationId: db.organizationId, runId };

    await expect(run('renderReport', args)).rejects.toMatchObject({
      type: 'destination.unavailable',
      nonRetryable: false,
    });
    expect(await run('closeRun', { ...args, failure: 'destination.unavailable' })).toBe('failed');
    expect((await status(runId)).files).toEqual([]);

    rmSync(join(place, 'file'));
    folder = place;
    expect((await rendered(deadMailer)).rows).toBe(480);
  });

  it('ends as cancelled between two batches, with nothing under the final name', async () => {
    const { runId, runKey } = await request();
    const { run } = activities(deadMailer);
    await run('openRun', {
      organizationId: db.organizationId,
      reportId,
      nominalIso: clock.now().toISOString(),
      runKey,
    });
    const environment = new MockActivityEnvironment({ attempt: 1 }, { logger: quietSdkLog });
    const { database } = db;
    const slow = createReportActivities({
      runs: createReportRuns({ database, clock, newId }),
      contents: {
        read: (who, id, write) =>
          createReportContents({ database, countsAsOf }).read(who, id, (content) => {
            environment.cancel();
            return write(content);
          }),
      },
      artifacts: createArtifactWriter({ folder, fault: noFault }),
      deliver: async () => 'delivered',
      log: quietLog,
      codeVersion: '0.1.0',
    });

    await expect(
      environment.run(slow.renderReport, { organizationId: db.organizationId, runId }),
    ).rejects.toMatchObject({ name: 'CancelledFailure' });

    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
    expect(await run('closeRun', { organizationId: db.organizationId, runId, failure: 'cancelled' })).toBe('cancelled');
  });

  it('says that a run or report of another organization is not there, for good', async () => {
    const { run } = activities(deadMailer);
    const args = { organizationId: db.secondOrganizationId, reportId, nominalIso: clock.now().toISOString() };

    await expect(run('openRun', args)).rejects.toMatchObject({ type: 'report.not_found', nonRetryable: true });
    await expect(
      run('renderReport', { organizationId: db.secondOrganizationId, runId: randomUUID() }),
    ).rejects.toMatchObject({ type: 'run.not_found', nonRetryable: true });
  });
});
