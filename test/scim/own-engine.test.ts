// S1: lists, filters and PATCH are our own. The library's filter can be hung by one string and its PatchOp loses concurrent
// updates, so no request may construct either, by any verb, through either door.
import { Messages, Resources, Types } from 'scimmy';
import { useDatabase } from '../support/database';
import { doorNames, idOf, useDoors, type Answered, type Body, type DoorName } from './doors';

/** Counts what the library constructs, inside itself too. */
function useConstructed(): { readonly filters: number; readonly patches: number } {
  const counts = { filters: 0, patches: 0 };
  const { Filter } = Types;
  const { PatchOp } = Messages;
  beforeAll(() => {
    // `super()` of a class asks for its parent when it runs, so the parent sees every construction.
    class Counting extends Array<unknown> {
      constructor() {
        super();
        counts.filters += 1;
      }
    }
    Object.setPrototypeOf(Filter, Counting);
    const counting = new Proxy(PatchOp, {
      construct: (target, args: ConstructorParameters<typeof PatchOp>) => {
        counts.patches += 1;
        return new target(...args);
      },
    });
    Object.assign(Messages, { PatchOp: counting });
  });
  beforeEach(() => Object.assign(counts, { filters: 0, patches: 0 }));
  afterAll(() => {
    Object.setPrototypeOf(Filter, Array);
    Object.assign(Messages, { PatchOp });
  });
  return counts;
}

describe('S1: resources of our own', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const constructed = useConstructed();

  it('the spy sees what the library makes by itself', async () => {
    const stock = new Resources.User('one', { filter: 'userName eq "a"', attributes: 'userName' });
    const Operations = [{ op: 'remove', path: 'emails[type eq "work"]' }];
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];

    await stock.patch({ schemas, Operations } as never).catch(() => undefined);

    expect(constructed.filters).toBeGreaterThan(0);
    expect(constructed.patches).toBe(1);
  });

  describe.each(doorNames)('through the %s door', (door: DoorName) => {
    const send = (method: string, path: string, body?: unknown): Promise<Answered> =>
      doors.send(door, method, path, body === undefined ? {} : { body });
    const names = ({ body }: Answered) => (body['Resources'] as unknown as Body[]).length;
    const people = async (count: number): Promise<string[]> => {
      const made = [];
      for (let no = 0; no < count; no += 1) {
        made.push(
          idOf(await send('POST', '/Users', { userName: `u${no}`, emails: [{ type: 'work', value: `${no}@x.org` }] })),
        );
      }
      return made;
    };

    it('pages end where the people end', async () => {
      await people(30);

      const page = await send('GET', '/Users?startIndex=6&count=5');
      const far = await send('GET', '/Users?startIndex=100');
      const none = await send('GET', '/Users?count=0');

      expect([page, far, none].map((it) => [it.status, it.body['totalResults'], names(it)])).toEqual([
        [200, 30, 5],
        [200, 30, 0],
        [200, 30, 0],
      ]);
      expect(page.body['startIndex']).toBe(6);
    });

    it("no verb and no parameter reaches the library's filter or its PatchOp", async () => {
      const [one = '', two = ''] = await people(2);
      const group = idOf(await send('POST', '/Groups', { displayName: 'G', members: [{ value: one }] }));
      const filter = encodeURIComponent('emails[type eq "work" and value co "@x"] and not (userName eq "a")');
      const patch = { op: 'Replace', path: 'emails[type eq "work"].value', value: 'new@x.org' };
      const search = { filter: 'userName sw "u"', attributes: ['userName'], excludedAttributes: ['emails'] };
      const member = { op: 'Remove', path: `members[value eq "${one}"]` };
      const bulk = [
        { method: 'PATCH', path: `/Users/${two}`, data: { Operations: [patch] } },
        { method: 'PUT', path: `/Users/${two}`, data: { userName: 'put' } },
      ];

      const answers = [
        await send('GET', `/Users?filter=${filter}&attributes=userName&sortBy=userName`),
        await send('GET', `/Users?excludedAttributes=emails&cursor=`),
        await send('GET', `/Users/${one}?attributes=emails.value`),
        await send('GET', `/Groups?filter=${encodeURIComponent('displayName eq "g"')}&excludedAttributes=members`),
        await send('GET', `/Schemas?filter=${filter}`),
        await send('POST', '/Users/.search', search),
        await send('POST', '/Groups/.search', { filter: 'displayName pr' }),
        await send('POST', '/.search', { filter: 'meta.created pr', count: 1 }),
        await send('PATCH', `/Users/${one}`, { Operations: [patch] }),
        await send('PATCH', `/Groups/${group}`, { Operations: [member] }),
        await send('PUT', `/Users/${one}?attributes=userName`, { userName: 'other' }),
        await send('PUT', `/Groups/${group}`, { displayName: 'H' }),
        await send('POST', '/Bulk', { Operations: bulk }),
        await send('DELETE', `/Users/${one}`),
        await send('DELETE', `/Groups/${group}`),
      ];

      expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 13 }, () => 200), 204, 204]);
      expect({ ...constructed }).toEqual({ filters: 0, patches: 0 });
    });
  });
});
