// Alerts about what the worker does: mails of unknown fate, work that was put aside, reports that fail; and the mails about
// alerts, of which none raises another.
import { newId } from '../../src/ids';
import { noSubject } from '../../src/domain/alert';
import { raiseAlert } from '../../src/service/alert-step';
import { createAlerts } from '../../src/service/alerts';
import { createMailDoubts } from '../../src/service/mail-doubts';
import { createOutbox } from '../../src/service/outbox';
import { createParkedWork } from '../../src/service/parked-work';
import { createReportRuns } from '../../src/service/report-runs';
import { createReports } from '../../src/service/reports';
import { createReportWatch } from '../../src/service/report-watch';
import type { OutboxRow } from '../../src/domain/event';
import { addAdmin, alertMailsOf, alertsOf } from '../support/alerts';
import { useDatabase } from '../support/database';
import { claimed, quickWish, useReminding } from '../support/reminding';
import { addFirstReport } from '../support/reports';

const free = { isRetry: false, mayTake: true };
const accepted = { kind: 'accepted', code: 250, reply: '' } as const;
const dayMs = 86_400_000;

describe('alerts of the worker', () => {
  const db = useDatabase();
  const world = useReminding(db);
  const { clock, caller } = world;
  const parts = () => ({ database: db.database, clock, newId });
  const alerts = () => createAlerts(parts());
  const doubts = () => createMailDoubts({ ...parts(), mailsPerSecond: 10 });
  const open = async () => (await alerts().list(caller(), { isAll: false })).map(({ facts }) => facts);

  beforeEach(async () => {
    clock.set('2026-03-02T09:00:00Z');
    await addAdmin(db, 'one');
    await addAdmin(db, 'auditor', { role: 'auditor' });
  });

  /** A reminder that is with the relay. */
  async function claimReminder(name: string) {
    await world.build().policies.set(caller(), 'activation', quickWish);
    const { id: userId } = await world.addLicensed({ name });
    const step = { journey: 'onboarding', stage: 'activation', episode: await world.episodeOf(userId), step: 1 };
    const moment = { ...step, userId, asOf: new Date('2026-03-02T09:01:00Z') };
    return claimed(await world.build().reminders.claim(caller(), { ...moment, ...free }));
  }

  it('mails of unknown fate: one alert, until a person has settled the last of them', async () => {
    const { reminders } = world.build();
    const both = [await claimReminder('a'), await claimReminder('b')];
    for (const it of both) await reminders.settle(caller(), it, { kind: 'unknown', reason: 'lost' }, null);
    const told = await open();
    const listed = await doubts().list(caller());

    await doubts().settle(caller(), both[0]!.mail.mailId, 'sent');
    const still = await open();
    await doubts().settle(caller(), both[1]!.mail.mailId, 'rejected');

    expect(told).toEqual([{ kind: 'mail_unknown', mails: 2 }]);
    expect(listed.map(({ id }) => id)).toEqual(both.map(({ mail }) => mail.mailId));
    expect(still).toEqual([{ kind: 'mail_unknown', mails: 1 }]);
    expect(await alertsOf(db)).toEqual(['mail_unknown, ended']);
    expect(await alertMailsOf(db)).toEqual(['mail_unknown to one@example.com']);
    expect((await world.reminderRows()).map(({ status }) => status)).toEqual(['sent', 'failed']);
    expect(await world.counts()).toEqual([{ stage: 'activation', sent: 1 }]);
    await expect(doubts().settle(caller(), both[0]!.mail.mailId, 'sent')).rejects.toMatchObject({
      code: 'mail.not_found',
    });
    const stranger = { ...caller(), organizationId: db.secondOrganizationId };
    expect(await doubts().list(stranger)).toEqual([]);
  });

  it('a claim that was lost alerts; proof that comes late ends both', async () => {
    const { reminders } = world.build();
    const first = await claimReminder('a');
    const { stage, step, mail } = first;
    const episode = await world.episodeOf(first.userId);
    const moment = { journey: 'onboarding', userId: first.userId, stage, episode, step, asOf: clock.now() };
    await reminders.claim(caller(), { ...moment, isRetry: true, mayTake: false });
    const doubted = await alertsOf(db);

    const settlement = await world.build().mails.settle(caller(), mail, accepted, null);

    expect(doubted).toEqual(['mail_unknown']);
    expect(settlement?.status).toBe('sent');
    expect(await alertsOf(db)).toEqual(['mail_unknown, ended']);
  });

  it('a mail about an alert that fails raises none, and one whose alert is over is not sent', async () => {
    const { mails } = world.build();
    const raise = (kind: 'mail_unknown' | 'hold_expired') =>
      db.database.inTransaction(db.organizationId, (stores) =>
        raiseAlert(stores, { newId, kind, subjectId: noSubject, detail: () => ({ rejected: 1 }), at: clock.now() }),
      );
    await raise('hold_expired');
    clock.advance(1);
    await raise('mail_unknown');
    const ids = (await world.rows(
      `SELECT m.id FROM mails m JOIN alerts a ON a.id = m.subject_id ORDER BY a.opened_at`,
    )) as {
      id: string;
    }[];
    const claim = await mails.claim(caller(), ids[0]!.id, free);
    if (claim.kind === 'claimed') await mails.settle(caller(), claim.mail, { kind: 'unknown', reason: 'lost' }, null);
    await alerts().review();

    const late = await mails.claim(caller(), ids[1]!.id, free);

    expect(claim.kind).toBe('claimed');
    expect(await alertsOf(db)).toEqual(['hold_expired', 'mail_unknown, ended']);
    expect(late).toEqual({ kind: 'over', status: 'cancelled' });
    expect(await doubts().list(caller())).toEqual([]);
  });

  it('work that was put aside: the newest is named, and the alert ends when each was released or dropped', async () => {
    const outbox = createOutbox(parts());
    const work = createParkedWork(parts());
    await db.database.inTransaction(db.organizationId, (stores) =>
      stores.outbox.add(
        [newId(), newId()].map((userId) => ({ event: { topic: 'SeatAssigned', userId }, lane: 1 })),
        clock.now(),
      ),
    );
    const lease = { lanes: [1 as const], limit: 10, now: clock.now(), leaseUntil: clock.now() };
    const rows: OutboxRow[] = await outbox.claim(lease);
    await outbox.park(rows[0]!, 'TypeError', clock.now());
    await outbox.park(rows[1]!, 'RangeError', clock.now());
    const told = await open();
    const listed = await work.list(caller());

    await work.settle(caller(), listed[0]!.id, 'release');
    const still = await open();
    await work.settle(caller(), listed[1]!.id, 'drop');

    expect(told).toEqual([{ kind: 'work_parked', rows: 2, topic: 'SeatAssigned', error: 'RangeError' }]);
    expect(still).toMatchObject([{ rows: 1 }]);
    expect(await alertsOf(db)).toEqual(['work_parked, ended']);
    expect(await alertMailsOf(db)).toEqual(['work_parked to one@example.com']);
    expect((await outbox.claim(lease)).map(({ id, attempts }) => [id, attempts])).toEqual([[listed[0]!.id, 1]]);
    const stranger = { ...caller(), organizationId: db.secondOrganizationId };
    await expect(work.settle(stranger, listed[0]!.id, 'drop')).rejects.toMatchObject({ code: 'work.not_found' });
  });

  it("an alert's own mail that is put aside raises none", async () => {
    const outbox = createOutbox(parts());
    await db.database.inTransaction(db.organizationId, (stores) =>
      raiseAlert(stores, { newId, kind: 'mail_unknown', subjectId: noSubject, detail: () => ({}), at: clock.now() }),
    );
    const [row] = await outbox.claim({ lanes: [0], limit: 10, now: clock.now(), leaseUntil: clock.now() });

    await outbox.park(row!, 'TypeError', clock.now());

    expect(await alertsOf(db)).toEqual(['mail_unknown']);
  });

  it('a report that fails: Auditors hear of it too, the newest run is named, and a run that succeeds ends it', async () => {
    const reportId = await addFirstReport(db, clock.now());
    const runs = createReportRuns(parts());
    const reports = createReports(parts());
    const end = async (failure: string | undefined) => {
      const { runKey } = await reports.requestRun(caller(), 'users-and-adoption');
      const nominalAt = clock.now();
      const made = await runs.open(caller(), { reportId, nominalAt, runKey, owner: newId(), isRetry: false });
      if (made.kind !== 'opened') throw new Error('no run');
      if (failure === undefined) {
        await runs.recordArtifacts(caller(), made.runId, { rows: 0, rowsSha256: 'a'.repeat(64), files: [] });
        await db.sql.query(`UPDATE report_deliveries SET status = 'delivered' WHERE run_id = ?`, [made.runId]);
      }
      await runs.close(caller(), made.runId, failure);
      clock.advance(1000);
    };

    await end('render');
    await end('cancelled');
    for (let again = 0; again < 2; again += 1) await end('disk');
    const told = await open();
    await end(undefined);

    expect(told).toMatchObject([
      { kind: 'report_failed', slug: 'users-and-adoption', status: 'failed', reason: 'disk', isPaused: true },
    ]);
    expect(await alertsOf(db)).toEqual(['report_failed, ended']);
    expect(await alertMailsOf(db)).toEqual([
      'report_failed to auditor@example.com',
      'report_failed to one@example.com',
    ]);
  });

  it('a run that nobody works on any more is a failed one', async () => {
    const reportId = await addFirstReport(db, clock.now());
    const { runKey } = await createReports(parts()).requestRun(caller(), 'users-and-adoption');
    const order = { reportId, nominalAt: clock.now(), runKey, owner: newId(), isRetry: false };
    await createReportRuns(parts()).open(caller(), order);
    clock.advance(2 * dayMs);

    await createReportWatch(parts()).pass();

    expect(await open()).toMatchObject([{ kind: 'report_failed', reason: 'lost', isPaused: false }]);
  });
});
