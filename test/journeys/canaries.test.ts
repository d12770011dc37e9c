// Names, addresses and secrets that stand out, and the places they must never reach: Temporal's histories and memos, the
// outbox, and what the processes log.
import { Client, Connection } from '@temporalio/client';
import { browser } from '../support/console';
import { entraClient, entraUser } from '../support/entra-client';
import { useProduct } from '../support/product';

const mark = 'zqkanarie';
const hire = {
  userName: `${mark}.login@example.com`,
  givenName: `Given${mark}`,
  familyName: `Family${mark}`,
  email: `${mark}.mail@example.com`,
};

describe('canaries', () => {
  const product = useProduct({ smtp: true });
  const directory = entraClient(product);
  let userId = '';
  let optOutToken = '';

  beforeAll(async () => {
    await setPolicy('activation');
    userId = (await directory.create(hire)).id;
    await directory.patch(userId, { op: 'Replace', path: 'title', value: `Title ${mark}` });
    await beRefused();
    const mails = await product.mailbox.waitFor((found) => found.some(({ kind }) => kind === 'reminder'));
    optOutToken = /\/u\/([^\s"]+)/.exec(mails.at(-1)?.text ?? '')?.[1] ?? '';
    await workAndReport();
    await product.until('all is told', async () => {
      return (await product.rows('SELECT id FROM outbox WHERE dispatched_at IS NULL')).length === 0;
    });
  }, 90_000);

  test('are in no history, memo or search attribute of Temporal', async () => {
    const { texts, workflows } = await readTemporal();

    expect(workflows).toEqual(expect.arrayContaining(['onboarding', 'replanJourneys', 'scheduledReport']));
    expect(texts).toContain(`"userId":"${userId}"`);
    expect(canariesIn(texts)).toEqual([]);
  });

  test('are in no payload of the outbox', async () => {
    const rows = await product.rows('SELECT * FROM outbox');

    const text = JSON.stringify(rows);
    expect(text).toContain(userId);
    expect(canariesIn(text)).toEqual([]);
  });

  test('are in no line of the logs, debug ones included', async () => {
    const text = product.web.log() + product.worker.log();

    expect(text).toContain('"listening"');
    expect(text).toContain('connected to Temporal');
    expect(canariesIn(text)).toEqual([]);
  });

  /** The canaries a text holds, whatever its letters' case. */
  function canariesIn(text: string): string[] {
    const { scimToken, apiToken, admin } = product;
    const secrets = [scimToken, apiToken, admin.password, admin.email, optOutToken, product.databaseUrl];
    const lower = text.toLowerCase();
    return [mark, 'auditor@canary.example', ...secrets].filter((canary) => lower.includes(canary.toLowerCase()));
  }

  function setPolicy(stage: string): Promise<unknown> {
    const times = ['--first', 'PT1S', '--repeat', 'PT2S', '--max', '1', '--window', 'always', '--cap', 'off'];
    return product.uptake('policy', 'set', stage, ...times);
  }

  /** What fails is what gets logged. */
  async function beRefused(): Promise<void> {
    const answers = [
      await product.scim('POST', '/Users', entraUser(hire)),
      await product.scim('GET', `/Users?filter=${encodeURIComponent(`userName foo "${mark}"`)}`),
      await product.scim('POST', '/Users', { ...entraUser(hire), userName: `${mark}\u0000` }),
      await product.api('POST', '/events/', { source: mark, events: [{ user: { email: hire.email } }], [mark]: 1 }),
    ];
    const page = await browser(product.url, product.url).fill('/login', { email: hire.email, password: mark });
    expect([...answers.map(({ status }) => status), page.status]).toEqual([409, 400, 400, 400, 401]);
  }

  async function workAndReport(): Promise<void> {
    const occurred = new Date().toISOString();
    const person = { user: { email: hire.email }, occurred_at: occurred };
    const device = { id: `${mark}-device`, name: `Laptop of ${mark}`, platform: 'Linux' };
    const events = [
      { ...person, event_id: 'c1', type: 'license.activated' },
      { ...person, event_id: 'c2', type: 'device.registered', device },
      { ...person, event_id: 'c3', type: 'app.opened', user: { email: `${mark}.stranger@example.com` } },
    ];
    const { body } = await product.api('POST', '/events/', { source: 'desktop-app', events });
    await setPolicy('app_setup');
    const admin = browser(product.url, product.url);
    await admin.fill('/login', product.admin);
    await admin.get('/');
    await browser(product.url, product.url).fill(`/u/${optOutToken}`, {});
    const order = ['--cron', '0 8 * * 1', '--zone', 'Europe/Berlin', '--to', 'auditor@canary.example'];
    await product.uptake('report', 'schedule', 'users-and-adoption', ...order);
    const run = await product.uptake<{ status: string }>('report', 'run', 'users-and-adoption', '--wait');
    expect([run.status, body]).toEqual(['succeeded', expect.objectContaining({ accepted: 2, quarantined: 1 })]);
  }

  /** Every text Temporal keeps for us, payloads decoded. */
  async function readTemporal(): Promise<{ texts: string; workflows: string[] }> {
    const connection = await Connection.connect({ address: product.temporalAddress });
    const client = new Client({ connection, namespace: product.namespace });
    const texts: string[] = [];
    const workflows: string[] = [];
    try {
      await product.until('all runs are listed', async () => (await client.workflow.count()).count >= 3);
      for await (const { raw, type, workflowId, runId } of client.workflow.list()) {
        workflows.push(type);
        texts.push(...textsOf(raw));
        const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
        texts.push(...textsOf(history));
      }
      for await (const { scheduleId } of client.schedule.list())
        texts.push(...textsOf((await client.schedule.getHandle(scheduleId).describe()).raw));
    } finally {
      await connection.close();
    }
    return { texts: texts.join('\n'), workflows };
  }
});

/** All strings below a value; bytes are what payloads are made of. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsOf(inner)]);
}
