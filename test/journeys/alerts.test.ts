// What admins are told without asking, through the real web and worker: a full pool until there are seats, many DELETEs once,
// a directory that fails or falls silent, a token that ends soon.
import { newId } from '../../src/ids';
import { findFreePort } from '../../src/embedded/ports';
import { entraClient, entraUser } from '../support/entra-client';
import type { ReadMail } from '../support/mailbox';
import { useProduct } from '../support/product';

interface Listed {
  readonly items: readonly { readonly kind: string; readonly says: string; readonly closed_at: string | null }[];
}

describe('alerts', () => {
  const product = useProduct({ roles: [] });
  const directory = entraClient(product);
  const colleague = 'colleague@example.com';
  const auditor = 'auditor@example.com';
  let code = '';

  const opsPort = findFreePort();

  beforeAll(async () => {
    (product.environment as Record<string, string>)['OPS_PORT'] = String(await opsPort);
    await product.web.start();
    await product.worker.start();
    const { items } = await product.uptake<{ items: { code: string }[] }>('pool', 'list');
    code = items[0]?.code ?? '';
    await addAdmin(colleague, 'admin');
    await addAdmin(auditor, 'auditor');
  });

  test('a pool that is full is mailed once to each admin, says what to do, and is over when there are seats', async () => {
    await product.uptake('pool', 'set', code, '--seats', '1');

    await hire('full', 4);
    const mails = await alertMails(2);
    const { items } = await product.uptake<Listed>('alert', 'list');
    const advice = /^npm run -s uptake -- (pool set .* --seats \d+)$/m.exec(mails[0]?.text ?? '')?.[1] ?? '';
    await product.uptake(...advice.split(' '));
    const after = await product.uptake<Listed>('alert', 'list');
    const all = await product.uptake<Listed>('alert', 'list', '--all');

    expect(mails.map(({ to }) => to).toSorted()).toEqual([colleague, product.admin.email].toSorted());
    expect(mails[0]?.subject).toContain('No seat left');
    expect(mails[0]?.text).toContain('Seats: 1');
    expect(items.map(({ kind, says }) => [kind, says])).toEqual([
      ['pool_full', expect.stringContaining('3 people wait for a seat')],
    ]);
    expect(after.items).toEqual([]);
    expect(all.items.map(({ kind, closed_at: end }) => [kind, end !== null])).toEqual([['pool_full', true]]);
    expect(await waiting()).toBe(0);
  });

  test('sixty DELETEs are all applied, with one alert and one mail to each admin', async () => {
    await product.uptake('pool', 'set', code, '--seats', '500');
    const people = await hire('leaver', 60);

    const answers = await Promise.all(people.map((id) => product.scim('DELETE', `/Users/${id}`)));
    const mails = (await alertMails(4)).filter(({ subject }) => subject.includes('Many people were deleted'));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    const rows = await product.rows(`SELECT kind FROM alerts WHERE kind = 'mass_delete'`);
    expect(rows).toHaveLength(1);
    expect(mails.map(({ to }) => to).toSorted()).toEqual([colleague, product.admin.email].toSorted());
    expect(mails[0]?.text).toContain('Limit of an hour: 50');
    await product.until('all is told', async () => {
      return (await product.rows('SELECT id FROM outbox WHERE dispatched_at IS NULL')).length === 0;
    });
    expect(await product.rows(`SELECT id FROM mails WHERE kind = 'alert'`)).toHaveLength(4);
  });

  test('a directory that fails, then falls silent: mailed once each, shown everywhere, over when it asks well again', async () => {
    const taken = { userName: 'twice@example.com', givenName: 'Sam', familyName: 'Vale' };
    await directory.create(taken);
    for (let no = 0; no < 100; no += 1) await product.scim('POST', '/Users', entraUser(taken));

    const failing = await product.until('it fails', () => openOf('provisioning_failing'), 60_000);
    const health = await product.run(['scim', 'health']);
    const metrics = await (await fetch(`http://127.0.0.1:${await opsPort}/metrics`)).text();
    await product.rows('UPDATE scim_request_log SET received_at = received_at - INTERVAL 81 MINUTE');
    const silent = await product.until('it is silent', () => openOf('provisioning_silent'), 60_000);
    const mails = (await alertMails(8)).filter(({ subject }) => /Provisioning fails|is silent/.test(subject));
    for (let no = 0; no < 60; no += 1) await directory.find(taken.userName);
    await product.until(
      'it is well again',
      async () => (await product.uptake<Listed>('alert', 'list')).items.length === 1,
      60_000,
    );
    const well = await product.run(['scim', 'health']);

    expect(failing.says).toMatch(/^1\d\d of \d+ requests of the directory failed within 40 minutes\.$/);
    expect([health.code, health.stdout]).toEqual([1, expect.stringContaining(': at risk')]);
    expect(metrics).toMatch(/^uptake_scim_failure_ratio\{organization="main"\} 0\.[2-9]\d*$/m);
    expect(metrics).toContain('uptake_scim_failure_level{organization="main"} 1\n');
    expect(metrics).toContain('uptake_scim_request_log_dropped_total 0\n');
    expect(silent.closed_at).toBeNull();
    expect(mails.map(({ to }) => to).toSorted()).toEqual(
      [colleague, colleague, product.admin.email, product.admin.email].toSorted(),
    );
    expect([well.code, well.stdout]).toEqual([0, expect.stringContaining(': ok')]);
  }, 200_000);

  test('a token that ends soon: mailed with its id and end, again when less is left, over with its revocation', async () => {
    const made = await product.uptake<{ id: string }>('token', 'create', 'scim', '--label', 'soon', '--expires', '20d');
    const told = async (count: number) => {
      await product.worker.stop();
      await product.worker.start();
      return (await alertMails(8 + count)).filter(({ subject }) => subject.startsWith('SCIM token ends'));
    };

    const first = await told(2);
    await product.rows(`UPDATE scim_credentials SET expires_at = NOW(6) + INTERVAL 40 HOUR WHERE label = 'soon'`);
    await told(4);
    const open = await openOf('token_expiring');
    await product.uptake('token', 'revoke', made.id);

    expect(first.map(({ to }) => to).toSorted()).toEqual([colleague, product.admin.email].toSorted());
    expect(first[0]?.subject).toContain('SCIM token ends in 20 days');
    expect(first[0]?.text).toContain(`npm run -s uptake -- token rotate ${made.id}\n`);
    expect(open?.says).toMatch(/^The SCIM token soon \(last four .{4}\) ends in 2 days\.$/);
    expect(await openOf('token_expiring')).toBeUndefined();
  }, 120_000);

  async function openOf(kind: string): Promise<Listed['items'][number] | undefined> {
    return (await product.uptake<Listed>('alert', 'list')).items.find((it) => it.kind === kind);
  }

  async function hire(name: string, count: number): Promise<string[]> {
    const made = Array.from({ length: count }, (_, no) => `${name}${no}@example.com`).map((userName) =>
      directory.create({ userName, givenName: 'Sam', familyName: 'Vale' }),
    );
    return (await Promise.all(made)).map(({ id }) => id);
  }

  async function alertMails(count: number): Promise<ReadMail[]> {
    const isThere = (mails: readonly ReadMail[]) => mails.filter(({ kind }) => kind === 'alert').length >= count;
    return (await product.mailbox.waitFor(isThere, 40_000)).filter(({ kind }) => kind === 'alert');
  }

  async function waiting(): Promise<number | undefined> {
    const [row] = await product.rows<{ n: number }>('SELECT COUNT(*) AS n FROM license_waitlist WHERE is_open = 1');
    return row?.n;
  }

  async function addAdmin(email: string, role: 'admin' | 'auditor'): Promise<void> {
    await product.rows(
      `INSERT INTO admins (organization_id, id, email, email_key, display_name, role, password_hash, status, created_at)
       SELECT organization_id, ?, ?, ?, 'An admin', ?, 'x', 'active', NOW(6) FROM organizations`,
      [newId(), email, email, role],
    );
  }
});
