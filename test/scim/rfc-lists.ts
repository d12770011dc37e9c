// What lists answer: RFC 7644 3.4 and 3.9. Run by rfc-requirements.test.ts.
import { each, elements, must, refusal, urn, type Requirement, type ScimClient } from './rfc-rows';

const found = async (scim: ScimClient, filter: string): Promise<unknown[]> =>
  each(await scim.list('/Users', { filter }), 'Resources', 'userName');

async function three(scim: ScimClient, ...names: string[]): Promise<void> {
  for (const userName of names) await scim.user({ userName });
}

/** Names in the order of a list, and its status. */
async function sorted(scim: ScimClient, query: Record<string, string>): Promise<unknown[]> {
  const answer = await scim.list('/Users', query);
  return [answer.status, ...each(answer, 'Resources', 'userName')];
}

const filters: readonly Requirement[] = [
  must(
    '7644-3.4.2.2-L944',
    'one expression finds what it says; an empty filter is none',
    async (scim) => {
      await three(scim, 'a', 'b');
      return [await found(scim, 'userName eq "b"'), await found(scim, ' ')];
    },
    [['b'], ['a', 'b']],
  ),
  must(
    '7644-3.4.2.2-L1001',
    'booleans have no order: gt, ge, lt and le of them are 400 invalidFilter',
    async (scim) =>
      Promise.all(
        ['gt', 'ge', 'lt', 'le'].map(async (op) => refusal(await scim.list('/Users', { filter: `active ${op} true` }))),
      ),
    Array.from({ length: 4 }, () => [400, 'invalidFilter']),
  ),
  must(
    '7644-3.4.2.2-L1127',
    'what is no filter by the grammar is 400 invalidFilter',
    async (scim) => {
      const wrong = ['(((', 'userName eq', 'userName eq "a" and', 'eq "a"', 'userName eq "a', ')'];
      return Promise.all(wrong.map(async (filter) => refusal(await scim.list('/Users', { filter }))));
    },
    Array.from({ length: 6 }, () => [400, 'invalidFilter']),
  ),
  must(
    '7644-3.4.2.2-L1197',
    'what is complex is filtered by its sub-attribute',
    async (scim) => {
      await scim.user({ userName: 'with', name: { givenName: 'G' } });
      await scim.user({ userName: 'without', name: { familyName: 'F' } });
      return [await found(scim, 'name.givenName pr'), await found(scim, 'name.familyName eq "F"')];
    },
    [['with'], ['without']],
  ),
  must(
    '7644-3.4.2.2-L1208',
    'an operation that is none, or an attribute that is none, is 400 invalidFilter',
    async (scim) =>
      Promise.all(
        ['userName regex "test"', 'noSuchAttribute eq "x"'].map(async (filter) =>
          refusal(await scim.list('/Users', { filter })),
        ),
      ),
    [
      [400, 'invalidFilter'],
      [400, 'invalidFilter'],
    ],
  ),
  must(
    '7644-3.4.2.2-L1217',
    'a userName is found in any case, an externalId as it is',
    async (scim) => {
      await scim.user({ userName: 'scim-Test', externalId: 'eX' });
      return [await found(scim, 'userName eq "SCIM-TEST"'), await found(scim, 'externalId eq "EX"')];
    },
    [['scim-Test'], []],
  ),
];

