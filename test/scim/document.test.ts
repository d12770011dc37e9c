// docs/scim.md is the page an Entra admin follows: its commands are understood, its links lead somewhere, and its tables of
// attributes and lengths are what the server does.
import { createProgram, type Handlers } from '../../src/cli/program';
import { userSchema, type AttributeDocument } from '../../src/scim/schemas';
import { useDatabase } from '../support/database';
import { idOf, textOf, useDoors } from './doors';
import { bodyOf, mapped, page, section } from './mapped-attributes';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** The words of a command as a shell reads them. */
function words(command: string): string[] {
  return [...command.replace(/\s#.*$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  );
}

const commands = [...page.matchAll(/npm run -s uptake -- ([^`\n]+)/g)].map(([, command]) => (command ?? '').trim());

describe('the page docs/scim.md', () => {
  it.each([...new Set(commands)])('has a command that is understood: %s', async (command) => {
    const argv = words(command).map((word) =>
      /^(RULE_)?ID$/.test(word) ? '0192f0c1-0000-7000-8000-000000000000' : word,
    );
    const called: string[] = [];
    const handlers = new Proxy({}, { get: (_, name) => async () => called.push(String(name)) > 0 });
    const program = createProgram(handlers as Handlers, () => undefined);

    await program.parseAsync(
      argv.filter((word) => word !== '--json'),
      { from: 'user' },
    );

    expect(called).toHaveLength(1);
  });

  it('names no program that is not there', () => {
    const verbs = /(?<!npm run -s )\buptake (?:--|[a-z-]+ )|`(?:token|hold|pool|license-rule|finding|scim|alert) [a-z]/;

    const typed = page.replaceAll(/\[`[^`]*`\]/g, '').split('\n');

    expect(commands.length).toBeGreaterThan(20);
    expect(typed.filter((line) => verbs.test(line))).toEqual([]);
  });

  it('links to headings that are there', () => {
    const slug = (heading: string) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
        .replaceAll(/\s/g, '-');
    const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, text]) => slug(text ?? ''));

    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, to]) => to);

    expect(links.filter((to) => !headings.includes(to ?? ''))).toEqual([]);
  });
});

describe("the page's table of Entra's attributes", () => {
  const db = useDatabase();
  const doors = useDoors(db);

  it('has the 36 of the mapping, each stored and read back in both dialects', async () => {
    const [first, second] = [
      idOf(await doors.send('hot', 'POST', '/Users', { body: { userName: 'first' } })),
      idOf(await doors.send('hot', 'POST', '/Users', { body: { userName: 'second' } })),
    ];
    const each = mapped.map(({ path, sent }) => ({ op: 'Add', path, value: sent('a') }));
    const whole = [{ op: 'replace', value: bodyOf(mapped, 'b') }];

    const one = await doors.send('hot', 'PATCH', `/Users/${first}`, { body: { Operations: each } });
    const two = await doors.send('hot', 'PATCH', `/Users/${second}`, { body: { Operations: whole } });

    expect([mapped.length, one.status, two.status]).toEqual([36, 200, 200]);
    for (const [name, { body }] of [
      ['a', one],
      ['b', two],
    ] as const) {
      expect(mapped.map(({ path, read }) => [path, read(body)])).toEqual(
        mapped.map(({ path, shown }) => [path, shown(name)]),
      );
    }
  });

  it('says which of them reports and mails use: these have columns of their own', async () => {
    const created = await doors.send('hot', 'POST', '/Users', {
      body: {
        userName: 'ada@example.com',
        externalId: 'x',
        displayName: 'Ada L',
        locale: 'de-AT',
        timezone: 'Europe/Vienna',
        emails: [{ type: 'work', value: 'ada@work.example.com' }],
        addresses: [{ type: 'work', country: 'AT' }],
        [enterprise]: { department: 'D', employeeNumber: '7', costCenter: '9' },
      },
    });

    const [rows] = await db.sql.query(
      `SELECT external_id, display_name, locale, time_zone, email, country, department, employee_number, cost_center FROM users WHERE id = ?`,
      [idOf(created)],
    );

    expect(rows).toEqual([
      {
        external_id: 'x',
        display_name: 'Ada L',
        locale: 'de-AT',
        time_zone: 'Europe/Vienna',
        email: 'ada@work.example.com',
        country: 'AT',
        department: 'D',
        employee_number: '7',
        cost_center: '9',
      },
    ]);
  });
});

/** Every attribute of users that holds text a client may send: its name as the page writes it, and a body with a value. */
function texts(): { readonly name: string; readonly body: (value: string) => Record<string, unknown> }[] {
  const isText = (it: AttributeDocument) => ['string', 'reference'].includes(it.type) && it.mutability !== 'readOnly';
  return userSchema().documents.flatMap(({ id, attributes }) => {
    const isCore = id.includes(':core:');
    const wrap = (body: Record<string, unknown>) => (isCore ? body : { [id]: body });
    return attributes
      .filter((it) => it.mutability !== 'readOnly')
      .flatMap((it) => {
        const name = isCore ? it.name : `${id}:${it.name}`;
        if (isText(it)) return [{ name, body: (value: string) => wrap({ [it.name]: value }) }];
        const subs = (it.subAttributes ?? []).filter(isText);
        const held = (sub: string, value: string) =>
          it.multiValued ? [{ [sub]: value, ...mark(sub) }] : { [sub]: value };
        return subs.map((sub) => ({
          name: `${name}.${sub.name}`,
          body: (value: string) => wrap({ [it.name]: held(sub.name, value) }),
        }));
      });
  });
}

/** An element of a type alone is none. */
function mark(sub: string): object {
  return sub === 'type' ? { value: 'v@example.com', formatted: 'f' } : {};
}

/** The longest value of an attribute as the page has it. */
function longest(name: string): number {
  const rows = [...section('### Lengths').matchAll(/^\| (\d+) \| (.+?)(?:; a group's .+)? \|$/gm)];
  const covers = (token: string) =>
    token === name ||
    (token.startsWith('*') && name.endsWith(token.slice(1))) ||
    (token.endsWith('*') && name.startsWith(token.slice(0, -1)));
  const found = rows.find(([, , tokens = '']) =>
    [...tokens.matchAll(/`([^`]+)`/g)].some(([, token = '']) => covers(token)),
  );
  return found === undefined ? 1024 : Number(found[1]);
}

describe("the page's lengths", () => {
  const db = useDatabase();
  const doors = useDoors(db);

  it.each(texts().map((it) => [it.name, longest(it.name), it] as const))(
    '%s holds %i characters and no more',
    async (_, most, it) => {
      const userName = 'somebody';
      // Four bytes each: what is counted is characters.
      const longestOf = (count: number) => '𝒜'.repeat(count - 1) + 'e';

      const whole = await doors.send('hot', 'POST', '/Users', { body: { userName, ...it.body(longestOf(most)) } });
      const tooLong = await doors.send('hot', 'POST', '/Users', {
        body: { userName: 'other', ...it.body(longestOf(most + 1)) },
      });

      expect([whole.status, tooLong.status, textOf(tooLong.body, 'scimType')]).toEqual([201, 400, 'invalidValue']);
      expect(whole.text).toContain(`"${longestOf(most)}"`);
    },
  );

  it.each(['displayName', 'externalId'])("a group's %s holds 255", async (name) => {
    const body = (count: number) => ({ displayName: 'G', [name]: 'x'.repeat(count) });

    const whole = await doors.send('hot', 'POST', '/Groups', { body: body(255) });
    const tooLong = await doors.send('hot', 'POST', '/Groups', { body: body(256) });

    expect([whole.status, tooLong.status]).toEqual([201, 400]);
  });
});
