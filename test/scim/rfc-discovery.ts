// What a server says of itself: RFC 7643 5 to 7, RFC 7644 3.1 and 4. Run by rfc-requirements.test.ts.
import { textOf } from './doors';
import { each, elements, must, urn, type Requirement, type ScimClient } from './rfc-rows';

const documents = ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas'];
const schemaIds = [urn.user, urn.enterprise, urn.license, urn.group];

async function types(scim: ScimClient) {
  return elements(await scim.get('/ResourceTypes'));
}

async function idsOfSchemas(scim: ScimClient): Promise<unknown[]> {
  return each(await scim.get('/Schemas'), 'Resources', 'id');
}

/** The demands. */
export const discoveryRows: readonly Requirement[] = [
  must(
    '7643-5-L1581',
    'the ways of authentication are named; to a client without a token nothing is',
    async (scim) => {
      const named = each(await scim.get('/ServiceProviderConfig'), 'authenticationSchemes', 'type');
      const bare = await Promise.all(documents.map((path) => scim.sendBare('GET', path)));
      return [named, bare.map(({ status }) => status)];
    },
    [
      ['oauthbearertoken', 'oauth2'],
      [401, 401, 401],
    ],
  ),
  must(
    '7643-6-L1619',
    'each type of resource has a name',
    async (scim) => (await types(scim)).map(({ name }) => name),
    ['User', 'Group'],
  ),
  must(
    '7643-6-L1641',
    'each type names its schema, and the schema is there under that id',
    async (scim) => {
      const named = (await types(scim)).map((type) => textOf(type, 'schema'));
      const found = await Promise.all(named.map((id) => scim.get(`/Schemas/${id}`)));
      const ids = await idsOfSchemas(scim);
      return named.map((id, index) => [id, found[index]?.body['id'], ids.includes(id)]);
    },
    [
      [urn.user, urn.user, true],
      [urn.group, urn.group, true],
    ],
  ),
  must(
    '7643-6-L1650',
    'each extension of a type is a schema that is there',
    async (scim) => {
      const extensions = (await types(scim)).flatMap(({ schemaExtensions }) =>
        (schemaExtensions as unknown as { schema: string }[]).map(({ schema }) => schema),
      );
      const ids = await idsOfSchemas(scim);
      return extensions.map((id) => [id, ids.includes(id)]);
    },
    [
      [urn.enterprise, true],
      [urn.license, true],
    ],
  ),
  must(
    '7643-6-L1655',
    'no extension is required, a person without any is made; a type that is not named here, like /TestResources, is 404',
    async (scim) => {
      const extensions = (await types(scim)).flatMap(({ schemaExtensions }) => schemaExtensions as unknown as object[]);
      const unnamed = [
        await scim.send('POST', '/TestResources', { identifier: 'x' }),
        await scim.get('/TestResources/x'),
        await scim.list('/TestResources', { filter: 'caseExactString eq "x"' }),
      ];
      return [extensions, (await scim.user()).status, unnamed.map(({ status, body }) => [status, body['schemas']])];
    },
    [
      [
        { schema: urn.enterprise, required: false },
        { schema: urn.license, required: false },
      ],
      201,
      [1, 2, 3].map(() => [404, [urn.error]]),
    ],
  ),
  must('7643-7-L1691', 'each schema has its URN as id', idsOfSchemas, schemaIds),
  must(
    '7643-7-L1700',
    'each schema has a name',
    async (scim) => each(await scim.get('/Schemas'), 'Resources', 'name'),
    ['User', 'EnterpriseUser', 'License', 'Group'],
  ),
  must(
    '7644-3.1-L436',
    'messages have URNs of the API: errors and lists',
    async (scim) => [(await scim.get('/Users/nobody')).body['schemas'], (await scim.get('/Users')).body['schemas']],
    [[urn.error], [urn.list]],
  ),
  must(
    '7644-3.1-L439',
    'the forms of messages are not among the schemas, nor found by their URN',
    async (scim) => [
      (await idsOfSchemas(scim)).filter((id) => String(id).includes(':api:messages:')),
      (await scim.get(`/Schemas/${urn.error}`)).status,
    ],
    [[], 404],
  ),
  must(
    '7644-4-L4068',
    '/ServiceProviderConfig says by its schema what it is',
    async (scim) => {
      const { status, body } = await scim.get('/ServiceProviderConfig');
      return [status, body['schemas']];
    },
    [200, ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig']],
  ),
  must(
    '7644-4-L4098',
    '/Schemas lists all schemas in the form of a list',
    async (scim) => {
      const { status, body } = await scim.get('/Schemas');
      return [status, body['schemas'], body['totalResults'], (await idsOfSchemas(scim)).length];
    },
    [200, [urn.list], 4, 4],
  ),
  must(
    '7644-4-L4125',
    'filter, sorting and paging do not count in discovery',
    async (scim) => {
      const plain = await Promise.all(documents.map((path) => scim.get(path)));
      const asked = await Promise.all(
        documents.map((path) => scim.get(`${path}?filter=invalid&sortBy=id&sortOrder=x&startIndex=999&count=0`)),
      );
      return asked.map(({ status, text }, index) => [status, text === plain[index]?.text]);
    },
    documents.map(() => [200, true]),
  ),
];
