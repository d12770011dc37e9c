// The product's main job from the directory's first request to the admin's files, over its real processes.
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { sha256OfFile } from '../../src/files';
import { browser } from '../support/console';
import { entraClient, type ScimUser } from '../support/entra-client';
import { mailboxOfSink } from '../support/mailbox';
import { useProduct } from '../support/product';
import { startSmtpSink, type SmtpSink } from '../support/smtp-server';

interface ReportRun {
  readonly run_id: string;
  readonly status: string;
  readonly files: readonly { path: string; sha256: string; rows: number }[];
}

const activeUser = { userName: 'active@example.com', givenName: 'Ada', familyName: 'Berg' };
const pendingUser = { userName: 'pending@example.com', givenName: 'Bo', familyName: 'Crane' };
const leaver = { userName: 'leaver@example.com', givenName: 'Cy', familyName: 'Dahl' };

/** The answer of the overview once one person uses everything, one has done nothing, and one has left. */
const overview = {
  user_onboarding_overview: {
    total_license: 500,
    assigned_license: 2,
    unassigned_license: 498,
    activated_license: 1,
    activation_pending: 1,
    onboarded_users: 1,
    app_setup_pending: 0,
    using_enpass: 1,
    usage_pending: 0,
  },
  enpass_app_usage_overview: {
    added_items: 1,
    connected_browser_extension: 1,
    connected_browser_extension_pending: 0,
    using_autofill: 1,
    using_autofill_pending: 0,
  },
  enpass_active_users: { total_users: 1, active_users: 1, inactive_users: 0 },
};

