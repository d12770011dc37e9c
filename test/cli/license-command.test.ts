// Pools and rules from the command line: what is printed as JSON and as lines, over the real services.
import { PassThrough } from 'node:stream';
import { createOutput } from '../../src/cli/output';
import {
  addLicenseRule,
  endLicenseRule,
  listLicenseRules,
  listPools,
  setPool,
  switchLicense,
} from '../../src/cli/license-command';
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { createLicenseRules } from '../../src/service/license-rules';
import { createLicenseSwitch } from '../../src/service/license-switch';
import { createLicensing } from '../../src/service/licensing';
import { createPools } from '../../src/service/pools';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { addPeople } from '../support/people';

describe('licenses from the command line', () => {
  const db = useDatabase({ seats: 2 });

  function aSession(isJson: boolean) {
    const parts = { database: db.database, clock: testClock(), newId, licensing: createLicensing({ newId }) };
    const stdout = new PassThrough();
    const output = createOutput(isJson, stdout, new PassThrough());
    const caller = systemCaller(db.organizationId, 'command line');
    const licenseSwitch = createLicenseSwitch(parts);
    const session = {
      pools: createPools(parts),
      licenseRules: createLicenseRules(parts),
      licenseSwitch,
      caller,
      output,
    };
    const printed = (): string => String(stdout.read());
    return { session, printed, document: () => JSON.parse(printed()) as Record<string, unknown> };
  }

  it('makes a pool, changes it and lists it', async () => {
    const { session, document } = aSession(true);

    await setPool(session, 'PRO', { seats: 5, isAddOn: true, overSeat: 'allow', name: 'Pro' });
    const made = document();
    await setPool(session, 'pro', { seats: 7 });
    const changed = document();
    await listPools(session);

    const facts = {
      code: 'PRO',
      name: 'Pro',
      is_app: false,
      over_seat: 'allow',
      assigned: 0,
      over_assigned: 0,
      waitlisted: 0,
    };
    expect(made).toEqual({ ...facts, pool_id: made['pool_id'], seats: 5, free: 5 });
    expect(changed).toEqual({ ...facts, pool_id: made['pool_id'], seats: 7, free: 7 });
    expect(document()).toMatchObject({ items: [{ code: 'APP', seats: 2 }, changed] });
  });

  it('adds, lists and ends a rule', async () => {
    const { session, document } = aSession(true);

    await addLicenseRule(session, { source: 'roles', poolCode: 'app', match: 'App.User' });
    const made = document();
    await listLicenseRules(session);
    const listed = document();
    await endLicenseRule(session, made['rule_id'] as string);

    expect(made).toMatchObject({
      source: 'roles',
      pool: 'APP',
      match: 'App.User',
      ended_at: null,
      is_applied: true,
      people: 0,
    });
    expect(listed).toMatchObject({ items: [{ source: 'auto', match: '*' }, { rule_id: made['rule_id'] }] });
    expect(document()).toMatchObject({ rule_id: made['rule_id'], ended_at: '2026-03-02T09:00:00.000Z', people: 0 });
  });

  it('speaks in lines without --json', async () => {
    const { session, printed } = aSession(false);

    await listPools(session);
    await addLicenseRule(session, { source: 'extension', poolCode: 'APP' });

    expect(printed()).toMatch(
      /^APP \(app, waitlist\): 2 seats, 0 assigned, 0 waiting\n[0-9a-f-]{36} {2}extension "APP" -> APP \(open\)\nApplied to 0 people\.\n$/,
    );
  });

  it('refuses codes, seats and names that cannot be', async () => {
    const { session } = aSession(true);

    for (const [code, wish] of [
      ['no space', {}],
      ['APP', { seats: -1 }],
      ['APP', { seats: 1.5 }],
      ['APP', { name: ' ' }],
    ] as const)
      await expect(setPool(session, code, wish)).rejects.toMatchObject({ code: 'input.invalid' });
    await expect(addLicenseRule(session, { source: 'auto', poolCode: 'NO' })).rejects.toMatchObject({
      code: 'pool.not_found',
    });
  });

  it('denies, grants and clears one person, and says how they stand', async () => {
    const [{ session, document }, lines] = [aSession(true), aSession(false)];
    const since = '2026-03-02 09:00:00.000000';
    const [person] = await addPeople(db.sql, db.organizationId, [{ name: 'ann', since }]);
    const wish = { user: person!.id, pool: 'app' };

    await switchLicense(session, 'grant', { ...wish, reason: 'pilot' });
    const granted = document();
    await switchLicense(session, 'deny', wish);
    const denied = document();
    await switchLicense(lines.session, 'clear', wish);
    await switchLicense(lines.session, 'clear', wish);

    const grant = { source: 'admin', effect: 'grant' };
    const head = { user_id: person!.id, pool: 'APP', changed: true };
    expect(granted).toEqual({ ...head, license: 'assigned', claims: [grant] });
    expect(denied).toEqual({ ...head, license: 'none', claims: [{ source: 'admin', effect: 'deny' }] });
    expect(lines.printed()).toBe(
      `${person!.id}: has no license of APP\n${person!.id}: has no license of APP (nothing changed)\n`,
    );
  });
});
