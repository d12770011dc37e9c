// The demo: its overview is the product's own example, also after a second start and some days later.
import { createIngestion } from '../../src/service/ingestion';
import { countsAsOf, createAdoption } from '../../src/service/adoption';
import { createDemo } from '../../src/service/demo';
import { makePeople, createRandom } from '../../src/service/demo-people';
import { tellStory } from '../../src/service/demo-story';
import { createFirstOrganization } from '../../src/service/first-organization';
import { createLicensing } from '../../src/service/licensing';
import { createProvisioning } from '../../src/service/provisioning';
import { createFirstReport, createReports } from '../../src/service/reports';
import { createLicenseSwitch } from '../../src/service/license-switch';
import { createSnapshots } from '../../src/service/snapshots';
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { aProfile, scimCaller } from '../support/builders';
import { useDatabase } from '../support/database';

const dayMs = 86_400_000;
const example = {
  totalLicense: 500,
  assignedLicense: 420,
  unassignedLicense: 80,
  activatedLicense: 350,
  activationPending: 70,
  onboardedUsers: 300,
  appSetupPending: 50,
  usingApp: 260,
  usagePending: 40,
  addedItems: 260,
  connectedExtension: 200,
  connectedExtensionPending: 60,
  usingAutofill: 180,
  usingAutofillPending: 80,
  totalUsers: 320,
  activeUsers: 260,
  inactiveUsers: 60,
};

describe('the story', () => {
  const now = new Date('2026-11-21T14:00:00Z');

  it('is the same for the same instant and never later than it', () => {
    const story = tellStory(now);

    expect(tellStory(now)).toEqual(story);
    expect(story.filter(({ at }) => at.getTime() >= now.getTime())).toEqual([]);
    expect(story.map(({ at }) => at.getTime())).toEqual(story.map(({ at }) => at.getTime()).toSorted((a, b) => a - b));
  });

  it('has nobody whose last use is 20 to 40 days old, so that its numbers hold for days', () => {
    const last = new Map<string, number>();
    for (const moment of tellStory(now)) {
      if (moment.kind === 'event' && moment.event.type !== 'license.activated')
        last.set(moment.userName, moment.at.getTime());
    }

    const ages = [...last.values()].map((at) => (now.getTime() - at) / dayMs);

    expect(ages.filter((age) => age > 20 && age < 40)).toEqual([]);
  });

  it('names everybody once', () => {
    const people = makePeople(490, createRandom(1));

    expect(new Set(people.map(({ userName }) => userName)).size).toBe(490);
  });
});

describe('the demo', () => {
  const db = useDatabase();

  function build() {
    let at: Date | undefined;
    const clock = { now: () => at ?? new Date(), set: (next: Date | undefined) => void (at = next) };
    const parts = { database: db.database, clock, newId };
    const licensing = createLicensing({ newId });
    const ingestion = createIngestion(parts);
    const consequences = { endSignIns: async () => undefined, matchQuarantined: ingestion.matchQuarantined };
    const unclaimed: typeof licensing = {
      ...licensing,
      grantNew: async (_stores, _caller, user) => ({ user, events: [], audit: [], others: [] }),
    };
    const adoption = createAdoption(parts);
    const makeFirst = createFirstOrganization({ ...parts, furnish: [createFirstReport({ newId })] });
    const demo = createDemo({
      ...parts,
      provisioning: createProvisioning({ ...parts, licensing, consequences }),
      withoutSeats: createProvisioning({ ...parts, licensing: unclaimed, consequences }),
      release: createLicenseSwitch({ ...parts, licensing }).release,
      ingestion,
      adoption,
      snapshots: createSnapshots({ ...parts, countsAsOf }),
      reports: createReports(parts),
    });
    const start = async (): Promise<number> => {
      await demo.empty();
      const { organizationId } = await makeFirst({
        scimToken: undefined,
        apiToken: undefined,
        licenseSku: 'APP',
        licenseSeats: 500,
      });
      await demo.fill(organizationId, () => undefined);
      return organizationId;
    };
    return { demo, adoption, clock, start, provisioning: createProvisioning({ ...parts, licensing, consequences }) };
  }

  async function emptied(): Promise<void> {
    await db.sql.query('SET FOREIGN_KEY_CHECKS = 0; DELETE FROM organizations; SET FOREIGN_KEY_CHECKS = 1');
  }

  it('answers exactly the example at each start and days later, with ninety days of snapshots behind it', async () => {
    await emptied();
    const { adoption, clock, start } = build();

    await start();
    const organizationId = await start();

    const caller = systemCaller(organizationId, 'test');
    expect(await adoption.overview(caller)).toEqual(example);
    expect((await adoption.detail(caller)).overview).toEqual(example);
    clock.set(new Date(Date.now() + 4 * dayMs));
    expect(await adoption.overview(caller)).toEqual(example);
    const [days] = await db.sql.query('SELECT COUNT(*) AS n FROM adoption_snapshots WHERE organization_id = ?', [
      organizationId,
    ]);
    expect((days as { n: number }[])[0]!.n).toBeGreaterThanOrEqual(90);
  }, 180_000);

  it('has the reminders of the example behind its stages, mail paused and nothing left to follow but its report', async () => {
    await emptied();
    const organizationId = await build().start();

    const [sent] = await db.sql.query(
      `SELECT stage, sent, COUNT(*) AS people FROM user_reminder_counts WHERE organization_id = ? GROUP BY stage, sent ORDER BY stage, sent`,
      [organizationId],
    );
    const [open] = await db.sql.query('SELECT topic FROM outbox WHERE organization_id = ? AND dispatched_at IS NULL', [
      organizationId,
    ]);
    const [paused] = await db.sql.query(
      'SELECT automatic_mail_paused_at AS at FROM organizations WHERE organization_id = ?',
      [organizationId],
    );

    expect(
      (sent as { stage: string; sent: number; people: number }[]).map(({ stage, sent: count, people }) => [
        stage,
        count,
        people,
      ]),
    ).toEqual([
      ['activation', 1, 15],
      ['activation', 2, 10],
      ['activation', 3, 5],
      ['app_setup', 1, 15],
      ['app_setup', 2, 7],
      ['app_setup', 3, 3],
      ['usage', 1, 10],
      ['usage', 2, 6],
      ['usage', 3, 4],
    ]);
    expect(open).toEqual([{ topic: 'ReportRunRequested' }]);
    expect((paused as { at: Date | null }[])[0]!.at).not.toBeNull();
  }, 180_000);

  it('refuses to empty an installation that is no demo', async () => {
    const { demo, provisioning } = build();
    await provisioning.createUser(scimCaller(db.organizationId), aProfile());

    await expect(demo.empty()).rejects.toMatchObject({ code: 'row.conflict' });

    expect((await provisioning.listUsers(scimCaller(db.organizationId), { offset: 0, limit: 5 })).total).toBe(1);
  });
});