describe('the main job', () => {
  const product = useProduct();
  const directory = entraClient(product);
  const people: Record<string, ScimUser> = {};
  let sink: SmtpSink;
  beforeAll(async () => {
    sink = await startSmtpSink();
  });
  afterAll(() => sink?.close());

  test('a directory connects, and its people get their license and one invitation each', async () => {
    const nobody = await directory.find('5f7a1d0e-not-a-user');
    const stranger = await fetch(`${product.url}/scim/v2/Users`, { headers: { authorization: 'Bearer wrong' } });
    for (const hire of [activeUser, pendingUser, leaver]) people[hire.userName] = await directory.create(hire);

    const mails = await product.mailbox.waitFor((found) => found.length === 3);

    expect(nobody).toEqual([]);
    expect([stranger.status, stranger.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('Bearer'),
    ]);
    expect(mails.map(({ kind }) => kind)).toEqual(['invitation', 'invitation', 'invitation']);
    expect(mails.map(({ to }) => to).toSorted()).toEqual([
      'active@example.com',
      'leaver@example.com',
      'pending@example.com',
    ]);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(3);
  });

  test('changes of names and accounts arrive in both dialects, and nobody is invited twice', async () => {
    const { id: activeId = '' } = people[activeUser.userName] ?? {};
    const { id: leaverId = '' } = people[leaver.userName] ?? {};

    await directory.patch(activeId, { op: 'Replace', path: 'name.familyName', value: 'Lind' });
    const renamed = await directory.patch(activeId, {
      op: 'replace',
      value: { 'name.givenName': 'Ida', displayName: 'Ida Lind' },
    });
    const off = await directory.deactivate(leaverId);
    const on = await directory.patch(leaverId, { op: 'replace', path: 'active', value: true });
    const offAgain = await directory.patch(leaverId, { op: 'replace', value: { active: false } });
    const removed = await product.scim('DELETE', `/Users/${leaverId}`);
    const gone = await product.scim('GET', `/Users/${leaverId}`);
    const [found] = await directory.find('ACTIVE@example.com');

    expect(renamed.name).toMatchObject({ givenName: 'Ida', familyName: 'Lind' });
    expect([off.active, on.active, offAgain.active]).toEqual([false, true, false]);
    expect([removed.status, gone.status]).toEqual([204, 404]);
    expect(found?.id).toBe(activeId);
    await product.until('all consequences are told', async () => {
      const [waiting] = await product.rows<{ n: number }>(
        'SELECT COUNT(*) AS n FROM outbox WHERE dispatched_at IS NULL',
      );
      return waiting?.n === 0;
    });
    expect(await product.mailbox.list()).toHaveLength(3);
  });

  test('events move the numbers, once each', async () => {
    const types = ['license.activated', 'vault.created', 'item.added', 'extension.connected', 'autofill.used'];
    const events = types.map((type) => ({
      event_id: `e-${type}`,
      type,
      occurred_at: new Date().toISOString(),
      user: { email: activeUser.userName },
    }));
    const stranger = { ...events[0], event_id: 'e-stranger', user: { email: 'nobody@example.com' } };

    const first = await product.api('POST', '/events/', { source: 'desktop-app', events: [...events, stranger] });
    const again = await product.api('POST', '/events/', { source: 'desktop-app', events });
    const answer = await product.until('the numbers are folded', async () => {
      const { body } = await product.api('POST', '/adoption/overview/');
      return JSON.stringify(body) === JSON.stringify(overview) && body;
    });

    expect(first).toMatchObject({ status: 202, body: { accepted: 5, quarantined: 1, duplicate: 0 } });
    expect(again).toMatchObject({ status: 202, body: { accepted: 0, duplicate: 5 } });
    expect(answer).toEqual(overview);
  });

  test('the snapshot and the dashboard say the same numbers', async () => {
    const snapshot = await product.uptake<{ provisional?: boolean; counts: Record<string, number> }>('snapshot');
    const admin = browser(product.url, product.url);

    const signedIn = await admin.fill('/login', product.admin);
    const dashboard = await admin.get('/');

    expect(snapshot.provisional).toBe(true);
    expect(snapshot.counts).toMatchObject(Object.assign({}, ...Object.values(overview)));
    expect([signedIn.status, dashboard.status]).toEqual([303, 200]);
    const stages = [...dashboard.text.matchAll(/<li class="stage.*?<\/li>/gs)].map(([html]) => wordsOf(html));
    expect(stages.map((stage) => /^\D+ \d+/.exec(stage)?.[0])).toEqual([
      'Assigned 2',
      'Activated 1',
      'Onboarded 1',
      'Using Enpass 1',
    ]);
    expect(stages[0]).toContain('Unassigned Licenses: 498');
    expect(stages[1]).toContain('Activation Pending: 1');
  });

  test('a report by hand gives an Excel and a CSV file that are what their digests say', async () => {
    const run = await product.uptake<ReportRun>('report', 'run', 'users-and-adoption', '--wait');

    const digests = await Promise.all(run.files.map(({ path }) => sha256OfFile(path)));
    const [csv = ''] = run.files
      .filter(({ path }) => path.endsWith('.csv'))
      .map(({ path }) => readFileSync(path, 'utf8'));
    expect(run.status).toBe('succeeded');
    expect(run.files.map(({ path }) => extname(path)).toSorted()).toEqual(['.csv', '.xlsx']);
    expect(run.files.map(({ sha256 }) => sha256)).toEqual(digests);
    expect(run.files.every(({ path }) => path.startsWith(join(product.dataDir, 'reports')))).toBe(true);
    expect(run.files.map(({ rows }) => rows)).toEqual([2, 2]);
    expect(csv).toContain(',Ida Lind,active@example.com,');
    expect(csv).not.toContain('leaver@example.com');
  });

  test('the schedule of a report mails the files it has made', async () => {
    await product.worker.stop();
    await product.worker.start({ SMTP_URL: sink.url });
    const order = ['--cron', '0 8 * * 1', '--zone', 'Europe/Berlin', '--to', 'auditor@example.org'];
    const schedule = await product.uptake<{ report_id: string; newly_allowed_domains: string[]; next_runs: string[] }>(
      'report',
      'schedule',
      'users-and-adoption',
      ...order,
    );

    await fireSchedule(schedule.report_id, schedule.next_runs[0] ?? '');
    const [mail] = await mailboxOfSink(sink).waitFor((found) => found.length > 0, 40_000);
    const artifacts = await product.rows<{ path: string; digest: string }>(
      `SELECT artifacts.storage_path AS path, artifacts.content_sha AS digest
       FROM report_artifacts artifacts JOIN report_runs runs ON runs.id = artifacts.run_id
       WHERE runs.trigger_kind = 'schedule' AND artifacts.format <> 'manifest' ORDER BY artifacts.format`,
    );
    const attached = (mail?.attachments ?? []).toSorted((a, b) =>
      extname(a.filename).localeCompare(extname(b.filename)),
    );

    expect(schedule.newly_allowed_domains).toEqual(['example.org']);
    expect([mail?.to, mail?.kind]).toEqual(['auditor@example.org', 'report']);
    expect(attached.map(({ filename }) => extname(filename))).toEqual(['.csv', '.xlsx']);
    expect(attached.map(({ content }) => content)).toEqual(artifacts.map(({ path }) => readFileSync(path)));
    expect(await Promise.all(artifacts.map(({ path }) => sha256OfFile(path)))).toEqual(
      artifacts.map(({ digest }) => digest),
    );
    await product.until('the run has succeeded', async () => {
      const [run] = await product.rows<{ status: string }>(
        "SELECT status FROM report_runs WHERE trigger_kind = 'schedule'",
      );
      return run?.status === 'succeeded';
    });
  });

  /** Does now what the Schedule will do at that time, so that no test waits for a Monday. */
  async function fireSchedule(reportId: string, at: string): Promise<void> {
    const connection = await Connection.connect({ address: product.temporalAddress });
    const { schedule } = new Client({ connection, namespace: product.namespace });
    const handle = schedule.getHandle(`report/${reportId}`);
    const previous = new Date(new Date(at).getTime() - 7 * 86_400_000);
    try {
      await product.until('the Schedule stands', () => handle.describe().catch(() => undefined));
      await handle.backfill({
        start: new Date(previous.getTime() - 60_000),
        end: new Date(previous.getTime() + 60_000),
      });
    } finally {
      await connection.close();
    }
  }
});

function wordsOf(html: string): string {
  return html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
