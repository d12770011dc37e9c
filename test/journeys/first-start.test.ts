// Two processes migrate an empty database at once while web waits for it: one does the work, both go on.
import { useProduct } from '../support/product';

interface Migrated {
  readonly applied: string[];
  readonly scim_token: string | null;
  readonly api_token: string | null;
}

describe('a first start', () => {
  const product = useProduct({ roles: [], migrated: false });

  test('two at once make one schema, one organization, one admin and one set of tokens', async () => {
    const tokensAreMade = { SCIM_TOKEN: '', API_TOKEN: '' };
    product.web.begin();
    const early = await product.until('web listens', () => product.scim('GET', '/Users').catch(() => undefined));

    const both = await Promise.all([1, 2].map(() => product.run(['migrate', '--json'], tokensAreMade)));
    await product.until('web serves', async () => (await fetch(`${product.url}/readyz`)).status === 200);

    const said = both.map(({ stdout }) => JSON.parse(stdout) as Migrated);
    expect([early.status, early.headers.get('retry-after')]).toEqual([503, '5']);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(said.map(({ applied }) => applied.length > 0).toSorted()).toEqual([false, true]);
    expect(said.filter(({ scim_token: token }) => token !== null)).toHaveLength(1);
    expect(said.filter(({ api_token: token }) => token !== null)).toHaveLength(1);
    expect(await Promise.all(['organizations', 'scim_credentials', 'api_tokens', 'admins'].map(count))).toEqual([
      1, 1, 1, 1,
    ]);
  });

  async function count(table: string): Promise<number> {
    const [row] = await product.rows<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`);
    return row?.n ?? 0;
  }
});
