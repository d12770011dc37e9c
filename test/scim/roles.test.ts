// /Roles and /Entitlements: the license pools with their seats, where SCIM_ROLES is on; nothing of them where it is off.
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { createLicensing } from '../../src/service/licensing';
import { createPools } from '../../src/service/pools';
import { useDatabase } from '../support/database';
import { doorNames, textOf, useDoors, type Body } from './doors';

const listOf = (body: Body): Body[] => body['Resources'] as unknown as Body[];
const values = (body: Body): string[] => listOf(body).map((it) => textOf(it, 'value'));

describe.each(['/Roles', '/Entitlements'])('%s', (endpoint) => {
  const db = useDatabase({ seats: 2 });
  const doors = useDoors(db, { hasRoles: true });
  const get = (path: string, token = doors.token) => doors.send('hot', 'GET', path, { token });
  const addPool = async (code: string, seats: number): Promise<void> => {
    const { database } = db;
    const pools = createPools({ database, clock: doors.clock, newId, licensing: createLicensing({ newId }) });
    await pools.set(systemCaller(db.organizationId, 'test'), code, { seats, name: `Pool ${code}`, isAddOn: true });
  };

  it.each(doorNames)('shows each license pool with its seats, through the %s door', async (door) => {
    for (const userName of ['a', 'b', 'c']) await doors.send(door, 'POST', '/Users', { body: { userName } });

    const list = await doors.send(door, 'GET', endpoint);
    const one = await doors.send(door, 'GET', `${endpoint}/${db.poolId}`);

    const name = endpoint === '/Roles' ? 'Role' : 'Entitlement';
    expect(list.body).toMatchObject({ totalResults: 1, itemsPerPage: 1, startIndex: 1 });
    expect(one.body).toEqual({
      schemas: [`urn:ietf:params:scim:schemas:core:2.0:${name}`],
      id: db.poolId,
      value: 'APP',
      display: expect.any(String),
      type: 'License',
      supported: true,
      limitedAssignmentsPermitted: true,
      totalAssignmentsPermitted: 2,
      totalAssignmentsUsed: 2,
      meta: {
        resourceType: name,
        location: `https://uptake.example.com/scim/v2${endpoint}/${db.poolId}`,
        version: one.headers['etag'],
      },
    });
    expect(listOf(list.body)).toEqual([one.body]);
  });

  it('filters, sorts, projects and pages them', async () => {
    for (const [code, seats] of [
      ['B', 5],
      ['a', 50],
      ['C', 500],
    ] as const)
      await addPool(code, seats);
    const found = async (query: string) => values((await get(`${endpoint}?${query}`)).body);

    expect(await found('sortBy=value')).toEqual(['a', 'APP', 'B', 'C']);
    expect(await found('sortBy=value&sortOrder=descending&count=2&startIndex=2')).toEqual(['B', 'APP']);
    expect(await found('filter=value eq "b"')).toEqual(['B']);
    expect(await found('filter=totalAssignmentsPermitted ge 50 and supported eq true&sortBy=value')).toEqual([
      'a',
      'C',
    ]);
    expect(await found('filter=not (totalAssignmentsPermitted lt 500) or display sw "pool B"')).toEqual(['B', 'C']);
    const part = await get(`${endpoint}?filter=value eq "C"&attributes=totalAssignmentsPermitted`);
    expect(listOf(part.body)).toEqual([
      { schemas: expect.any(Array), id: expect.any(String), totalAssignmentsPermitted: 500 },
    ]);
    const search = await doors.send('app', 'POST', `${endpoint}/.search`, { body: { filter: 'value eq "C"' } });
    expect(values(search.body)).toEqual(['C']);
    const walked: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: Body = (await get(`${endpoint}?sortBy=value&count=3&cursor=${encodeURIComponent(cursor)}`)).body;
      walked.push(...values(page));
      cursor = page['nextCursor'] === undefined ? undefined : textOf(page, 'nextCursor');
    }
    expect(walked).toEqual(['a', 'APP', 'B', 'C']);
  });

  it('refuses what cannot be answered: writes, unknown ids, unfit comparisons', async () => {
    const statuses = await Promise.all(
      (
        [
          ['POST', endpoint],
          ['DELETE', `${endpoint}/${db.poolId}`],
          ['GET', `${endpoint}/${newId()}`],
          ['GET', `${endpoint}?filter=totalAssignmentsUsed co 1`],
          ['GET', `${endpoint}?filter=totalAssignmentsUsed eq "many"`],
          ['GET', `${endpoint}?sortBy=totalAssignmentsUsed`],
        ] as const
      ).map(
        async ([method, path]) => (await doors.send('app', method, path, method === 'POST' ? { body: {} } : {})).status,
      ),
    );

    expect(statuses).toEqual([405, 405, 404, 400, 400, 400]);
  });

  it('shows nothing of another organization', async () => {
    const list = await get(endpoint, doors.secondToken);
    const foreign = await get(`${endpoint}/${db.poolId}`, doors.secondToken);

    expect(listOf(list.body).map((it) => textOf(it, 'id'))).toEqual([db.secondPoolId]);
    expect(foreign.status).toBe(404);
  });

  it('is advertised', async () => {
    const types = await get('/ResourceTypes');
    const config = await get('/ServiceProviderConfig');

    const type = listOf(types.body).find((it) => textOf(it, 'endpoint') === endpoint);
    const schema = await get(`/Schemas/${textOf(type as Body, 'schema')}`);
    expect(schema.status).toBe(200);
    expect(config.body['RolesAndEntitlements']).toEqual({
      roles: { supported: true, multipleRolesSupported: true, primarySupported: true, typeSupported: true },
      entitlements: { supported: true },
    });
  });
});

describe('without SCIM_ROLES', () => {
  const db = useDatabase();
  const doors = useDoors(db);

  it('there is neither a route nor a word of them', async () => {
    const paths = [
      '/Roles',
      `/Roles/${db.poolId}`,
      '/Entitlements',
      '/ResourceTypes',
      '/ServiceProviderConfig',
      '/Schemas',
    ];

    const answers = await Promise.all(paths.map((path) => doors.send('app', 'GET', path)));

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 200, 200, 200]);
    for (const { text } of answers.slice(3))
      expect(text).not.toMatch(/RolesAndEntitlements|core:2\.0:(Role|Entitlement)/);
  });
});
