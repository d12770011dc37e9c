// What every resource carries: RFC 7643 3 and 3.1. Run by rfc-requirements.test.ts.
import { idOf, textOf } from './doors';
import { each, elements, must, publicBase, urn, type Requirement } from './rfc-rows';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const claimed = { id: 'mine', meta: { resourceType: 'Other', created: '1999-01-01T00:00:00Z', location: 'x' } };

const titled = { op: 'replace', path: 'title', value: 'T' };

/** The demands. */
export const resourceRows: readonly Requirement[] = [
  must(
    '7643-3-L709',
    'whatever is answered says its schemas: a resource, a list, an error',
    async (scim) => {
      const answers = [await scim.user(), await scim.group(), await scim.get('/Users'), await scim.get('/Users/x')];
      return answers.map(({ body }) => body['schemas']);
    },
    [[urn.user], [urn.group], [urn.list], [urn.error]],
  ),
  must(
    '7643-3-L711',
    'schemas names the base schema and the extensions that have a value, whatever the client listed',
    async (scim) => {
      const schemas = [urn.user, urn.enterprise, 'urn:example:nothing'];
      return (await scim.user({ schemas, [urn.license]: { license: 'none' } })).body['schemas'];
    },
    [urn.user, urn.license],
  ),
  must(
    '7643-3-L713',
    'schemas names nothing twice, also where the client did',
    async (scim) => {
      const schemas = [urn.enterprise, urn.user, urn.enterprise, urn.user];
      return (await scim.user({ schemas, [urn.enterprise]: { department: 'D' } })).body['schemas'];
    },
    [urn.user, urn.enterprise],
  ),
  must(
    '7643-3.1-L852',
    'people and groups have id and meta',
    async (scim) =>
      [await scim.user(), await scim.group()].map(({ body }) => Object.keys(body['meta'] ?? {}).toSorted()),
    Array.from({ length: 2 }, () => ['created', 'lastModified', 'location', 'resourceType', 'version']),
  ),
  must(
    '7643-3.1-L855',
    'creation gives id and meta',
    async (scim) => {
      const { id, body } = await scim.user();
      return [uuid.test(id), { ...body['meta'], location: undefined }];
    },
    [
      true,
      {
        resourceType: 'User',
        created: '2026-03-02T09:00:00.000Z',
        lastModified: '2026-03-02T09:00:00.000Z',
        version: 'W/"1"',
      },
    ],
  ),
  must(
    '7643-3.1-L866',
    'each resource shows its id, also where the client leaves it out',
    async (scim) => {
      const { id, path } = await scim.user();
      const answers = [await scim.get(path), await scim.get(`${path}?excludedAttributes=id`)];
      return [...answers.map(idOf), ...each(await scim.get('/Users?attributes=title'), 'Resources', 'id')].map(
        (it) => it === id,
      );
    },
    [true, true, true],
  ),
  must(
    '7643-3.1-L867',
    'no two resources have one id',
    async (scim) => {
      const made = [await scim.user(), await scim.user(), await scim.group(), await scim.group()];
      return new Set(made.map(({ id }) => id)).size;
    },
    4,
  ),
  must(
    '7643-3.1-L868',
    'an id stays through every change and is not given again',
    async (scim) => {
      const { id, path } = await scim.user({ userName: 'a' });
      const after = [
        await scim.patch(path, titled),
        await scim.send('PUT', path, { userName: 'b' }),
        await scim.get(path),
      ];
      await scim.send('DELETE', path);
      return [...after.map(idOf), (await scim.user({ userName: 'a' })).id].map((it) => it === id);
    },
    [true, true, true, false],
  ),
  must(
    '7643-3.1-L872',
    'an id of the client is not taken',
    async (scim) => uuid.test((await scim.user(claimed)).id),
    true,
  ),
  must(
    '7643-3.1-L873',
    'an id is never called bulkId, in a bulk neither',
    async (scim) => {
      const data = { userName: 'u', id: 'mine' };
      const answer = await scim.bulk([{ method: 'POST', path: '/Users', bulkId: 'bulkId', data }]);
      const [made] = elements(answer, 'Operations');
      return uuid.test(textOf(made ?? {}, 'location').replace(`${publicBase}/Users/`, ''));
    },
    true,
  ),
  must(
    '7643-3.1-L890',
    'externalId is the client’s alone: absent unless sent',
    async (scim) =>
      [(await scim.user()).body, (await scim.user({ externalId: 'e-1' })).body].map((it) => it['externalId']),
    [undefined, 'e-1'],
  ),
  must(
    '7643-3.1-L911',
    'meta of the client is not taken',
    async (scim) => {
      const { id, body } = await scim.user(claimed);
      const { resourceType, created, location } = body['meta'] as unknown as Record<string, string>;
      return [resourceType, created, location === `${publicBase}/Users/${id}`];
    },
    ['User', '2026-03-02T09:00:00.000Z', true],
  ),
  must(
    '7643-3.1-L920',
    'meta.created is when it was made, and stays so',
    async (scim) => {
      const { path } = await scim.user();
      scim.clock.set('2026-03-02T10:00:00Z');
      return (await scim.patch(path, titled)).body['meta']?.['created'];
    },
    '2026-03-02T09:00:00.000Z',
  ),
  must(
    '7643-3.1-L925',
    'meta.lastModified is meta.created until something changes, then when it changed',
    async (scim) => {
      const made = await scim.user();
      scim.clock.set('2026-03-02T10:00:00Z');
      const { path } = made;
      const answers = [made, await scim.get(path), await scim.patch(path, titled)];
      return answers.map(({ body }) => body['meta']?.['lastModified']);
    },
    ['2026-03-02T09:00:00.000Z', '2026-03-02T09:00:00.000Z', '2026-03-02T10:00:00.000Z'],
  ),
  must(
    '7643-3.1-L927',
    'meta.location is the address in the header Location, after POST and GET; there is no other Content-Location',
    async (scim) => {
      const made = await scim.user();
      const answers = [made, await scim.get(made.path)];
      return answers.map(({ headers, body }) => [
        headers.location === textOf(body['meta'] ?? {}, 'location'),
        headers.location === `${publicBase}${made.path}`,
        headers['content-location'],
      ]);
    },
    [
      [true, true, undefined],
      [true, true, undefined],
    ],
  ),
  must(
    '7643-3.1-L940',
    'versions are weak: W/ before them, in meta and in the header',
    async (scim) => {
      const { path } = await scim.user();
      const { headers, body } = await scim.get(path);
      return [body['meta']?.['version'], headers.etag];
    },
    ['W/"1"', 'W/"1"'],
  ),
];
