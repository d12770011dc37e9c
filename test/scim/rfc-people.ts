// What people carry, and what may be done with attributes: RFC 7643 4.1 and the characteristics of 7. Run by
// rfc-requirements.test.ts.
import { textOf, type Answered } from './doors';
import {
  each,
  elements,
  must,
  publicBase,
  refusal,
  urn,
  type Made,
  type Requirement,
  type ScimClient,
} from './rfc-rows';

const secret = 's3cret-of-the-client';
/** The start of a certificate, in base64 of its DER form. */
const certificate = 'MIIBdzCCAR2gAwIBAgIBATAKBggqhkjOPQQDAjAQMQ4wDAYDVQQDEwV0ZXN0MQ==';

/** Each way in which a person is shown after a password was sent. */
async function shown(scim: ScimClient): Promise<Answered[]> {
  const made = await scim.user({ userName: 'p', password: secret });
  return [
    made,
    await scim.get(made.path),
    await scim.get(`${made.path}?attributes=userName,password`),
    await scim.list('/Users', { filter: `id eq "${made.id}"` }),
    await scim.patch(made.path, { op: 'replace', value: { title: 'T', password: secret } }),
    await scim.send('PUT', made.path, { userName: 'p', password: secret }),
  ];
}

const put = (scim: ScimClient, { path, body }: Made, more: object): Promise<Answered> =>
  scim.send('PUT', path, { schemas: [urn.user], userName: body['userName'], ...more });

const personRows: readonly Requirement[] = [
  must(
    '7643-4.1.1-L1035',
    'a person has a userName; nobody is made without one',
    async (scim) => {
      const refused = [];
      for (const userName of [undefined, '', null]) {
        refused.push(refusal(await scim.send('POST', '/Users', { schemas: [urn.user], userName })));
      }
      return [(await scim.user({ userName: 'u' })).body['userName'], ...refused];
    },
    ['u', [400, 'invalidValue'], [400, 'invalidValue'], [400, 'invalidValue']],
  ),
  must(
    '7643-4.1.1-L1186',
    'a password is accepted and is in no answer, in no form',
    async (scim) => (await shown(scim)).map(({ status, text }) => [status, /s3cret|password/i.test(text)]),
    [201, 200, 200, 200, 200, 200].map((status) => [status, false]),
  ),
  must(
    '7643-4.1.1-L1222',
    'a password is no attribute here: /Schemas has none, no filter finds one',
    async (scim) => {
      await scim.user({ password: secret });
      return [
        (await scim.get('/Schemas')).text.includes('"password"'),
        refusal(await scim.list('/Users', { filter: `password eq "${secret}"` })),
      ];
    },
    [false, [400, 'invalidFilter']],
  ),
  must(
    '7643-4.1.2-L1244',
    'an e-mail address comes back as it was sent',
    async (scim) => {
      const emails = [{ value: 'Valid.Name+tag@Example.com', type: 'work' }];
      return (await put(scim, await scim.user(), { emails })).body['emails'];
    },
    [{ value: 'Valid.Name+tag@Example.com', type: 'work' }],
  ),
  must(
    '7643-4.1.2-L1322',
    'a country of two letters stays one',
    async (scim) => (await scim.user({ addresses: [{ type: 'work', country: 'US' }] })).body['addresses'],
    [{ type: 'work', country: 'US' }],
  ),
  must(
    '7643-4.1.2-L1351',
    'a member is named by the id of the person, a group of a person by the id of the group',
    async (scim) => {
      const person = await scim.user();
      const group = await scim.group({ members: [{ value: person.id, type: 'User' }] });
      const ids = [...each(group, 'members', 'value'), ...each(await scim.get(person.path), 'groups', 'value')];
      return ids.map((id) => ({ [person.id]: 'person', [group.id]: 'group' })[String(id)]);
    },
    ['person', 'group'],
  ),
  must(
    '7643-4.1.2-L1354',
    'a membership changes by the group; groups of a person cannot be written',
    async (scim) => {
      const person = await scim.user();
      const [first, second] = [await scim.group(), await scim.group({ displayName: 'second' })];
      const added = await scim.patch(first.path, { op: 'add', path: 'members', value: [{ value: person.id }] });
      const written = await put(scim, person, { groups: [{ value: second.id }] });
      const patched = await scim.patch(person.path, { op: 'add', path: 'groups', value: [{ value: second.id }] });
      const groups = each(await scim.get(person.path), 'groups', 'value');
      return [added.status, written.status, refusal(patched), groups.length, groups[0] === first.id];
    },
    [200, 200, [400, 'mutability'], 1, true],
  ),
  must(
    '7643-4.1.2-L1378',
    'a certificate is accepted and dropped, so none can be shown in another form',
    async (scim) => {
      const { status, body } = await scim.user({ x509Certificates: [{ value: certificate }] });
      return [status, body['x509Certificates']];
    },
    [201, undefined],
  ),
];

const characteristicRows: readonly Requirement[] = [
  must(
    '7643-7-L1748',
    'a filter minds case where /Schemas says caseExact, and only there',
    async (scim) => {
      const { id } = await scim.user({ userName: 'CaSe', externalId: 'CaSe' });
      const totals = [];
      for (const filter of ['externalId eq "CaSe"', 'externalId eq "case"', 'userName eq "case"', `id eq "${id}"`]) {
        totals.push((await scim.list('/Users', { filter })).body['totalResults']);
      }
      const core = await scim.get(`/Schemas/${urn.user}`);
      const named = elements(core, 'attributes').filter(({ caseExact }) => Boolean(caseExact));
      return [totals, named.map((it) => textOf(it, 'name'))];
    },
    [[1, 0, 1, 1], ['externalId']],
  ),
  must(
    '7643-7-L1750',
    'values keep their case',
    async (scim) => {
      const sent = { userName: 'MiXeD-Name', displayName: 'CaSe KePt', externalId: 'eX-1', title: 'tItLe' };
      const { userName, displayName, externalId, title } = (await scim.get((await scim.user(sent)).path)).body;
      return { userName, displayName, externalId, title };
    },
    { userName: 'MiXeD-Name', displayName: 'CaSe KePt', externalId: 'eX-1', title: 'tItLe' },
  ),
  must(
    '7643-7-L1759',
    'what is read-only stays what it is, although a PUT names it',
    async (scim) => {
      const made = await scim.user();
      const meta = { resourceType: 'Other', created: '1999-01-01T00:00:00Z', version: 'W/"9"' };
      const answer = await put(scim, made, { meta });
      return [answer.status, JSON.stringify(answer.body) === JSON.stringify(made.body)];
    },
    [200, true],
  ),
  must(
    '7643-7-L1766',
    'an id that a PUT names is not taken',
    async (scim) => {
      const made = await scim.user();
      const answer = await put(scim, made, { id: 'changed' });
      return [
        answer.status,
        answer.headers.location === `${publicBase}${made.path}`,
        textOf(answer.body, 'id') === made.id,
      ];
    },
    [200, true, true],
  ),
  must(
    '7643-7-L1769',
    'nothing is advertised as writable and never shown',
    async (scim) => {
      const { text } = await scim.get('/Schemas');
      return ['"readWrite"', '"readOnly"', '"writeOnly"', '"never"'].map((value) => text.includes(value));
    },
    [true, true, false, false],
  ),
];

/** The demands. */
export const personAndCharacteristics: readonly Requirement[] = [...personRows, ...characteristicRows];
