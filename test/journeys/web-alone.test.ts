// Web needs no Temporal: it loads nothing of it, and serves everything while there is none.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inBuild } from '../../src/root';
import { entraClient } from '../support/entra-client';
import { useProduct } from '../support/product';

const run = promisify(execFile);

describe('web alone', () => {
  const product = useProduct({ roles: ['web'], environment: { TEMPORAL_ADDRESS: '' } });

  test('loads no module of Temporal', async () => {
    const look = `require(${JSON.stringify(inBuild('src', 'compose', 'web.js'))}); process.stdout.write(Object.keys(require.cache).join('\\n'))`;

    const { stdout } = await run(process.execPath, ['--disable-proto=delete', '-e', look]);

    expect(stdout).toContain('express');
    expect(stdout.split('\n').filter((path) => path.includes('@temporalio'))).toEqual([]);
  });

  test('takes people and events, and says that no worker is there', async () => {
    const user = { userName: 'alone@example.com', givenName: 'Pat', familyName: 'Solo' };
    await entraClient(product).create(user);
    const event = { event_id: 'e1', type: 'app.opened', occurred_at: new Date().toISOString() };
    const events = [{ ...event, user: { email: user.userName } }];

    const taken = await product.api('POST', '/events/', { source: 'desktop-app', events });
    const ready = await fetch(`${product.url}/readyz`);

    expect(taken).toMatchObject({ status: 202, body: { accepted: 1 } });
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'degraded', database: 'ok', worker: 'silent', mail: 'unknown' },
    ]);
  });
});
