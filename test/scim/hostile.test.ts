// Two thousand hostile requests: SQL, prototype names, endless parentheses, broken text and deep JSON in every slot that takes
// something. Each is an error of the protocol or an empty answer, nothing is half-written, and nothing of the process changes.
import * as fc from 'fast-check';
import { useDatabase } from '../support/database';
import { soakCount } from '../support/soak';
import { doorNames, idOf, useDoors } from './doors';

const pieces = [
  "' OR 1=1 --",
  '"; DROP TABLE users; --',
  "') UNION SELECT secret_hash FROM scim_credentials --",
  '%',
  '_',
  '\\',
  '\\"',
  '"',
  '`',
  '\u0000',
  '\ud800',
  '\udc00x',
  '\u202e',
  '😀',
  '__proto__',
  'constructor.prototype',
  'constructor',
  'toString',
  'hasOwnProperty',
  'urn:__proto__:x',
  'urn:ietf:params:scim:schemas:core:2.0:User:__proto__.polluted',
  '(((((((((((((((((((((',
  'not(not(not(not(not(',
  'emails[emails[emails[',
  'a eq "',
  '1e999',
  '-9223372036854775809',
  '0x10',
  '٣',
  'null',
  '../../../etc/passwd',
  '%00',
  '%c0%af',
  '${7*7}',
  '\r\nX-Injected: 1',
  '$[0]',
  '"]',
];
const text = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 }).map((it) => it.join('')),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('('.repeat(3000), '['.repeat(3000), 'x'.repeat(3000), `"${'\\a'.repeat(1000)}`),
  },
);
const deep = fc.integer({ min: 5, max: 60 }).map((levels) => {
  let value: unknown = 'x';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { [`k${level}`]: value };
  return value;
});
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 1e308, -0, true, [], {}, [[]], [null]) },
  { weight: 1, arbitrary: fc.dictionary(text, text, { maxKeys: 3 }) },
);
const queries = [
  'filter',
  'sortBy',
  'sortOrder',
  'startIndex',
  'count',
  'cursor',
  'attributes',
  'excludedAttributes',
  'x',
];
const places = [
  'title',
  'userName',
  'emails',
  'emails[type eq "work"].value',
  'roles',
  'manager',
  'active',
  'members',
  'x',
];

interface Hostile {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

const query: fc.Arbitrary<Hostile> = fc
  .record({
    resource: fc.constantFrom('/Users', '/Groups', '/Users/.search', '/Schemas'),
    pairs: fc.array(fc.tuple(fc.constantFrom(...queries), text), { minLength: 1, maxLength: 3 }),
    isRaw: fc.boolean(),
  })
  .map(({ resource, pairs, isRaw }) => ({
    method: 'GET',
    path: `${resource}?${pairs.map(([name, it]) => `${name}=${isRaw ? raw(it) : encode(it)}`).join('&')}`,
  }));
const search: fc.Arbitrary<Hostile> = fc
  .record({
    resource: fc.constantFrom('/Users', '/Groups', ''),
    body: fc.dictionary(fc.constantFrom(...queries), value),
  })
  .map(({ resource, body }) => ({ method: 'POST', path: `${resource}/.search`, body }));
const address: fc.Arbitrary<Hostile> = fc
  .record({
    method: fc.constantFrom('GET', 'PUT', 'PATCH', 'DELETE'),
    resource: fc.constantFrom('Users', 'Groups'),
    text,
  })
  .map(({ method, resource, text: it }) => ({ method, path: `/${resource}/${encode(it)}`, body: {} }));
const change: fc.Arbitrary<Hostile> = fc
  .record({
    resource: fc.constantFrom('Users', 'Groups'),
    operations: fc.array(
      fc.record(
        {
          op: fc.oneof(fc.constantFrom('add', 'replace', 'remove'), text),
          path: fc.oneof(
            text,
            fc.constantFrom(...places),
            fc.tuple(fc.constantFrom(...places), text).map(([place, it]) => `${place}[${it}]`),
          ),
          value,
        },
        { requiredKeys: ['op'] },
      ),
      { maxLength: 3 },
    ),
  })
  .map(({ resource, operations }) => ({ method: 'PATCH', path: `/${resource}/:id`, body: { Operations: operations } }));
const resource: fc.Arbitrary<Hostile> = fc
  .record({
    method: fc.constantFrom('POST', 'PUT'),
    kind: fc.constantFrom('Users', 'Groups'),
    body: fc.dictionary(fc.oneof(text, fc.constantFrom('userName', 'displayName', 'emails', 'members', 'name')), value),
  })
  .map(({ method, kind, body }) => ({ method, path: `/${kind}${method === 'PUT' ? '/:id' : ''}`, body }));
const bulk: fc.Arbitrary<Hostile> = fc
  .array(fc.dictionary(fc.constantFrom('method', 'path', 'bulkId', 'data', 'version'), value), { maxLength: 3 })
  .map((operations) => ({ method: 'POST', path: '/Bulk', body: { Operations: operations } }));
const requests = fc.oneof(query, search, address, change, resource, bulk);

/** As much of a text as may stand in a request line. */
function raw(it: string): string {
  return it.replaceAll(/[^\u0021-\u007e]|[&#?]/g, '');
}

function encode(it: string): string {
  return encodeURIComponent(Buffer.from(it).toString('utf8'));
}

describe('hostile requests', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const count = soakCount('hostile', 2000);

  it('B2, S7, S34: none is a 500, none leaves half of anything, and no prototype grows', async () => {
    const user = await doors.send('hot', 'POST', '/Users', { body: { userName: 'victim', title: 'T' } });
    const group = await doors.send('hot', 'POST', '/Groups', { body: { displayName: 'Team' } });
    const ids: Record<string, string> = { Users: idOf(user), Groups: idOf(group) };
    const odd: unknown[] = [];

    for (const [number, sent] of fc
      .sample(requests, { numRuns: count, seed: soakCount('seed', 20_261_121) })
      .entries()) {
      const path = sent.path.replace(/^\/(Users|Groups)\/:id/, (_, kind: string) => `/${kind}/${ids[kind]}`);
      const body = sent.body === undefined ? {} : { body: sent.body };
      const { status, headers } = await doors.send(doorNames[number % 2] ?? 'hot', sent.method, path, body);
      const isFair = status < 500 || status === 501;
      if (!isFair || headers['x-injected'] !== undefined || headers['x-request-id'] === undefined)
        odd.push({ ...sent, status });
    }

    expect(odd).toEqual([]);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const [halves] = await db.sql.query(
      `SELECT u.id FROM users u WHERE (SELECT COUNT(*) FROM audit_entries a WHERE a.target_id = u.id AND a.action LIKE 'user.%') <> u.row_version
         OR (SELECT COUNT(*) FROM user_state_intervals s WHERE s.user_id = u.id AND s.ended_at IS NULL) <> 1`,
    );
    expect(halves).toEqual([]);
    expect((await doors.send('hot', 'GET', `/Users/${ids['Users']}`)).status).toBe(200);
  }, 1_800_000);
});
