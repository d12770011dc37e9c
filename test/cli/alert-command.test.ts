// Alerts, parked work and doubtful mails from the command line: what is printed as JSON and as lines, over the real services.
import { PassThrough } from 'node:stream';
import { listAlerts, listDoubts, listWork, sendDoubtAgain, settleDoubt, settleWork } from '../../src/cli/alert-command';
import { createOutput } from '../../src/cli/output';
import { noSubject } from '../../src/domain/alert';
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { raiseAlert } from '../../src/service/alert-step';
import { createAlerts } from '../../src/service/alerts';
import { createMailDoubts } from '../../src/service/mail-doubts';
import { createParkedWork } from '../../src/service/parked-work';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';

describe('what waits for a person, from the command line', () => {
  const db = useDatabase();
  const clock = testClock();

  function aSession(isJson: boolean) {
    const parts = { database: db.database, clock, newId };
    const stdout = new PassThrough();
    const caller = systemCaller(db.organizationId, 'command line');
    const services = {
      alerts: createAlerts(parts),
      work: createParkedWork(parts),
      doubts: createMailDoubts({ ...parts, mailsPerSecond: 10 }),
    };
    const printed = (): string => String(stdout.read());
    const session = { ...services, caller, output: createOutput(isJson, stdout, new PassThrough()) };
    return { session, printed, document: () => JSON.parse(printed()) as Record<string, unknown> };
  }
  const raise = (kind: 'hold_expired' | 'mail_unknown', detail: { rejected?: number } = {}) =>
    db.database.inTransaction(db.organizationId, (stores) =>
      raiseAlert(stores, { newId, kind, subjectId: noSubject, detail: () => detail, at: clock.now() }),
    );

  beforeEach(() => clock.set('2026-03-02T09:00:00Z'));

  it('lists alerts with their figures and what to do, and with --all those that have ended', async () => {
    const { session, document } = aSession(true);
    await raise('hold_expired', { rejected: 12 });
    clock.advance(8 * 86_400_000);
    await raise('mail_unknown');

    await listAlerts(session, false);
    const open = document();
    await listAlerts(session, true);
    const all = document();

    expect(open).toMatchObject({
      items: [
        {
          kind: 'mail_unknown',
          important: true,
          closed_at: null,
          facts: { mails: 0 },
          commands: ['mail list', 'mail settle ID sent', 'mail settle ID rejected'],
        },
      ],
    });
    expect(all).toMatchObject({
      items: [
        { kind: 'mail_unknown' },
        {
          kind: 'hold_expired',
          opened_at: '2026-03-02T09:00:00.000Z',
          closed_at: '2026-03-09T09:00:00.000Z',
          facts: { hold_id: noSubject, rejected: 12 },
          says: 'Nobody answered for seven days, so 12 deactivations were rejected.',
        },
      ],
    });
  });

  it('prints lines for people, the commands under what is open', async () => {
    const { session, printed } = aSession(false);

    await listAlerts(session, false);
    const none = printed();
    await raise('hold_expired', { rejected: 1 });
    await listAlerts(session, false);

    expect(none).toBe('No alert.\n');
    expect(printed()).toBe(
      `hold_expired       since 2026-03-02T09:00:00.000Z  Nobody answered for seven days, so 1 deactivation was rejected.\n  npm run -s uptake -- hold show ${noSubject}\n`,
    );
  });

  it('lists, releases and drops work that was put aside', async () => {
    const { session, document } = aSession(true);
    await db.sql.query(
      `INSERT INTO outbox (organization_id, topic, subject_id, lane, payload, created_at, available_at, attempts, last_error)
       VALUES (?, 'SeatAssigned', ?, 1, '{}', NOW(6), '9999-12-31', 10, 'TypeError')`,
      [db.organizationId, newId()],
    );

    await listWork(session);
    const { items } = document() as { items: { id: number }[] };
    await settleWork(session, 'release', items[0]!.id);
    const released = document();
    await listWork(session);

    expect(items).toMatchObject([{ topic: 'SeatAssigned', attempts: 10, error: 'TypeError' }]);
    expect(released).toEqual({ id: items[0]!.id, settled: 'release' });
    expect(document()).toEqual({ items: [] });
    await expect(settleWork(session, 'drop', items[0]!.id)).rejects.toMatchObject({ code: 'work.not_found' });
  });

  it('lists mails of unknown fate and settles one', async () => {
    const { session, document } = aSession(true);
    const id = newId();
    await db.sql.query(
      `INSERT INTO mails (organization_id, id, kind, to_address, locale, dedupe_key, status, attempts, date_header, created_at)
       VALUES (?, ?, 'report', 'a@example.com', 'en', 'k', 'unknown', 1, '2026-03-02 08:00:00', NOW(6))`,
      [db.organizationId, id],
    );

    await listDoubts(session);
    const listed = document();
    await settleDoubt(session, id, 'sent');
    const settled = document();
    await listDoubts(session);

    expect(listed).toMatchObject({ items: [{ mail_id: id, kind: 'report', to: 'a@example.com' }] });
    expect(settled).toEqual({ mail_id: id, status: 'sent' });
    expect(document()).toEqual({ items: [] });
  });

  it('has a mail of unknown fate sent again', async () => {
    const { session, printed } = aSession(false);
    const id = newId();
    await db.sql.query(
      `INSERT INTO mails (organization_id, id, kind, to_address, locale, dedupe_key, status, attempts, date_header, created_at)
       VALUES (?, ?, 'test', 'a@example.com', 'en', 'k', 'unknown', 1, '2026-03-02 08:00:00', NOW(6))`,
      [db.organizationId, id],
    );

    await sendDoubtAgain(session, id, 'not in the log of the relay');
    const said = printed();
    await listDoubts(session);

    expect(said).toBe(`${id} is sent again; it may arrive twice.\n`);
    expect(printed()).toBe('No mail of unknown fate.\n');
  });
});
