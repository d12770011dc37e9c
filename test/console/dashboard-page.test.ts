// The dashboard over the golden population: the seed's words and numbers, the same as the API's, whatever names people have.
import { goldenAt, addGoldenPopulation } from '../support/golden-population';
import { signedIn } from '../support/admin';
import { scimCaller } from '../support/builders';
import { readable, startConsole, type TestConsole } from '../support/console';
import { useDatabase } from '../support/database';

describe('the dashboard', () => {
  const db = useDatabase();
  let console: TestConsole;
  beforeEach(async () => {
    console = await startConsole(db);
  });
  afterEach(() => console.close());

  const golden = async (): Promise<void> => {
    await addGoldenPopulation(db.sql, db.organizationId, db.poolId);
    await console.adoption.rebuildCounts(db.organizationId);
    console.clock.set(goldenAt);
  };

  test('shows the four stages from left to right with the pending number of each', async () => {
    await golden();
    const browser = await signedIn(console, db.organizationId);

    const page = await browser.get('/');
    const stages = [...page.text.matchAll(/<li class="stage.*?<\/li>/gs)].map(([html]) => words(html));

    expect(words(page.text)).toContain('User Onboarding Overview 500 licenses in total');
    expect(stages).toEqual([
      'Assigned 420 84 % of all licenses Unassigned Licenses: 80',
      'Activated 350 83 % of assigned Activation Pending: 70 ▼ Largest drop',
      'Onboarded 300 86 % of activated App Setup Pending: 50',
      'Using Enpass 260 87 % of onboarded Usage Pending: 40',
    ]);
  });

  test('says the largest drop in a sentence with advice, and when the numbers were true', async () => {
    await golden();
    const browser = await signedIn(console, db.organizationId);

    const text = words((await browser.get('/')).text);

    expect(text).toContain(
      'Largest drop: 70 of 420 people with a license have not activated (17 %). Invitations may sit in spam',
    );
    expect(text).toContain('as of 1 Apr 2026, 00:00 CEST');
  });

  test('shows app usage and active users, and why 320 stands beside 300', async () => {
    await golden();
    const browser = await signedIn(console, db.organizationId);

    const page = await browser.get('/');
    const rows = [...page.text.matchAll(/<li class="bar-row">.*?<\/li>/gs)].map(([html]) => words(html));

    expect(rows).toEqual([
      'Added items 260 100 %',
      'Browser extension connected 200 77 % Browser extension pending: 60',
      'Autofill used 180 69 % Autofill pending: 80',
      'Active Users 260 81 %',
      'Inactive Users 60 19 %',
    ]);
    expect(words(page.text)).toContain('320 onboarded users, past 30 days');
    expect(words(page.text)).toContain('The onboarding card counts the 300 of them who hold a license; 20 hold none.');
  });

  test('prints the same seventeen numbers as the service answers the API', async () => {
    await golden();
    const browser = await signedIn(console, db.organizationId);

    const counts = await console.adoption.overview(scimCaller(db.organizationId));
    const text = words((await browser.get('/')).text);
    const missing = Object.entries(counts).filter(([, count]) => !new RegExp(`\\b${count}\\b`).test(text));

    expect(Object.keys(counts)).toHaveLength(17);
    expect(missing).toEqual([]);
  });

  test('of an empty organization shows zeros, no shares, and what comes next', async () => {
    const browser = await signedIn(console, db.organizationId);

    const text = words((await browser.get('/')).text);

    expect(text).toContain('Nobody holds a license yet.');
    expect(text).toContain('Assigned 0 0 % of all licenses Unassigned Licenses: 500');
    expect(text).toContain('Activated 0 – of assigned');
    expect(text).toContain('Connect Microsoft Entra ID pending');
    expect(text).toContain(`${console.publicUrl}/scim/v2`);
  });

  test('shows an organization nothing of another', async () => {
    await addGoldenPopulation(db.sql, db.secondOrganizationId, db.secondPoolId);
    await console.adoption.rebuildCounts(db.secondOrganizationId);
    console.clock.set(goldenAt);
    const browser = await signedIn(console, db.organizationId);

    const text = words((await browser.get('/')).text);

    expect(text).toContain('Nobody holds a license yet.');
  });

  test.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '{{constructor}} {{{body}}}',
    '\u202eevil\u202c 👩‍👩‍👧‍👦 Ꮖ',
    `${'long '.repeat(23)}end`,
  ])('stands whatever the organization, the app and the admin are called: %s', async (name) => {
    const browser = await signedIn(console, db.organizationId);
    await db.sql.query('UPDATE organizations SET name = ?, product_name = ?', [name, name.slice(0, 60)]);
    await db.sql.query('UPDATE admins SET display_name = ?', [name]);

    const page = await browser.get('/');

    expect(page.status).toBe(200);
    expect(page.text).not.toContain('<script>alert');
    expect(page.text).not.toContain('<img src=x');
    expect(readable(page.text)).toContain(`Using ${name.slice(0, 60)}`);
    expect(page.text).toMatch(/<bdi title="[^"]+">/);
  });
});

/** What a person reads of a page: copied fields as their values. */
function words(html: string): string {
  const shown = html
    .replaceAll(/<input id="[^"]*" type="text" value="([^"]*)"[^>]*>/g, ' $1 ')
    .replaceAll(/<[^>]*>/g, ' ');
  return readable(shown).replaceAll(/\s+/g, ' ').trim();
}
