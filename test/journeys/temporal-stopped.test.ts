// Temporal stands still (SIGSTOP: ports open, nothing answers) while the directory goes on; when it is back, every consequence
// happens once.
import { entraClient } from '../support/entra-client';
import { startOwnTemporal, type OwnServer } from '../support/own-servers';
import { useProduct } from '../support/product';
import type { TemporalServer } from '../../src/embedded/temporal';

/** A sign of life counts for 30 s; the relay asks a silent server every 30 s at the latest. */
const deadlineMs = 90_000;

describe('with Temporal stopped', () => {
  let temporal: OwnServer<TemporalServer>;
  const product = useProduct(async () => {
    temporal = await startOwnTemporal();
    const environment = { TEMPORAL_CALL_MS: '1000', MAIL_RATE: '100' };
    return { smtp: true, temporalAddress: temporal.address, environment };
  });
  const directory = entraClient(product);
  afterAll(async () => {
    process.kill(temporal.pid(), 'SIGCONT');
    await temporal.close();
  });

  test(
    'directory and apps go on, health says degraded, and later everything happens once',
    async () => {
      await hire('before');
      await product.mailbox.waitFor((mails) => mails.length === 1);
      process.kill(temporal.pid(), 'SIGSTOP');

      const [stayed, left, removed] = [await hire('stayed'), await hire('left'), await hire('removed')];
      await directory.patch(stayed.id, { op: 'Replace', path: 'name.familyName', value: 'Renamed' });
      await directory.deactivate(left.id);
      const deleted = await product.scim('DELETE', `/Users/${removed.id}`);
      const event = { event_id: 'e1', type: 'license.activated', occurred_at: new Date().toISOString() };
      const events = [{ ...event, user: { email: 'before@example.com' } }];
      const accepted = await product.api('POST', '/events/', { source: 'desktop-app', events });
      const silent = await product.until('health notices', () => readiness('degraded'), deadlineMs);
      const late = await hire('late');
      const sentMeanwhile = (await product.mailbox.list()).length;
      process.kill(temporal.pid(), 'SIGCONT');

      const mails = await product.mailbox.waitFor((found) => found.length >= 3, deadlineMs);
      await product.until('every row is told', isTold, deadlineMs);
      await product.until('journeys say where people stand', () => ended([left.id, removed.id]), deadlineMs);
      const back = await product.until('health is well again', () => readiness('ready'), deadlineMs);
      expect([deleted.status, accepted.status, silent.status, back.status]).toEqual([204, 202, 200, 200]);
      expect(silent.body).toMatchObject({ status: 'degraded', worker: 'silent', database: 'ok' });
      expect(sentMeanwhile).toBe(1);
      expect(late.active).toBe(true);
      expect(mails.map(({ to }) => to).toSorted()).toEqual(addresses('before', 'late', 'stayed'));
      expect((await product.mailbox.list()).length).toBe(3);
    },
    3 * deadlineMs,
  );

  function hire(name: string) {
    return directory.create({ userName: `${name}@example.com`, givenName: 'Kim', familyName: 'Ost' });
  }

  async function readiness(status: string): Promise<{ status: number; body: unknown } | undefined> {
    const answer = await fetch(`${product.url}/readyz`);
    const body = (await answer.json()) as { status: string };
    return body.status === status ? { status: answer.status, body } : undefined;
  }

  async function isTold(): Promise<boolean> {
    return (await product.rows('SELECT id FROM outbox WHERE dispatched_at IS NULL')).length === 0;
  }

  async function ended(userIds: readonly string[]): Promise<boolean> {
    const open = await product.rows('SELECT id FROM journeys WHERE user_id IN (?) AND ended_at IS NULL', [userIds]);
    return open.length === 0;
  }
});

function addresses(...names: readonly string[]): string[] {
  return names.map((name) => `${name}@example.com`).toSorted();
}
