// Who gets which mail and when it stops, with policies in seconds, over the real processes and a real SMTP server.
import { readable, browser } from '../support/console';
import { entraClient, type ScimUser } from '../support/entra-client';
import type { ReadMail } from '../support/mailbox';
import { useProduct } from '../support/product';

const cast = {
  pendingUser: 'pending@example.com',
  activeUser: 'active@example.com',
  deactivatedUser: 'deactivated@example.com',
  optedOutUser: 'opted-out@example.com',
} as const;

jest.setTimeout(180_000);

describe('reminders', () => {
  const product = useProduct({ smtp: true, environment: { MAIL_RATE: '100' } });
  const directory = entraClient(product);
  const people = {} as Record<keyof typeof cast, ScimUser>;

  test('go on to who does nothing, and stop after activation, deactivation and a wish to be left alone', async () => {
    await setPolicy('activation', '--first', 'PT2S', '--repeat', 'PT4S', '--max', '2');
    for (const [role, userName] of Object.entries(cast))
      people[role as keyof typeof cast] = await directory.create({ userName, givenName: 'Sam', familyName: 'Vale' });

    await Promise.all([
      afterFirstReminder(cast.activeUser, () => sendEvent('license.activated', cast.activeUser)),
      afterFirstReminder(cast.deactivatedUser, () => directory.deactivate(people.deactivatedUser.id)),
      afterFirstReminder(cast.optedOutUser, optOut),
    ]);
    await endOf('pendingUser', 'exhausted');
    await endOf('deactivatedUser', 'deactivated');
    await endOf('optedOutUser', 'opted_out');

    const mails = await product.mailbox.list();
    expect(kindsTo(mails, cast.pendingUser)).toEqual(['invitation', 'reminder', 'reminder']);
    expect(kindsTo(mails, cast.activeUser)).toEqual(['invitation', 'reminder']);
    expect(kindsTo(mails, cast.deactivatedUser)).toEqual(['invitation', 'reminder']);
    expect(kindsTo(mails, cast.optedOutUser)).toEqual(['invitation', 'reminder']);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(mails.length);
    expect(mails.some(({ headers }) => 'list-unsubscribe' in headers)).toBe(false);
  });

  test('a policy reaches journeys that are already open', async () => {
    const before = (await product.mailbox.list()).length;
    const [open] = await journeyOf('activeUser');

    await setPolicy('app_setup', '--first', 'PT1S', '--repeat', 'PT3S', '--max', '1');
    const mails = await product.mailbox.waitFor((found) => found.length > before);
    await endOf('activeUser', 'exhausted');

    expect(open?.reason).toBeNull();
    expect(kindsTo(mails, cast.activeUser)).toEqual(['invitation', 'reminder', 'reminder']);
    expect(mails.at(-1)?.subject).not.toBe(mails.find(({ kind }) => kind === 'reminder')?.subject);
    expect(await product.mailbox.list()).toHaveLength(before + 1);
  });

  test('someone who was deactivated and comes back begins anew with the new seat, without a second invitation', async () => {
    const { id } = people.deactivatedUser;

    await directory.patch(id, { op: 'replace', path: 'active', value: true });
    const mails = await product.mailbox.waitFor((found) => kindsTo(found, cast.deactivatedUser).length === 4);

    expect(kindsTo(mails, cast.deactivatedUser)).toEqual(['invitation', 'reminder', 'reminder', 'reminder']);
    await product.until('the journey of the new seat has ended', async () => {
      const journeys = await journeyOf('deactivatedUser');
      return journeys.length === 2 && journeys[1]?.reason === 'exhausted';
    });
  });

  function setPolicy(stage: string, ...times: string[]): Promise<unknown> {
    return product.uptake('policy', 'set', stage, ...times, '--window', 'always', '--cap', 'off');
  }

  async function afterFirstReminder(address: string, act: (mail: ReadMail) => Promise<unknown>): Promise<void> {
    const mails = await product.mailbox.waitFor((found) => kindsTo(found, address).includes('reminder'));
    const mail = mails.find(({ to, kind }) => to === address && kind === 'reminder');
    if (mail) await act(mail);
  }

  async function sendEvent(type: string, email: string): Promise<void> {
    const event = { event_id: `${type}-${email}`, type, occurred_at: new Date().toISOString(), user: { email } };
    const { body } = await product.api('POST', '/events/', { source: 'desktop-app', events: [event] });
    expect(body).toMatchObject({ accepted: 1 });
  }

  /** Presses the button behind the link of the mail, as a person does. */
  async function optOut(mail: ReadMail): Promise<void> {
    const link = new URL(/http\S+\/u\/\S+/.exec(mail.text)?.[0] ?? '');
    const person = browser(product.url, product.url);

    const page = await person.get(link.pathname);
    const pressed = await person.fill(link.pathname, {});
    const after = await person.get(link.pathname);

    expect([link.origin, page.status, pressed.status, after.status]).toEqual([product.url, 200, 303, 200]);
    expect(readable(after.text)).not.toBe(readable(page.text));
  }

  function journeyOf(role: keyof typeof cast): Promise<{ reason: string | null }[]> {
    return product.rows('SELECT end_reason AS reason FROM journeys WHERE user_id = ? ORDER BY started_at', [
      people[role].id,
    ]);
  }

  function endOf(role: keyof typeof cast, reason: string): Promise<unknown> {
    return product.until(`the journey of ${role} ends as ${reason}`, async () => {
      const journeys = await journeyOf(role);
      return journeys.at(-1)?.reason === reason;
    });
  }
});

function kindsTo(mails: readonly ReadMail[], address: string): string[] {
  return mails.filter(({ to }) => to === address).map(({ kind }) => kind);
}
