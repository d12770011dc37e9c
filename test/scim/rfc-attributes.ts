// What attributes are and how their values look: RFC 7643 2 and 3.3. Run by rfc-requirements.test.ts.
import { each, elements, must, publicBase, urn, type Requirement, type ScimClient } from './rfc-rows';
import { textOf, type Answered, type Body } from './doors';

interface Advertised {
  readonly name: string;
  readonly type: string;
  readonly multiValued: boolean;
  readonly mutability?: string;
  readonly subAttributes?: readonly Advertised[];
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** A value of the type and nothing more: no address, no language, no zone. */
function valueOf({ name, type, multiValued, subAttributes }: Advertised): unknown {
  const simple = { boolean: true, reference: `https://example.com/${name}` }[type] ?? `x${name.replace(/\W/, '')}7Q`;
  const value = subAttributes === undefined ? simple : objectOf(subAttributes);
  return multiValued ? [value] : value;
}

function objectOf(attributes: readonly Advertised[]): object {
  const writable = attributes.filter(({ mutability }) => mutability !== 'readOnly');
  return Object.fromEntries(writable.map((it) => [it.name, valueOf(it)]));
}

async function advertisedOf(scim: ScimClient, id: string): Promise<readonly Advertised[]> {
  return (await scim.get(`/Schemas/${id}`)).body['attributes'] as unknown as readonly Advertised[];
}

/** One resource of each advertised type, made of all that /Schemas offers to write. */
async function makeAll(scim: ScimClient): Promise<Answered[]> {
  const answers = [];
  for (const type of elements(await scim.get('/ResourceTypes'))) {
    const { endpoint, schema } = type as unknown as Record<string, string>;
    const body = { ...objectOf(await advertisedOf(scim, String(schema))), schemas: [schema] };
    answers.push(await scim.send('POST', String(endpoint), body));
  }
  return answers;
}

/** A group with one member, and that member. */
async function memberOf(scim: ScimClient): Promise<{ ref: string; id: string }> {
  const { id } = await scim.user();
  const group = await scim.group({ members: [{ value: id, type: 'User' }] });
  return { ref: String(each(group, 'members', '$ref')[0]), id };
}

const emails = (...values: object[]) => ({ emails: values });
const enterpriseOf = ({ body }: Answered): Body | undefined => body[urn.enterprise];

/** The demands. */
export const attributeRows: readonly Requirement[] = [
  must(
    '7643-2.1-L366',
    'whatever /Schemas offers, sent as random text, makes a resource of every type, which says its schema',
    async (scim) => (await makeAll(scim)).map(({ status, body }) => [status, body['schemas']]),
    [
      [201, [urn.user]],
      [201, [urn.group]],
    ],
  ),
  must(
    '7643-2.1-L369',
    'names of attributes are letters, digits, - and _, a letter first',
    async (scim) => {
      const names = (await makeAll(scim)).flatMap(({ body }) => Object.keys(body));
      return [names.length > 20, names.filter((name) => !/^[a-z][\w-]*$/i.test(name))];
    },
    [true, []],
  ),
  must(
    '7643-2.3.4-L521',
    'integers come without fraction and exponent',
    async (scim) =>
      /"maxOperations":\d+,"maxPayloadSize":\d+[,}]/.test((await scim.get('/ServiceProviderConfig')).text),
    true,
  ),
  must(
    '7643-2.3.5-L527',
    'an instant has a day and a time',
    async (scim) => (await scim.user()).body['meta']?.['created'],
    '2026-03-02T09:00:00.000Z',
  ),
  must(
    '7643-2.3.5-L531',
    'every instant is a dateTime of XML with a zone',
    async (scim) => {
      const { created, lastModified } = (await scim.user()).body['meta'] as unknown as Record<string, string>;
      return [created, lastModified].map((text) => instant.test(String(text)));
    },
    [true, true],
  ),
  must(
    '7643-2.3.6-L537',
    'there is no binary attribute that could come otherwise than in base64',
    async (scim) => {
      const { text } = await scim.get('/Schemas');
      return [text.includes('"type":"reference"'), text.includes('"type":"binary"')];
    },
    [true, false],
  ),
  must(
    '7643-2.3.7-L552',
    'a reference is a URI: ours as made here, a client’s as it was sent',
    async (scim) => {
      const boss = await scim.user();
      const { body } = await scim.user({
        profileUrl: 'https://example.com/people/123',
        [urn.enterprise]: { manager: { value: boss.id } },
      });
      return [body['profileUrl'], URL.canParse(textOf(body[urn.enterprise]?.['manager'] ?? {}, '$ref'))];
    },
    ['https://example.com/people/123', true],
  ),
  must(
    '7643-2.3.7-L555',
    'a reference names the whole base, the endpoint and the id',
    async (scim) => {
      const { ref, id } = await memberOf(scim);
      return ref.replace(id, '<id>');
    },
    `${publicBase}/Users/<id>`,
  ),
  must(
    '7643-2.3.7-L577',
    'a reference can be asked for over HTTP',
    async (scim) => new URL((await memberOf(scim)).ref).protocol,
    'https:',
  ),
  must(
    '7643-2.3.7-L578',
    'GET of a reference is the resource it names, or 404 once that is gone',
    async (scim) => {
      const { ref, id } = await memberOf(scim);
      const path = ref.replace(publicBase, '');
      const there = await scim.get(path);
      await scim.send('DELETE', path);
      return [there.status, textOf(there.body, 'id') === id, (await scim.get(path)).status];
    },
    [200, true, 404],
  ),
  must(
    '7643-2.3.8-L592',
    'the order of the attributes in a request does not matter',
    async (scim) => {
      const first = `{"displayName":"D","active":true,"userName":"a","schemas":["${urn.user}"]}`;
      const second = `{"schemas":["${urn.user}"],"userName":"b","active":true,"displayName":"D"}`;
      const [one, two] = [await scim.sendText('POST', '/Users', first), await scim.sendText('POST', '/Users', second)];
      return [one.status, two.status, Object.keys(one.body).join() === Object.keys(two.body).join()];
    },
    [201, 201, true],
  ),
  must(
    '7643-2.3.8-L595',
    'nothing complex stands in something complex',
    async (scim) => {
      const all = await Promise.all([urn.user, urn.group, urn.enterprise].map((id) => advertisedOf(scim, id)));
      const complex = all.flat().filter(({ type }) => type === 'complex');
      const below = complex.flatMap(({ subAttributes }) => subAttributes ?? []);
      return [complex.length > 8, below.filter(({ type }) => type === 'complex')];
    },
    [true, []],
  ),
  must(
    '7643-2.4-L634',
    'of two primary values the last one is primary, the other is not',
    async (scim) => {
      const two = emails(
        { value: 'a@example.com', type: 'work', primary: true },
        { value: 'b@example.com', type: 'home', primary: true },
      );
      return each(await scim.user(two), 'emails', 'primary');
    },
    [false, true],
  ),
  must(
    '7643-2.4-L655',
    'a value comes back as it was sent: no other form is made of it',
    async (scim) => (await scim.user(emails({ value: 'TEST@Example.COM', type: 'work' }))).body['emails'],
    [{ value: 'TEST@Example.COM', type: 'work' }],
  ),
  must(
    '7643-2.4-L663',
    'the same value of the same type is there once',
    async (scim) => {
      const twice = { value: 'dup@example.com', type: 'work' };
      return (await scim.user(emails(twice, twice, { ...twice, type: 'home' }))).body['emails'];
    },
    [
      { value: 'dup@example.com', type: 'work' },
      { value: 'dup@example.com', type: 'home' },
    ],
  ),
  must(
    '7643-2.5-L682',
    'absent, null and an empty list are one state, and are not shown',
    async (scim) => {
      const absent = await scim.user();
      const empty = await scim.user({ displayName: null, nickName: '', emails: [], name: {} });
      return [absent, empty].map(({ body }) => Object.keys(body).join());
    },
    ['schemas,id,userName,active,meta', 'schemas,id,userName,active,meta'],
  ),
  must(
    '7643-3.3-L976',
    'schemas has the base schema, also where the client sent none',
    async (scim) => (await scim.user({ schemas: undefined })).body['schemas'],
    [urn.user],
  ),
  must(
    '7643-3.3-L981',
    'attributes of an extension stand below its URN, and the URN among the schemas',
    async (scim) => {
      const made = await scim.user({ [urn.enterprise]: { department: 'D' } });
      return [made.body['schemas'], enterpriseOf(made), made.body['department']];
    },
    [[urn.user, urn.enterprise], { department: 'D' }, undefined],
  ),
];