const pages: readonly Requirement[] = [
  must(
    '7644-3.4.2-L817',
    'a list says by its schema that it is one, and how many there are',
    async (scim) => {
      await three(scim, 'a', 'b', 'c');
      const { status, body } = await scim.get('/Users?count=2');
      return [status, { ...body, Resources: body['Resources']?.['length'] }];
    },
    [200, { schemas: [urn.list], totalResults: 3, startIndex: 1, itemsPerPage: 2, Resources: 2 }],
  ),
  must(
    '7644-3.4.2-L847',
    'nothing found is 200 with a total of 0',
    async (scim) => {
      const { status, body } = await scim.list('/Users', { filter: 'userName eq "nobody"' });
      return [status, body['totalResults'], body['Resources']];
    },
    [200, 0, []],
  ),
  must(
    '7644-3.4.2.1-L912',
    'of more than maxResults the first maxResults come, with the true total',
    async (scim) => {
      await scim.crowd(203);
      const { filter } = (await scim.get('/ServiceProviderConfig')).body;
      const answer = await scim.list('/Users', { filter: 'userName sw "u"', count: '1000' });
      return [filter?.['maxResults'], answer.status, elements(answer).length, answer.body['totalResults']];
    },
    [200, 200, 200, 203],
  ),
  must(
    '7644-3.4.2.1-L918',
    'both types are searched at once by POST /.search with a filter; GET of the base is 404',
    async (scim) => {
      await scim.user({ userName: 'x', displayName: 'Both' });
      await scim.user({ userName: 'y' });
      await scim.group({ displayName: 'both' });
      const body = { schemas: [urn.search], filter: 'displayName eq "BOTH" and id pr' };
      const answer = await scim.send('POST', '/.search', body);
      const kinds = elements(answer).map(({ meta }) => meta?.['resourceType']);
      return [answer.body['schemas'], kinds, (await scim.list('/', { filter: 'id pr' })).status];
    },
    [[urn.list], ['User', 'Group'], 404],
  ),
  must(
    '7644-3.4.2.3-L1319',
    'sorting goes up unless it is told to go down',
    async (scim) => {
      await three(scim, 'gamma', 'alpha', 'beta');
      return [
        await sorted(scim, { sortBy: 'userName' }),
        await sorted(scim, { sortBy: 'userName', sortOrder: 'descending' }),
      ];
    },
    [
      [200, 'alpha', 'beta', 'gamma'],
      [200, 'gamma', 'beta', 'alpha'],
    ],
  ),
  must(
    '7644-3.4.2.3-L1321',
    'text whose case does not count is sorted without case',
    async (scim) => {
      await three(scim, 'charlie', 'Bob', 'alice');
      return sorted(scim, { sortBy: 'userName', sortOrder: 'ascending' });
    },
    [200, 'alice', 'Bob', 'charlie'],
  ),
  must(
    '7644-3.4.2.4-L1358',
    'a startIndex below 1 is 1',
    async (scim) => {
      await three(scim, 'a', 'b');
      const answers = [await scim.get('/Users?startIndex=0'), await scim.get('/Users?startIndex=-7')];
      return answers.map((it) => [it.status, it.body['startIndex'], each(it, 'Resources', 'userName')]);
    },
    [
      [200, 1, ['a', 'b']],
      [200, 1, ['a', 'b']],
    ],
  ),
  must(
    '7644-3.4.2.4-L1363',
    'never more than count come, and none for a count of 0 or less',
    async (scim) => {
      await three(scim, 'a', 'b', 'c');
      const answers = await Promise.all(['1', '0', '-1'].map((count) => scim.list('/Users', { count })));
      return answers.map((it) => [elements(it).length, it.body['itemsPerPage'], it.body['totalResults']]);
    },
    [
      [1, 1, 3],
      [0, 0, 3],
      [0, 0, 3],
    ],
  ),
  must(
    '7644-3.4.3-L1476',
    'a search by POST answers as the GET does',
    async (scim) => {
      await three(scim, 'a', 'b', 'c');
      const asked = { filter: 'userName gt "a"', sortBy: 'userName', sortOrder: 'descending', attributes: 'userName' };
      const got = await scim.list('/Users', asked);
      const body = { schemas: [urn.search], ...asked, attributes: ['userName'] };
      const posted = await scim.send('POST', '/Users/.search', body);
      return [posted.status, posted.body['schemas'], posted.text === got.text, each(posted, 'Resources', 'userName')];
    },
    [200, [urn.list], true, ['c', 'b']],
  ),
];

const parts: readonly Requirement[] = [
  must(
    '7644-3.4.2.5-L1438',
    'attributes and excludedAttributes choose what is shown',
    async (scim) => {
      const { path } = await scim.user({ userName: 'u', displayName: 'D', title: 'T' });
      const answers = [
        await scim.get(`${path}?attributes=userName`),
        await scim.get(`${path}?excludedAttributes=title`),
      ];
      return answers.map(({ body }) => Object.keys(body).toSorted().join());
    },
    ['id,schemas,userName', 'active,displayName,id,meta,schemas,userName'],
  ),
  must(
    '7644-3.4.2.5-L1449',
    'id and schemas cannot be left out',
    async (scim) => {
      const { path } = await scim.user({ displayName: 'D' });
      const { body } = await scim.get(`${path}?excludedAttributes=id,schemas,displayName,active,userName,meta`);
      return Object.keys(body);
    },
    ['schemas', 'id'],
  ),
  must(
    '7644-3.9-L3596',
    'attributes holds on lists, too, and id and schemas come with it, each once',
    async (scim) => {
      const { path } = await scim.user({ userName: 'u', displayName: 'D' });
      const one = await scim.get(`${path}?attributes=userName,id,USERNAME`);
      const [first] = elements(await scim.list('/Users', { attributes: 'userName' }));
      return [Object.keys(one.body), Object.keys(first ?? {})];
    },
    [
      ['schemas', 'id', 'userName'],
      ['schemas', 'id', 'userName'],
    ],
  ),
];

/** The demands. */
export const listRows: readonly Requirement[] = [...filters, ...pages, ...parts];
