// What add, remove and replace do: RFC 7644 3.5.2 to 3.5.2.3. Run by rfc-requirements.test.ts.
import { add, after, isUnchanged, refusedUnchanged, remove, replace } from './rfc-patch';
import { must, refusal, type Requirement } from './rfc-rows';

/** The demands. */
export const operationRows: readonly Requirement[] = [
  must(
    '7644-3.5.2-L1927',
    'a value that becomes primary takes that from the one that was',
    async (scim) => {
      const first = { value: 'first@example.com', type: 'work', primary: true };
      const second = { value: 'second@example.com', type: 'home', primary: true };
      return after(scim, 'emails', { emails: [first] }, add('emails', [second]));
    },
    [
      200,
      [
        { value: 'first@example.com', type: 'work', primary: false },
        { value: 'second@example.com', type: 'home', primary: true },
      ],
    ],
  ),
  must(
    '7644-3.5.2.1-L1972',
    'add sets the value it has; without one there is nothing to add',
    async (scim) => [
      await after(scim, 'displayName', {}, add('displayName', 'D')),
      await refusedUnchanged(scim, { op: 'add', path: 'displayName' }),
    ],
    [
      [200, 'D'],
      [[400, 'invalidValue'], true],
    ],
  ),
  must(
    '7644-3.5.2.1-L1988',
    'add to something complex sets the sub-attributes it names and no others',
    async (scim) => [
      await after(scim, 'name', {}, add('name', { givenName: 'G', familyName: 'F' })),
      await after(scim, 'name', { name: { givenName: 'G', middleName: 'M' } }, add('name', { givenName: 'H' })),
    ],
    [
      [200, { givenName: 'G', familyName: 'F' }],
      [200, { givenName: 'H', middleName: 'M' }],
    ],
  ),
  must(
    '7644-3.5.2.1-L2004',
    'adding what is there changes nothing, the instant of the last change neither',
    async (scim) => {
      const made = await scim.user({ displayName: 'D', emails: [{ value: 'e@example.com', type: 'work' }] });
      scim.clock.set('2026-03-02T10:00:00Z');
      const email = { value: 'e@example.com', type: 'work' };
      const answer = await scim.patch(made.path, add('displayName', 'D'), add('emails', [email]));
      return [answer.status, await isUnchanged(scim, made)];
    },
    [200, true],
  ),
  must(
    '7644-3.5.2.2-L2146',
    'removal of a single value leaves none',
    async (scim) => after(scim, 'displayName', { displayName: 'D' }, remove('displayName')),
    [200, undefined],
  ),
  must(
    '7644-3.5.2.2-L2151',
    'removal of an attribute of many values leaves none; by a filter, the others',
    async (scim) => {
      const emails = [
        { value: 'a@example.com', type: 'work' },
        { value: 'b@example.com', type: 'home' },
      ];
      return [
        await after(scim, 'emails', { emails }, remove('emails')),
        await after(scim, 'emails', { emails }, remove('emails[type eq "work"]')),
      ];
    },
    [
      [200, undefined],
      [200, [{ value: 'b@example.com', type: 'home' }]],
    ],
  ),
  must(
    '7644-3.5.2.2-L2167',
    'what is required or read-only cannot be removed: 400 mutability',
    async (scim) => {
      const group = await scim.group();
      return [
        await refusedUnchanged(scim, remove('userName')),
        await refusedUnchanged(scim, remove('meta')),
        refusal(await scim.patch(group.path, remove('displayName'))),
      ];
    },
    [
      [[400, 'mutability'], true],
      [[400, 'mutability'], true],
      [400, 'mutability'],
    ],
  ),
  must(
    '7644-3.5.2.3-L2376',
    'replace of what is not there sets it',
    async (scim) => after(scim, 'nickName', {}, replace('nickName', 'New')),
    [200, 'New'],
  ),
  must(
    '7644-3.5.2.3-L2387',
    'replace by a filter changes every value it matches and no other',
    async (scim) => {
      const emails = [
        { value: 'work@example.com', type: 'work', display: 'x' },
        { value: 'home@example.com', type: 'home', display: 'x' },
        { value: 'other@example.com', type: 'other' },
      ];
      return [
        await after(scim, 'emails', { emails }, replace('emails[type eq "work"].value', 'new@example.com')),
        await after(scim, 'emails', { emails }, replace('emails[display eq "x"].display', 'y')),
      ];
    },
    [
      [
        200,
        [
          { value: 'new@example.com', type: 'work', display: 'x' },
          { value: 'home@example.com', type: 'home', display: 'x' },
          { value: 'other@example.com', type: 'other' },
        ],
      ],
      [
        200,
        [
          { value: 'work@example.com', type: 'work', display: 'y' },
          { value: 'home@example.com', type: 'home', display: 'y' },
          { value: 'other@example.com', type: 'other' },
        ],
      ],
    ],
  ),
  must(
    '7644-3.5.2.3-L2396',
    'replace by a filter that matches nothing makes what eq terms name (E9, where the RFC asks for noTarget); by another filter it is noTarget',
    async (scim) => {
      const emails = [{ value: 'only@example.com', type: 'work' }];
      return [
        await after(scim, 'emails', { emails }, replace('emails[type eq "nonexistent"].value', 'new@example.com')),
        await refusedUnchanged(scim, replace('emails[type co "none"].value', 'new@example.com')),
      ];
    },
    [
      [
        200,
        [
          { value: 'only@example.com', type: 'work' },
          { value: 'new@example.com', type: 'nonexistent' },
        ],
      ],
      [[400, 'noTarget'], true],
    ],
  ),
];
