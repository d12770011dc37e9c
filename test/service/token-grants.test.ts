// How a client's secret is compared: by digest, every one of the client, in constant time.
import crypto from 'node:crypto';
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { createAccess } from '../../src/service/access';
import { createCredentials } from '../../src/service/credentials';
import { createThrottle } from '../../src/service/throttle';
import { createTokenGrants } from '../../src/service/token-grants';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';

describe('token grants', () => {
  const db = useDatabase();
  const clock = testClock();

  const findKey = () => Promise.resolve(undefined);

  afterEach(() => jest.restoreAllMocks());

  it.each([0, 1, 2])('compares all three secrets of a client when number %d is shown', async (shown) => {
    const parts = { database: db.database, clock, newId };
    const credentials = createCredentials({ ...parts, access: createAccess(parts) });
    const grants = createTokenGrants({ ...parts, throttle: createThrottle(parts), findKey });
    const caller = systemCaller(db.organizationId, 'test');
    const first = await credentials.create(caller, { kind: 'oauth-client', label: 'Entra' });
    const all = [first, await credentials.rotate(caller, first.id), await credentials.rotate(caller, first.id)];
    const compare = jest.spyOn(crypto, 'timingSafeEqual');

    const proof = { clientId: first.clientId ?? '', address: '198.51.100.1', requestId: 'r' };
    await grants.grant({ ...proof, secret: all[shown]?.secret ?? '' });

    expect(compare.mock.calls.map(([a, b]) => [a.byteLength, b.byteLength])).toEqual([1, 2, 3].map(() => [32, 32]));
  });

  it('refuses what is too long or not printable without a look at the database', async () => {
    const parts = { database: db.database, clock, newId };
    const grants = createTokenGrants({ ...parts, throttle: { take: () => Promise.resolve() }, findKey });
    db.statements.length = 0;

    for (const odd of ['x'.repeat(256), 'ü', '', 'a\n']) {
      const proof = { clientId: odd, secret: odd, address: 'a', requestId: 'r' };
      await expect(grants.grant(proof)).rejects.toMatchObject({ code: 'client.invalid' });
      const asserted = { clientId: odd, assertion: odd, address: 'a', requestId: 'r' };
      await expect(grants.grant(asserted)).rejects.toMatchObject({ code: 'client.invalid' });
    }

    expect(db.statements).toEqual([]);
  });
});
