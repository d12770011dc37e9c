// What a PATCH is and when it is refused: RFC 7644 3.5.2; what its operations do is in rfc-operations.ts. Run by
// rfc-requirements.test.ts.
import type { Answered } from './doors';
import { must, refusal, urn, type Made, type Requirement, type ScimClient } from './rfc-rows';

/** The operation. */
export const add = (path: string, value: unknown) => ({ op: 'add', path, value });
/** The operation. */
export const replace = (path: string, value: unknown) => ({ op: 'replace', path, value });
/** The operation. */
export const remove = (path: string) => ({ op: 'remove', path });

/** Whether a person is, in all that is shown, what it was. */
export async function isUnchanged(scim: ScimClient, { path, text }: Made): Promise<boolean> {
  return (await scim.get(path)).text === text;
}

/** What is shown of an attribute after a PATCH; the answer and a GET must agree. */
export async function after(
  scim: ScimClient,
  name: string,
  start: object,
  ...operations: object[]
): Promise<unknown[]> {
  const { path } = await scim.user(start);
  const answer = await scim.patch(path, ...operations);
  const read = await scim.get(path);
  if (read.text !== answer.text) throw new Error(`PATCH answered ${answer.text}, GET ${read.text}`);
  return [answer.status, read.body[name]];
}

/** The refusal of a PATCH, an hour after the person was made, and whether the person is what it was. */
export async function refusedUnchanged(scim: ScimClient, ...operations: object[]): Promise<unknown[]> {
  const made = await scim.user({ displayName: 'Old' });
  scim.clock.set('2026-03-02T10:00:00Z');
  return [refusal(await scim.patch(made.path, ...operations)), await isUnchanged(scim, made)];
}

async function sendRaw(scim: ScimClient, body: object): Promise<Answered> {
  return scim.send('PATCH', (await scim.user()).path, body);
}

/** The demands. */
export const patchRows: readonly Requirement[] = [
  must(
    '7644-3.5-L1609',
    'PATCH is there and advertised',
    async (scim) => [
      (await scim.get('/ServiceProviderConfig')).body['patch'],
      await after(scim, 'title', {}, add('title', 'T')),
    ],
    [{ supported: true }, [200, 'T']],
  ),
  must(
    '7644-3.5.2-L1805',
    'a PATCH that says by its schema that it is one is applied; the schema may be left out',
    async (scim) => {
      const Operations = [add('displayName', 'D')];
      const answers = [await sendRaw(scim, { schemas: [urn.patch], Operations }), await sendRaw(scim, { Operations })];
      return answers.map(({ status, body }) => [status, body['displayName']]);
    },
    [
      [200, 'D'],
      [200, 'D'],
    ],
  ),
  must(
    '7644-3.5.2-L1808',
    'the operations are an array; all of them are applied, none of an empty one',
    async (scim) => [
      await after(scim, 'nickName', {}, add('nickName', 'Nicky'), add('title', 'T')),
      refusal(await sendRaw(scim, { schemas: [urn.patch], Operations: add('nickName', 'N') })),
      refusal(await sendRaw(scim, { schemas: [urn.patch] })),
      (await sendRaw(scim, { schemas: [urn.patch], Operations: [] })).status,
    ],
    [[200, 'Nicky'], [400, 'invalidSyntax'], [400, 'invalidSyntax'], 200],
  ),
  must(
    '7644-3.5.2-L1810',
    'an operation says add, replace or remove; none, or another, is 400',
    async (scim) => [
      await after(scim, 'displayName', { displayName: 'Old' }, replace('displayName', 'New')),
      await refusedUnchanged(scim, { path: 'displayName', value: 'New' }),
      await refusedUnchanged(scim, { op: 'move', path: 'displayName', value: 'New' }),
    ],
    [
      [200, 'New'],
      [[400, 'invalidSyntax'], true],
      [[400, 'invalidSyntax'], true],
    ],
  ),
  must(
    '7644-3.5.2-L1886',
    'what may be written is; what does not fit its attribute is 400, and nothing changes',
    async (scim) => [
      await after(scim, 'displayName', {}, replace('displayName', 'D')),
      await refusedUnchanged(scim, replace('active', 'perhaps')),
      await refusedUnchanged(scim, replace('noSuchAttribute', 'x')),
    ],
    [
      [200, 'D'],
      [[400, 'invalidValue'], true],
      [[400, 'invalidPath'], true],
    ],
  ),
  must(
    '7644-3.5.2-L1888',
    'what is read-only cannot be written: 400 mutability, and nothing changes',
    async (scim) => [
      await refusedUnchanged(scim, replace('id', 'hacked')),
      await refusedUnchanged(scim, replace('meta.created', '1999-01-01T00:00:00Z')),
      await refusedUnchanged(scim, { op: 'replace', value: { id: 'hacked' } }),
    ],
    Array.from({ length: 3 }, () => [[400, 'mutability'], true]),
  ),
  must(
    '7644-3.5.2-L1931',
    'a PATCH is applied as a whole or not at all',
    async (scim) => refusedUnchanged(scim, replace('displayName', 'New'), add('title', 'T'), replace('id', 'x')),
    [[400, 'mutability'], true],
  ),
  must(
    '7644-3.5.2-L1933',
    'after a PATCH that failed the resource is what it was, version and instants as well',
    async (scim) => refusedUnchanged(scim, replace('displayName', 'New'), remove('userName')),
    [[400, 'mutability'], true],
  ),
  must(
    '7644-3.5.2-L1939',
    'success is 200 with the whole resource',
    async (scim) => {
      const { path, body } = await scim.user();
      const answer = await scim.patch(path, add('displayName', 'D'));
      const { meta, ...rest } = answer.body;
      return [
        answer.status,
        { ...rest, id: undefined, userName: rest['userName'] === body['userName'] },
        meta?.['version'],
      ];
    },
    [200, { schemas: [urn.user], userName: true, active: true, displayName: 'D' }, 'W/"2"'],
  ),
];
