// `journeys rebuild` from the command line: what is printed, and that a failure is no success.
import { PassThrough } from 'node:stream';
import { rebuildJourneys } from '../../src/cli/journeys-command';
import { createOutput } from '../../src/cli/output';
import { systemCaller } from '../../src/domain/caller';
import { whileOutboxRefuses } from '../support/broken-outbox';
import { useDatabase } from '../support/database';
import { addPeople } from '../support/people';
import { useReminding } from '../support/reminding';

describe('journeys from the command line', () => {
  const db = useDatabase();
  const world = useReminding(db);
  const since = '2026-03-02 09:00:00.000000';

  async function addJourney(organizationId: number, poolId: string): Promise<void> {
    const [person] = await addPeople(db.sql, organizationId, [{ name: 'a', since, seat: { poolId, from: since } }]);
    const moment = { userId: person!.id, journey: 'onboarding', asOf: world.clock.now(), version: 1 };
    await world.build().reminders.planNextStep(systemCaller(organizationId, 'test'), moment);
  }
  async function rebuild() {
    const stdout = new PassThrough();
    const output = createOutput(true, stdout, new PassThrough());
    const isWell = await rebuildJourneys({ journeys: world.build().journeys, output });
    return { isWell, document: JSON.parse(String(stdout.read())) as unknown };
  }

  beforeEach(async () => {
    world.clock.set('2026-03-02T09:00:00Z');
    await addJourney(db.organizationId, db.poolId);
    await addJourney(db.secondOrganizationId, db.secondPoolId);
  });

  it('says how many were given back, of every organization', async () => {
    expect(await rebuild()).toEqual({ isWell: true, document: { journeys: 2, mails: 0, failed: 0 } });
  });

  it('ends as failed and says how many, when an organization fails, whose neighbour is given back all the same', async () => {
    const rebuilt = await whileOutboxRefuses(db.sql, `NEW.organization_id = ${db.organizationId}`, rebuild);

    expect(rebuilt).toEqual({ isWell: false, document: { journeys: 1, mails: 0, failed: 1 } });
  });
});
