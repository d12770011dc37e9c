// Tokens over real processes: what the command line makes opens the web role, what it revokes is refused there within a second.
import { useProduct } from '../support/product';

interface Made {
  readonly id: string;
  readonly secret: string;
  readonly client_id: string | null;
  readonly organization_id: number;
}

describe('tokens from the command line', () => {
  const product = useProduct({ roles: ['web'] });
  const users = (token: string, method = 'GET', body?: unknown): Promise<Response> =>
    fetch(`${product.url}/scim/v2/Users`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const refused = (token: string) =>
    product.until(
      'the token is refused',
      async () => {
        const { status } = await users(token);
        return status === 401;
      },
      2000,
    );

  it('opens a second organization and nothing of the first, until each is revoked', async () => {
    await product.uptake('organization', 'create', 'acme', '--name', 'Acme', '--zone', 'Europe/Berlin', '--seats', '3');
    const acme = ['--organization', 'acme'];
    const bearer = await product.uptake<Made>('token', 'create', 'scim', '--label', 'Entra', ...acme);
    const client = await product.uptake<Made>('token', 'create', 'oauth-client', '--label', 'Entra', ...acme);
    const form = { grant_type: 'client_credentials', client_id: client.client_id ?? '', client_secret: client.secret };
    const granted = await fetch(`${product.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
    const { access_token: access } = (await granted.json()) as { access_token: string };

    await users(product.scimToken, 'POST', { userName: 'first@example.com' });
    const made = await users(bearer.secret, 'POST', { userName: 'acme@example.com' });
    const listed = (await (await users(access)).json()) as { Resources: { userName: string }[] };
    expect([granted.status, made.status]).toEqual([200, 201]);
    expect(listed.Resources.map(({ userName }) => userName)).toEqual(['acme@example.com']);

    const next = await product.uptake<Made>('token', 'rotate', bearer.id, ...acme);
    expect([(await users(bearer.secret)).status, (await users(next.secret)).status]).toEqual([200, 200]);
    await product.uptake('token', 'revoke', bearer.id, ...acme);
    await product.uptake('token', 'revoke', client.client_id ?? '', ...acme);
    await refused(bearer.secret);
    await refused(access);

    expect((await users(next.secret)).status).toBe(200);
    const foreign = await product.run(['token', 'revoke', next.id]);
    const nowhere = await product.run(['token', 'list', '--organization', 'nobody']);
    expect([foreign.code, nowhere.code]).toEqual([1, 1]);
    const heard = `${product.web.log()}${foreign.stderr}${nowhere.stderr}`;
    for (const secret of [bearer.secret, next.secret, client.secret, access]) expect(heard).not.toContain(secret);
  });
});
