// Mails outside a journey: queued with their cause, claimed while it stands, and the tokens every mail needs.
import type { NewMail } from '../../src/store/mail-store';
import { newId } from '../../src/ids';
import { useDatabase } from '../support/database';
import { useReminding } from '../support/reminding';

const free = { isRetry: false, mayTake: true };

describe('mails', () => {
  const db = useDatabase();
  const world = useReminding(db);
  const { clock, caller } = world;
  const toUser = (userId: string): NewMail => ({
    kind: 'test',
    userId,
    adminId: null,
    subjectId: null,
    toAddress: 'pending.user@example.com',
    locale: 'en',
    dedupeKey: `test:${userId}:1`,
  });
  const queue = (mail: NewMail) =>
    db.database.inTransaction(db.organizationId, (stores) =>
      world.build().mails.queue(stores, mail, { at: clock.now() }),
    );

  beforeEach(() => clock.set('2026-03-02T09:00:00Z'));

  it('are queued once for a key, with their outbox row', async () => {
    const { id } = await world.addLicensed();

    const first = await queue(toUser(id));
    const second = await queue(toUser(id));

    expect(second).toBe(first);
    expect(await world.mails()).toMatchObject([{ id: first, status: 'pending', attempts: 0 }]);
    expect(await world.topics()).toEqual(['MailQueued']);
  });

  it('are claimed, recorded, and over for everybody after that', async () => {
    const { id } = await world.addLicensed();
    const mailId = await queue(toUser(id));
    const { mails } = world.build();

    const claim = await mails.claim(caller(), mailId, free);
    const other = await mails.claim(caller(), mailId, free);
    if (claim.kind === 'claimed')
      await mails.settle(caller(), claim.mail, { kind: 'accepted', code: 250, reply: '' }, null);
    const late = await mails.claim(caller(), mailId, free);

    expect([claim.kind, other.kind]).toEqual(['claimed', 'later']);
    expect(late).toEqual({ kind: 'over', status: 'sent' });
    expect(world.faults).toEqual(['mail.beforeCommit']);
  });

  it('are cancelled when their cause is gone, and unknown to another organization', async () => {
    const { id } = await world.addLicensed();
    const mailId = await queue(toUser(id));
    const stranger = { ...caller(), organizationId: db.secondOrganizationId };
    const { mails } = world.build();

    const foreign = await mails.claim(stranger, mailId, free);
    await db.sql.query(`UPDATE users SET account_state = 'deactivated' WHERE id = ?`, [id]);
    const claim = await mails.claim(caller(), mailId, free);

    expect([foreign, claim]).toEqual([
      { kind: 'over', status: 'cancelled' },
      { kind: 'over', status: 'cancelled' },
    ]);
    expect(await world.mails()).toMatchObject([{ status: 'cancelled' }]);
  });

  it('of a report are written by their first claim', async () => {
    const mail: NewMail = { ...toUser(newId()), kind: 'report', userId: null, dedupeKey: 'report:destination:run' };
    const { mails } = world.build();

    const claim = await mails.claimFor(caller(), mail, free);
    const retry = await mails.claimFor(caller(), mail, { isRetry: true, mayTake: true });

    expect(claim.kind).toBe('claimed');
    expect(retry).toEqual({ kind: 'over', status: 'unknown' });
    expect(await world.topics()).toEqual([]);
  });

  it('share the tokens of one bucket: a burst, then the rate', async () => {
    const [one, other] = [world.build().mails, world.build().mails];
    const take = (count: number) =>
      Promise.all(Array.from({ length: count }, (_, n) => (n % 2 ? one : other).takeToken()));

    const burst = await take(12);
    clock.advance(500);
    const refilled = await take(8);

    expect(burst.filter((waitMs) => waitMs === 0)).toHaveLength(10);
    expect(burst.filter((waitMs) => waitMs > 0 && waitMs <= 100)).toHaveLength(2);
    expect(refilled.filter((waitMs) => waitMs === 0)).toHaveLength(5);
  });
});
