// What the command line says of tokens: the secret once, in the result of the verb that makes it, and never again.
import {
  createFederation,
  createToken,
  listTokens,
  revokeToken,
  rotateToken,
  type TokenParts,
} from '../../src/cli/token-command';
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { createAccess } from '../../src/service/access';
import { createCredentials } from '../../src/service/credentials';
import { createFederationTrusts } from '../../src/service/federation-trusts';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';

interface Said {
  readonly document: Record<string, unknown>;
  readonly lines: readonly string[];
}

describe('token verbs', () => {
  const db = useDatabase();
  const clock = testClock();
  const said: Said[] = [];
  const notes: string[] = [];
  const last = (): Said => said.at(-1) as Said;
  let parts: TokenParts;

  beforeEach(() => {
    said.length = 0;
    notes.length = 0;
    clock.set('2026-03-02T09:00:00Z');
    const access = createAccess({ database: db.database, clock });
    parts = {
      credentials: createCredentials({ database: db.database, clock, newId, access }),
      federationTrusts: createFederationTrusts({
        database: db.database,
        clock,
        newId,
        keyHosts: ['login.microsoftonline.com'],
      }),
      caller: systemCaller(db.organizationId, 'command line'),
      publicUrl: 'https://uptake.example.com',
      output: {
        result: (document, lines) => void said.push({ document: document as Said['document'], lines }),
        failure: () => undefined,
        note: (line) => void notes.push(line),
      },
    };
  });

  it('show a client with everything Entra asks for', async () => {
    await createToken(parts, 'oauth-client', { label: 'Entra', minutes: 120 });

    expect(last().document).toEqual({
      id: expect.any(String) as unknown,
      kind: 'oauth-client',
      label: 'Entra',
      client_id: expect.any(String) as unknown,
      scopes: [],
      access_token_minutes: 120,
      expires_at: '2028-03-02T09:00:00.000Z',
      secret: expect.stringMatching(/^upt_client_/) as unknown,
      scim_url: 'https://uptake.example.com/scim/v2',
      token_url: 'https://uptake.example.com/oauth/token',
    });
    expect(last().lines.join('\n')).toContain(last().document['secret'] as string);
  });

  it('show a secret once: not in the list, not when it is revoked, not in a note', async () => {
    await createToken(parts, 'scim', { label: 'Entra', expires: '90d' });
    const made = last().document;
    await createToken(parts, 'api', { label: 'app', scopes: ['users-read'], expires: 'never' });
    await rotateToken(parts, made['id'] as string, '1y');
    const rotated = last().document;
    clock.advance(90 * 86_400_000);
    await revokeToken(parts, rotated['id'] as string);
    const revoked = last().document;
    await listTokens(parts, clock.now());

    const tokens = last().document['tokens'] as Record<string, unknown>[];
    expect(tokens.map(({ kind, label, state }) => [kind, label, state])).toEqual([
      ['scim', 'Entra', 'expired'],
      ['api', 'app', 'live'],
      ['scim', 'Entra', 'revoked'],
    ]);
    expect(revoked).toEqual({ revoked: [rotated['id']], revoked_at: '2026-05-31T09:00:00.000Z' });
    expect(tokens.map((token) => token['last4'])).toContain((made['secret'] as string).slice(-4));
    const secret = (made['secret'] as string).slice(-43, -4);
    expect(JSON.stringify([last(), revoked, notes])).not.toContain(secret);
    expect(notes).toEqual([`The old one still lives; end it with: token revoke ${made['id'] as string}`]);
  });

  it('show a trust without a secret, and list what it trusts', async () => {
    const tenant = '0f0f0f0f-1111-4222-8333-444444444444';
    await createFederation(parts, { label: 'Entra', tenant, subject: 's', audience: ['api://x/.default'] });
    const made = last().document;
    await listTokens(parts, clock.now());

    expect(made).toMatchObject({ kind: 'federation', expires_at: null, access_token_minutes: 60 });
    expect(made['trust']).toMatchObject({ tenant_id: tenant, subject: 's', audiences: ['api://x/.default'] });
    expect(made).not.toHaveProperty('secret');
    expect((last().document['tokens'] as unknown[])[0]).toMatchObject({ kind: 'federation', state: 'live' });
    const elsewhere = { label: 'Entra', tenant, subject: 's', audience: ['a'], jwksUrl: 'https://evil.example/keys' };
    await expect(createFederation(parts, elsewhere)).rejects.toMatchObject({ code: 'input.invalid' });
  });

  it('say when there are none', async () => {
    await listTokens(parts, clock.now());

    expect(last()).toEqual({ document: { tokens: [] }, lines: ['There are no tokens.'] });
  });
});
