// What holds for requests and answers as such: RFC 7644 2, 3.2, 3.3, 3.5.1, 3.6, 3.8 and 3.11 to 3.14. Run by
// rfc-requirements.test.ts.
import { idOf, textOf } from './doors';
import { must, publicBase, refusal, urn, type Made, type Requirement, type ScimClient } from './rfc-rows';

const nobody = '/Users/0190a1b2-c3d4-7e5f-8a9b-000000000001';

async function totalOf(scim: ScimClient, filter: string): Promise<unknown> {
  return (await scim.list('/Users', { filter })).body['totalResults'];
}

/** PUT to addresses where nobody is; how many there are with that name afterwards. */
async function putNobody(scim: ScimClient): Promise<unknown[]> {
  const gone = await scim.user();
  await scim.send('DELETE', gone.path);
  const statuses = [];
  for (const path of [nobody, '/Users/nonexistent-1', gone.path]) {
    statuses.push((await scim.send('PUT', path, { schemas: [urn.user], userName: 'put' })).status);
  }
  return [...statuses, await totalOf(scim, 'userName eq "put"')];
}

/** PUT with the person's own userName and more. */
const put = (scim: ScimClient, { path, body }: Made, more: object) =>
  scim.send('PUT', path, { schemas: [urn.user], userName: body['userName'], ...more });

const creating: readonly Requirement[] = [
  must('7644-3.2-L490', 'PUT makes nobody', putNobody, [404, 404, 404, 0]),
  must(
    '7644-3.3-L584',
    'what is read-only is ignored in a POST',
    async (scim) => {
      const claimed = { id: 'mine', groups: [{ value: 'g' }], meta: { resourceType: 'Other', version: 'W/"9"' } };
      const { id, body } = await scim.user(claimed);
      return [id === 'mine', body['groups'], body['meta']?.['resourceType'], body['meta']?.['version']];
    },
    [false, undefined, 'User', 'W/"1"'],
  ),
  must(
    '7644-3.3-L602',
    'creation is 201',
    async (scim) => [(await scim.user()).status, (await scim.group()).status],
    [201, 201],
  ),
  must(
    '7644-3.3-L603',
    'creation answers what a GET answers then',
    async (scim) => {
      const made = [await scim.user({ title: 'T' }), await scim.group()];
      const read = await Promise.all(made.map(({ path }) => scim.get(path)));
      return made.map(({ text }, index) => text === read[index]?.text);
    },
    [true, true],
  ),
  must(
    '7644-3.3-L605',
    'the address of what was made is in Location and meta.location',
    async (scim) =>
      [await scim.user(), await scim.group()].map(({ path, headers, body }) => {
        const address = `${publicBase}${path}`;
        return [headers.location === address, textOf(body['meta'] ?? {}, 'location') === address];
      }),
    [
      [true, true],
      [true, true],
    ],
  ),
  must(
    '7644-3.3-L625',
    'a userName or displayName that is taken is 409 uniqueness, in any case',
    async (scim) => {
      await scim.user({ userName: 'taken' });
      await scim.group({ displayName: 'Taken' });
      return [
        refusal(await scim.send('POST', '/Users', { schemas: [urn.user], userName: 'TAKEN' })),
        refusal(await scim.send('POST', '/Groups', { schemas: [urn.group], displayName: 'taken' })),
      ];
    },
    [
      [409, 'uniqueness'],
      [409, 'uniqueness'],
    ],
  ),
  must(
    '7644-3.3.1-L712',
    'meta.resourceType is that of the endpoint',
    async (scim) => [await scim.user(), await scim.group()].map(({ body }) => body['meta']?.['resourceType']),
    ['User', 'Group'],
  ),
];

