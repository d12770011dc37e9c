// Discovery says what the server does: each advertised attribute makes the round trip, and what is not offered says so.
import { createDiscovery } from '../../src/scim/discovery';
import { userSchema } from '../../src/scim/schemas';
import { useDatabase } from '../support/database';
import { useDoors, idOf } from './doors';

interface Advertised {
  readonly name: string;
  readonly type: string;
  readonly multiValued: boolean;
  readonly mutability?: string;
  readonly returned?: string;
  readonly caseExact?: boolean;
  readonly subAttributes?: readonly Advertised[];
}

const license = 'urn:ietf:params:scim:schemas:extension:uptake:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** A value for an advertised attribute. */
function sample(it: Advertised): unknown {
  if (it.subAttributes === undefined) return it.type === 'boolean' ? true : `some ${it.name}`;
  const subs = it.subAttributes.filter((sub) => sub.mutability !== 'readOnly');
  const object = Object.fromEntries(subs.map((sub) => [sub.name, sample(sub)]));
  return it.multiValued ? [object] : object;
}

describe('discovery', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const get = (path: string) => doors.send('hot', 'GET', path);

  it('S22: every advertised attribute is stored and read back as sent', async () => {
    const [core, extension, ours] = (await get('/Schemas')).body['Resources'] as unknown as {
      id: string;
      attributes: Advertised[];
    }[];
    const build = (schema: { attributes: Advertised[] } | undefined): Record<string, unknown> =>
      Object.fromEntries(
        (schema?.attributes ?? []).filter((it) => it.mutability !== 'readOnly').map((it) => [it.name, sample(it)]),
      );
    const sent = { ...build(core), [enterprise]: build(extension), [license]: build(ours) };

    const made = await doors.send('hot', 'POST', '/Users', { body: sent });
    const patched = await doors.send('hot', 'PATCH', `/Users/${idOf(made)}`, {
      body: { Operations: [{ op: 'replace', value: sent }] },
    });

    expect(made.status).toBe(201);
    expect(made.body).toMatchObject(sent);
    expect(patched.body).toEqual(made.body);
    expect(core?.id).toBe('urn:ietf:params:scim:schemas:core:2.0:User');
    const names = core?.attributes.map((it) => it.name);
    expect(names).toContain('externalId');
    for (const absent of ['password', 'x509Certificates']) expect(names).not.toContain(absent);
    expect(JSON.stringify(core)).not.toMatch(/writeOnly|"never"|null/);
  });

  it('E22: advertises members as RFC 7643 does, so that what is made from /Schemas names somebody who is there', async () => {
    const { body } = await get('/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group');

    const attributes = body['attributes'] as unknown as Advertised[];
    const subs = attributes.find(({ name }) => name === 'members')?.subAttributes ?? [];
    expect(Object.fromEntries(subs.map(({ name, mutability }) => [name, mutability]))).toEqual({
      value: 'immutable',
      display: 'readOnly',
      $ref: 'immutable',
      type: 'immutable',
    });
  });

  it('names users and groups, at the public address, with an entity tag', async () => {
    const types = await get('/ResourceTypes');
    const type = await get('/resourcetypes/user/');
    const schema = await get(`/Schemas/${enterprise.toUpperCase()}`);

    expect(types.body).toMatchObject({
      totalResults: 2,
      Resources: [
        {
          id: 'User',
          endpoint: '/Users',
          schemaExtensions: [
            { schema: enterprise, required: false },
            { schema: license, required: false },
          ],
        },
        { id: 'Group', endpoint: '/Groups', schemaExtensions: [] },
      ],
    });
    expect(type.headers).toMatchObject({
      location: 'https://uptake.example.com/scim/v2/ResourceTypes/User',
      'content-type': 'application/scim+json',
    });
    expect(schema.body['id']).toBe(enterprise);
    const again = await doors.send('hot', 'GET', '/ResourceTypes', {
      headers: { 'If-None-Match': String(types.headers['etag']) },
    });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it('tells the truth about features', async () => {
    const { body } = await get('/ServiceProviderConfig?filter=__proto__.x+eq+1&attributes=x');

    expect(body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 1_048_576 },
      filter: { supported: true, maxResults: 200 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: 'index',
        defaultPageSize: 100,
        maxPageSize: 200,
        cursorTimeout: 3600,
      },
      authenticationSchemes: [
        { type: 'oauthbearertoken', primary: true },
        { type: 'oauth2', primary: false },
      ],
    });
  });

  it('is the same for everybody, made once', () => {
    const find = createDiscovery([userSchema()], 'https://a.example.com/scim/v2');

    expect(find('/Schemas')).toBe(find('/SCHEMAS'));
    expect(find('/Users')).toBeUndefined();
  });
});
