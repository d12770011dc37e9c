// Licenses over HTTP, as Entra sends them: app roles in their three forms and our own attribute, through both doors.
import { newId } from '../../src/ids';
import { createLicenseRules } from '../../src/service/license-rules';
import { createLicensing } from '../../src/service/licensing';
import { createPools } from '../../src/service/pools';
import { scimCaller } from '../support/builders';
import { useDatabase } from '../support/database';
import { heldBy, useLicenseChecks } from '../support/licenses';
import { doorNames, idOf, useDoors, type DoorName } from './doors';

const license = 'urn:ietf:params:scim:schemas:extension:uptake:2.0:User';

describe('licenses over HTTP', () => {
  const db = useDatabase({ seats: 1 });
  useLicenseChecks(db);
  const doors = useDoors(db);

  beforeEach(async () => {
    const parts = { database: db.database, clock: doors.clock, newId, licensing: createLicensing({ newId }) };
    const caller = scimCaller(db.organizationId);
    await createPools(parts).set(caller, 'EXTRA', { seats: 9, isAddOn: true });
    const rules = createLicenseRules(parts);
    for (const rule of await rules.list(caller)) await rules.end(caller, rule.id);
    for (const poolCode of ['APP', 'EXTRA']) {
      await rules.add(caller, { source: 'roles', poolCode });
      await rules.add(caller, { source: 'extension', poolCode });
    }
  });

  describe.each(doorNames)('through the %s door', (door: DoorName) => {
    const patch = (id: string, ...Operations: unknown[]) =>
      doors.send(door, 'PATCH', `/Users/${id}`, { body: { Operations } });
    const create = async (userName: string, over: object = {}) =>
      idOf(await doors.send(door, 'POST', '/Users', { body: { userName, active: true, ...over } }));
    const json = (value: string) => JSON.stringify({ id: `id-${value}`, value, displayName: `${value} role` });

    it('Complex: roles as JSON text are added one by one', async () => {
      const id = await create('a@example.com', { roles: [] });

      await patch(id, { op: 'Add', path: 'roles', value: [{ value: json('APP') }] });
      await patch(id, { op: 'Add', path: 'roles', value: [{ value: json('EXTRA') }] });

      expect(await heldBy(db, id)).toEqual(['APP by roles', 'EXTRA by roles']);
    });

    it('Assertive: a whole array replaced takes away what is gone', async () => {
      const id = await create('a@example.com', { roles: [{ value: json('APP') }, { value: json('EXTRA') }] });

      await patch(id, { op: 'replace', path: 'roles', value: [{ value: json('EXTRA') }] });
      const one = await heldBy(db, id);
      await patch(id, { op: 'replace', value: { roles: [] } });

      expect(one).toEqual(['EXTRA by roles']);
      expect(await heldBy(db, id)).toEqual([]);
    });

    it('Single: the primary role changes', async () => {
      const id = await create('a@example.com');

      await patch(id, { op: 'Add', path: 'roles[primary eq "True"].value', value: 'EXTRA' });
      const first = await heldBy(db, id);
      await patch(id, { op: 'Replace', path: 'roles[primary eq "True"].value', value: 'APP' });

      expect(first).toEqual(['EXTRA by roles']);
      expect(await heldBy(db, id)).toEqual(['APP by roles']);
    });

    it('our attribute: codes, none, read back as sent; the state only when it is asked for', async () => {
      const id = await create('a@example.com', { [license]: { license: 'APP; EXTRA' } });
      const other = await create('b@example.com', { [license]: { license: 'APP' } });
      const state = async (user: string) =>
        (await doors.send(door, 'GET', `/Users/${user}?attributes=${license}:licenseState`)).body[license];

      const plain = await doors.send(door, 'GET', `/Users/${id}`);
      const states = [await state(id), await state(other)];
      const list = await doors.send(door, 'GET', '/Users?attributes=licenseState&sortBy=userName');
      await patch(id, { op: 'Replace', path: `${license}:license`, value: 'none' });

      expect(plain.body[license]).toEqual({ license: 'APP; EXTRA' });
      expect(states).toEqual([{ licenseState: 'assigned' }, { licenseState: 'waitlisted' }]);
      expect(list.body['Resources']).toMatchObject([
        { id, [license]: { licenseState: 'assigned' } },
        { id: other, [license]: { licenseState: 'waitlisted' } },
      ]);
      expect([await state(id), await state(other)]).toEqual([{ licenseState: 'none' }, { licenseState: 'assigned' }]);
      const filtered = await doors.send(door, 'GET', `/Users?filter=${license}:license+eq+%22NONE%22`);
      expect(filtered.body).toMatchObject({ totalResults: 1, Resources: [{ id }] });
    });

    it('the state is read-only and no filter', async () => {
      const id = await create('a@example.com', { [license]: { license: 'EXTRA', licenseState: 'assigned' } });

      const written = await patch(id, { op: 'replace', path: `${license}:licenseState`, value: 'assigned' });
      const searched = await doors.send(door, 'GET', '/Users?filter=licenseState+eq+%22assigned%22');

      expect([written.status, written.body['scimType']]).toEqual([400, 'mutability']);
      expect([searched.status, searched.body['scimType']]).toEqual([400, 'invalidFilter']);
      expect((await doors.send(door, 'GET', `/Users/${id}`)).body[license]).toEqual({ license: 'EXTRA' });
    });

    it('an unknown role never fails the request', async () => {
      const sent = { userName: 'a@example.com', roles: [{ value: 'Nobody knows' }] };

      const made = await doors.send(door, 'POST', '/Users', { body: sent });

      expect(made.status).toBe(201);
      expect(await heldBy(db, idOf(made))).toEqual([]);
    });
  });
});
