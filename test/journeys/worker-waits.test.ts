// The worker starts while neither the database nor Temporal answers, and works once both do, without a restart.
import type { DatabaseServer } from '../../src/embedded/database';
import type { TemporalServer } from '../../src/embedded/temporal';
import { entraClient } from '../support/entra-client';
import { startOwnDatabase, startOwnTemporal, type OwnServer } from '../support/own-servers';
import { useProduct } from '../support/product';

describe('a worker that starts too early', () => {
  let database: OwnServer<DatabaseServer>;
  let temporal: OwnServer<TemporalServer>;
  const product = useProduct(async () => {
    [database, temporal] = await Promise.all([startOwnDatabase(), startOwnTemporal()]);
    const waits = { DATABASE_CONNECT_MS: '1000', TEMPORAL_CALL_MS: '1000' };
    const servers = { databaseUrl: database.url, temporalAddress: temporal.address };
    return { smtp: true, roles: ['web'], environment: waits, ...servers };
  });
  const signalBoth = (signal: NodeJS.Signals): void => {
    for (const server of [database, temporal]) process.kill(server.pid(), signal);
  };
  afterAll(async () => {
    signalBoth('SIGCONT');
    await Promise.all([database.close(), temporal.close()]);
  });

  test('waits for both and then sends what is due', async () => {
    await entraClient(product).create({ userName: 'early@example.com', givenName: 'Ola', familyName: 'Frost' });
    signalBoth('SIGSTOP');

    product.worker.begin();
    await product.until('it fails to work', async () => /fails; tried again/.test(product.worker.log()));
    process.kill(database.pid(), 'SIGCONT');
    await product.until('it asks for Temporal', async () => /Temporal cannot be reached/.test(product.worker.log()));
    process.kill(temporal.pid(), 'SIGCONT');
    const mails = await product.mailbox.waitFor((found) => found.length === 1, 60_000);

    expect(mails.map(({ to, kind }) => `${kind} to ${to}`)).toEqual(['invitation to early@example.com']);
    expect(product.worker.isRunning()).toBe(true);
  });
});