const replacing: readonly Requirement[] = [
  must(
    '7644-3.5-L1607',
    'PUT is there for both types',
    async (scim) => {
      const group = await scim.group();
      const answers = [
        await put(scim, await scim.user(), { displayName: 'D' }),
        await scim.send('PUT', group.path, { schemas: [urn.group], displayName: 'D' }),
      ];
      return answers.map(({ status, body }) => [status, body['displayName']]);
    },
    [
      [200, 'D'],
      [200, 'D'],
    ],
  ),
  must('7644-3.5.1-L1637', 'PUT makes nothing where nothing is', putNobody, [404, 404, 404, 0]),
  must(
    '7644-3.5.1-L1644',
    'PUT replaces what is named and takes away what is not',
    async (scim) => {
      const made = await scim.user({ displayName: 'Old', title: 'T', emails: [{ value: 'e@example.com' }] });
      await put(scim, made, { displayName: 'New' });
      const { displayName, title, emails, active } = (await scim.get(made.path)).body;
      return { displayName, title, emails, active };
    },
    { displayName: 'New', title: undefined, emails: undefined, active: true },
  ),
  must(
    '7644-3.5.1-L1660',
    'another id in a PUT changes nothing',
    async (scim) => {
      const made = await scim.user();
      const answer = await put(scim, made, { id: 'different' });
      return [answer.status, answer.text === made.text, (await scim.get('/Users/different')).status];
    },
    [200, true, 404],
  ),
  must(
    '7644-3.5.1-L1665',
    'what is read-only is ignored in a PUT',
    async (scim) => {
      const made = await scim.user();
      const meta = { resourceType: 'Other', created: '1999-01-01T00:00:00Z', location: 'x' };
      const answer = await put(scim, made, { displayName: 'D', id: 'x', groups: [{ value: 'g' }], meta });
      const { resourceType, created, location } = answer.body['meta'] as unknown as Record<string, string>;
      return [
        idOf(answer) === made.id,
        answer.body['groups'],
        resourceType,
        created,
        location === made.headers.location,
      ];
    },
    [true, undefined, 'User', '2026-03-02T09:00:00.000Z', true],
  ),
  must(
    '7644-3.5.1-L1667',
    'PUT without what is required is 400, and nothing changes',
    async (scim) => {
      const [person, group] = [await scim.user({ displayName: 'Old' }), await scim.group()];
      const refused = [
        refusal(await scim.send('PUT', person.path, { schemas: [urn.user], displayName: 'New' })),
        refusal(await scim.send('PUT', group.path, { schemas: [urn.group], externalId: 'x' })),
      ];
      return [
        refused,
        (await scim.get(person.path)).text === person.text,
        (await scim.get(group.path)).text === group.text,
      ];
    },
    [
      [
        [400, 'invalidValue'],
        [400, 'invalidValue'],
      ],
      true,
      true,
    ],
  ),
];

const removing: readonly Requirement[] = [
  must(
    '7644-3.6-L2642',
    'what was removed is 404 to every further request',
    async (scim) => {
      const made = [await scim.user(), await scim.group()];
      const statuses = [];
      for (const { path } of made) {
        await scim.send('DELETE', path);
        for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
          const body = { userName: 'n', displayName: 'n', Operations: [] };
          statuses.push((await scim.send(method, path, method === 'GET' ? undefined : body)).status);
        }
      }
      return statuses;
    },
    Array.from({ length: 8 }, () => 404),
  ),
  must(
    '7644-3.6-L2644',
    'what was removed is in no list and free to be made again',
    async (scim) => {
      const { path } = await scim.user({ userName: 'gone', externalId: 'e' });
      await scim.send('DELETE', path);
      const totals = [await totalOf(scim, 'userName eq "gone"'), await totalOf(scim, 'externalId eq "e"')];
      return [
        ...totals,
        (await scim.get('/Users')).body['totalResults'],
        (await scim.user({ userName: 'gone' })).status,
      ];
    },
    [0, 0, 0, 201],
  ),
  must(
    '7644-3.6-L2657',
    'removal is 204 without a body',
    async (scim) => {
      const made = [await scim.user(), await scim.group()];
      const answers = await Promise.all(made.map(({ path }) => scim.send('DELETE', path)));
      return answers.map(({ status, text }) => [status, text]);
    },
    [
      [204, ''],
      [204, ''],
    ],
  ),
];

/** The demands. */
export const requestRows: readonly Requirement[] = [...creating, ...replacing, ...removing];
