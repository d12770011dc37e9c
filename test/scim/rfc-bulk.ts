// What a bulk does: RFC 7644 3.7. Run by rfc-requirements.test.ts.
import { textOf, type Answered } from './doors';
import { each, elements, must, publicBase, urn, type Requirement, type ScimClient } from './rfc-rows';

const person = (bulkId: string, userName = bulkId): object => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { schemas: [urn.user], userName },
});

const group = (bulkId: string, member: string): object => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: { schemas: [urn.group], displayName: bulkId, members: [{ value: member, type: 'Group' }] },
});

const statuses = (answer: Answered): unknown[] => each(answer, 'Operations', 'status');

async function total(scim: ScimClient): Promise<unknown> {
  return (await scim.get('/Users?count=0')).body['totalResults'];
}

/** The demands. */
export const bulkRows: readonly Requirement[] = [
  must(
    '7644-3.7-L2775',
    'a bulk that was done is 200',
    async (scim) => {
      const { status, body } = await scim.bulk([person('a')]);
      return [status, body['schemas'], await total(scim)];
    },
    [200, ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'], 1],
  ),
  must(
    '7644-3.7-L2779',
    'an operation that fails keeps no other from being done',
    async (scim) => {
      const answer = await scim.bulk([person('a'), person('again', 'a'), person('b')], { failOnErrors: 10 });
      return [answer.status, ...statuses(answer), await total(scim)];
    },
    [200, '201', '409', '201', 2],
  ),
  must(
    '7644-3.7-L2789',
    'the bulkId comes back with what was made for it',
    async (scim) => {
      const [made] = elements(await scim.bulk([person('My-Id.42')]), 'Operations');
      const read = await scim.get(textOf(made ?? {}, 'location').replace(publicBase, ''));
      return [made?.['bulkId'], read.body['userName']];
    },
    ['My-Id.42', 'My-Id.42'],
  ),
  must(
    '7644-3.7.1-L2814',
    'operations that name each other in a circle are both done; a group as member of a group is left out',
    async (scim) => {
      const manager = (id: string) => ({ [urn.enterprise]: { manager: { value: `bulkId:${id}` } } });
      const people = await scim.bulk([
        { method: 'POST', path: '/Users', bulkId: 'p', data: { userName: 'p', ...manager('q') } },
        { method: 'POST', path: '/Users', bulkId: 'q', data: { userName: 'q', ...manager('p') } },
      ]);
      const groups = await scim.bulk([group('groupA', 'bulkId:groupB'), group('groupB', 'bulkId:groupA')]);
      const [p, q] = elements(await scim.get('/Users'));
      const members = elements(await scim.get('/Groups')).map((it) => it['members']);
      const managers = [p, q].map((it) => textOf(it?.[urn.enterprise]?.['manager'] ?? {}, 'value'));
      const others = [q, p].map((it) => textOf(it ?? {}, 'id'));
      return [
        [people.status, ...statuses(people), managers.join() === others.join()],
        [groups.status, ...statuses(groups), members],
      ];
    },
    [
      [200, '201', '201', true],
      [200, '201', '201', [undefined, undefined]],
    ],
  ),
  must(
    '7644-3.7.3-L3201',
    'every operation has its result, in the order of the request',
    async (scim) => each(await scim.bulk([person('r1'), person('r2'), person('r3')]), 'Operations', 'bulkId'),
    ['r1', 'r2', 'r3'],
  ),
  must(
    '7644-3.7.3-L3206',
    'each result has its status, as text',
    async (scim) =>
      statuses(
        await scim.bulk([
          person('s1'),
          { method: 'DELETE', path: '/Users/nobody' },
          { method: 'PATCH', path: '/Users/bulkId:s1', data: { Operations: [] } },
        ]),
      ),
    ['201', '404', '200'],
  ),
  must(
    '7644-3.7.4-L3495',
    'how many operations and bytes a bulk may have is said',
    async (scim) => (await scim.get('/ServiceProviderConfig')).body['bulk'],
    { supported: true, maxOperations: 1000, maxPayloadSize: 1_048_576 },
  ),
  must(
    '7644-3.7.4-L3499',
    'more operations or bytes than that are 413, and none is done',
    async (scim) => {
      const many = await scim.bulk(Array.from({ length: 1001 }, (_, no) => person(`x${no}`)));
      const large = await scim.bulk([person('y', 'y'.repeat(1_048_576))]);
      return [many.status, large.status, await total(scim)];
    },
    [413, 413, 0],
  ),
];
