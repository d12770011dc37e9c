// The link in a reminder: a GET changes nothing, a POST does, from anywhere and without a cookie; a bad link is calm.
import { addPeople } from '../support/people';
import { startConsole, type TestConsole } from '../support/console';
import { useDatabase } from '../support/database';

describe('the opt-out page', () => {
  const db = useDatabase();
  let console: TestConsole;
  let path: string;
  beforeEach(async () => {
    console = await startConsole(db);
    const [person] = await addPeople(db.sql, db.organizationId, [
      { name: 'reader', since: '2026-01-02 08:00:00.000000' },
    ]);
    const url = console.suppression.optOutUrl(db.organizationId, person!.id, console.clock.now());
    path = url.slice(console.publicUrl.length);
  });
  afterEach(() => console.close());

  const suppressions = async (): Promise<unknown[]> => {
    const [rows] = await db.sql.query('SELECT kind FROM suppressions WHERE released_at IS NULL ORDER BY id');
    return rows as unknown[];
  };

  test('shows a button and changes nothing, however often a scanner opens it', async () => {
    const first = await console.browser().get(path);
    await console.browser().get(path);

    expect(first.status).toBe(200);
    expect(first.text).toContain('Stop reminders?');
    expect(first.text).toContain('My organization');
    expect(first.text).toContain(`action="${path}"`);
    expect(first.headers.getSetCookie()).toEqual([]);
    expect(await suppressions()).toEqual([]);
  });

  test('stops reminders at the press of the button and then says so', async () => {
    const browser = console.browser();

    const done = await browser.post(path, {}, { origin: 'null' });
    const page = await browser.get(done.location);
    const again = await browser.post(path, {}, { origin: 'null' });

    expect([done.status, done.location]).toEqual([303, path]);
    expect(page.text).toContain('Reminders are off');
    expect(again.status).toBe(303);
    expect(await suppressions()).toEqual([{ kind: 'opt_out' }]);
  });

  test('takes the one click of a mail provider and answers without a redirect', async () => {
    const headers = { origin: 'https://mail.example', 'sec-fetch-site': 'cross-site' };

    const done = await console.browser().post(path, { 'List-Unsubscribe': 'One-Click' }, headers);

    expect([done.status, done.text]).toEqual([200, 'No more reminders will be sent.\n']);
    expect(await suppressions()).toEqual([{ kind: 'opt_out' }]);
  });

  test('pauses for 1, 2 or 4 weeks and no other time', async () => {
    const odd = await console.browser().post(`${path}/snooze`, { weeks: '3' });
    const none = await suppressions();
    const done = await console.browser().post(`${path}/snooze`, { weeks: '2' });
    const page = await console.browser().get(done.location);

    expect([odd.status, odd.location, none]).toEqual([303, path, []]);
    expect(page.text).toContain('Reminders pause');
    expect(page.text).toContain('16 March 2026');
    expect(await suppressions()).toEqual([{ kind: 'snooze' }]);
  });

  test('says the same calm words for a bad, a cut, a forged and an expired link', async () => {
    const answers = [];
    for (const bad of [
      '/u/nothing',
      path.slice(0, -1),
      path.replace(/.$/, 'x').replace('/u/1', '/u/2'),
      '/u/__proto__',
    ])
      answers.push(await console.browser().get(bad));
    console.clock.advance(62 * 86_400_000);
    answers.push(await console.browser().get(path), await console.browser().post(path, {}));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.text).toContain('This link no longer works');
    expect(await suppressions()).toEqual([]);
  });
});
