// Secrets of a request: wherever they stand, nothing keeps or repeats them, and what is no secret stays readable.
import * as fc from 'fast-check';
import { errorTable } from '../../src/errors';
import {
  namesSecret,
  presentedSecrets,
  redactExpression,
  redactPath,
  redactQuery,
  redactText,
  redactValue,
} from '../../src/scim/redaction';
import { useDatabase } from '../support/database';
import { type DoorName, doorNames, useDoors } from './doors';

const head = Buffer.from('{"alg":"RS256","kid":"k"}').toString('base64url');
const userUrn = 'urn:ietf:params:scim:schemas:core:2.0:User';

/** A secret is recognized by its middle, whatever signs stand around it. */
const marker = fc.stringMatching(/^[A-Z][a-z0-9]{14}Z$/);
const around = fc.constantFrom('', 'a b ', '%', '+&=', '"', '\\', 'é', '[x', "'");
const anyCase = fc
  .func(fc.boolean())
  .map(
    (isUpper) => (text: string) =>
      text.replaceAll(/./g, (sign, at: number) => (isUpper(at) ? sign.toUpperCase() : sign.toLowerCase())),
  );
const secretNames = ['password', 'passwd', 'token', 'access_token', 'client_secret', 'assertion', 'authorization'];

interface Planted {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

interface Parts {
  /** Any text, to stand beside a name. */
  readonly secret: string;
  /** Of our form or a signed one, to stand anywhere. */
  readonly token: string;
  readonly name: string;
  readonly cased: (text: string) => string;
}

const none = '/Users/0190a1b2-c3d4-7e5f-8a9b-000000000001';
const patch = (operation: object): Planted => ({ method: 'PATCH', path: none, body: { Operations: [operation] } });
const inQuery = (text: string): Planted => ({ method: 'GET', path: `/Users?${text}` });
const search = (body: object): Planted => ({ method: 'POST', path: '/Users/.search', body });
const bulk = (operation: object): Planted => ({ method: 'POST', path: '/Bulk', body: { Operations: [operation] } });
const uri = encodeURIComponent;

const slots: readonly ((parts: Parts) => Planted)[] = [
  ({ secret, name, cased }) => ({ method: 'POST', path: '/Users', body: { userName: 'u', [cased(name)]: secret } }),
  ({ secret, name }) => ({ method: 'PUT', path: none, body: { userName: 'u', deep: [{ [name]: { value: secret } }] } }),
  ({ token }) => ({ method: 'POST', path: '/Users', body: { userName: '', title: `x ${token} y` } }),
  ({ token }) => ({ method: 'POST', path: '/Users', body: { userName: '', [token]: 1, [`x.${token}`]: 1 } }),
  ({ secret, name, cased }) => patch({ op: 'replace', [cased('path')]: name, [cased('value')]: secret }),
  ({ secret, name, cased }) =>
    patch({ [cased('op')]: 'add', [cased('path')]: cased(name), [cased('value')]: [secret] }),
  ({ secret, cased }) => patch({ op: 'replace', path: `${userUrn}:${cased('password')}`, value: secret }),
  ({ secret, name, cased }) => patch({ op: 'replace', value: { title: 't', [cased(name)]: secret } }),
  ({ secret, name }) =>
    patch({ op: 'replace', path: `emails[${name} eq ${JSON.stringify(secret)}].value`, value: 'x' }),
  ({ secret, name }) =>
    patch({ op: 'replace', value: { [`emails[${name} eq ${JSON.stringify(secret)}].value`]: 'x' } }),
  ({ secret, name }) => patch({ op: 'replace', path: `${name} ${secret}`, value: 'x' }),
  ({ secret, name }) => patch({ op: 'replace', path: `${name}.${secret}`, value: 'x' }),
  ({ token }) => patch({ op: 'replace', path: token, value: 'x' }),
  ({ token }) => patch({ op: 'replace', path: 'title', value: token }),
  ({ secret }) => patch({ op: 'replace', path: 'emails', value: [{ type: 'password', value: secret }] }),
  ({ secret }) => patch({ op: 'replace', path: 'roles', value: JSON.stringify({ value: 'r', password: secret }) }),
  ({ secret, name }) => inQuery(`count=0&${name}=${uri(secret)}`),
  ({ secret, name, cased }) => inQuery(`%63ount=0&${uri(cased(name)).replace('o', '%6F')}=${uri(secret)}`),
  ({ secret, name }) => inQuery(`filter=${uri(`${name} eq ${JSON.stringify(secret)}`)}`),
  ({ secret, cased }) =>
    inQuery(`${cased('filter')}=${uri(uri(`not (${cased('password')} ew ${JSON.stringify(secret)})`))}`),
  ({ secret, name }) => inQuery(`filter=${uri(`userName eq "u" and ${name} ${JSON.stringify(secret)}`)}`),
  ({ secret, name }) => inQuery(`filter=${uri(`${JSON.stringify(secret)} eq ${name}`)}`),
  ({ secret, name }) => inQuery(`filter=${uri(`${name} eq "${secret}`)}%zz`),
  ({ token }) => inQuery(`filter=${uri(`externalId eq "${token}"`)}`),
  ({ token }) => inQuery(`filter=${uri(`${token} eq "x"`)}`),
  ({ token }) => inQuery(`sortBy=${token}&${token}&cursor=${token}`),
  ({ secret, name, cased }) => search({ [cased('filter')]: `${cased(name)} eq ${JSON.stringify(secret)}` }),
  ({ token }) => search({ filter: `userName eq ${token}`, sortBy: token }),
  ({ secret, name }) => bulk({ method: 'POST', path: '/Users', bulkId: '1', data: { userName: '', [name]: secret } }),
  ({ secret, cased }) =>
    bulk({
      method: 'PATCH',
      path: none,
      data: { Operations: [{ op: 'add', [cased('path')]: 'password', VALUE: secret }] },
    }),
  ({ token }) =>
    bulk({ method: 'POST', path: `/Users/${token}`, bulkId: token, data: { userName: `bulkId:${token}` } }),
  ({ token }) => bulk({ method: 'POST', path: '/Users', bulkId: 'b', data: { manager: { value: `bulkId:${token}` } } }),
  ({ token }) => ({ method: 'GET', path: `/Users/${token}` }),
  ({ token }) => ({ method: 'GET', path: `/${token.replaceAll('_', '%5F').replaceAll('.', '%2E')}` }),
  ({ secret, name }) => ({ method: 'GET', path: `/Users/${name}=${uri(secret).replaceAll('%2F', '')}` }),
  ({ token }) => ({ method: 'GET', path: '/Users', headers: { 'client-request-id': token.slice(0, 64) } }),
  ({ secret }) => ({ method: 'GET', path: '/Users', headers: { 'client-request-id': `password=${uri(secret)}` } }),
];

const planted = fc
  .record({
    core: marker,
    before: around,
    after: around,
    isOurs: fc.boolean(),
    name: fc.constantFrom(...secretNames),
    cased: anyCase,
    slot: fc.nat({ max: slots.length - 1 }),
    door: fc.constantFrom<DoorName>(...doorNames),
  })
  .map(({ core, before, after, isOurs, name, cased, slot, door }) => {
    const token = isOurs ? `upt_scim_${core}` : `${head}.${core}.${core}`;
    return { core, door, slot, sent: slots[slot]!({ secret: before + core + after, token, name, cased }) };
  });

const detailAlone = (piece: string): string => (piece.length > 1 ? piece : '');

describe('the secrets of requests', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const kept = async (): Promise<string> => {
    await doors.flush();
    await db.database.acrossOrganizations((scan) => scan.requestLog.add(doors.rows));
    const [stored] = await db.sql.query('SELECT * FROM scim_request_log');
    return JSON.stringify([stored, doors.rows, doors.lines]);
  };

  it('S21: stay out of rows, findings, lines and errors from every slot, in every spelling', async () => {
    const all = fc.sample(planted, slots.length * 12);
    const errors: string[] = [];
    for (const { door, sent } of all) {
      const answer = await doors.send(door, sent.method, sent.path, sent);
      // The answer of a Bulk names its operations as the client did.
      const error = sent.path === '/Bulk' ? answer.text.replaceAll(/"detail":"[^"]*"|./gs, detailAlone) : answer.text;
      errors.push(answer.status >= 400 || sent.path === '/Bulk' ? error : '');
    }

    const text = await kept();

    const leaks = all.flatMap(({ core, slot }, at) => {
      const start = text.indexOf(core);
      if (start >= 0) return [`${slot} kept ${text.slice(start - 150, start + 20)}`];
      return errors[at]!.includes(core) ? [`${slot} told ${errors[at]!}`] : [];
    });
    expect(doors.rows).toHaveLength(all.length);
    expect(leaks).toEqual([]);
  });

  it('are the passwords of a PATCH whose names are written in another case', async () => {
    const made = await doors.send('hot', 'POST', '/Users', { body: { userName: 'u' } });
    const id = made.body['id'] as unknown as string;
    const Operations = [
      { op: 'replace', path: 'title', value: 'T' },
      { op: 'replace', Path: 'password', Value: 'hunter1' },
      { OP: 'replace', PATH: 'password', value: 'hunter2' },
      { op: 'replace', path: 'password', Value: 'hunter3' },
    ];

    await doors.send('hot', 'PATCH', `/Users/${id}`, { body: { Operations } });

    expect(await kept()).not.toContain('hunter');
    expect(JSON.parse(doors.rows[1]?.payload ?? '')).toMatchObject({
      body: { Operations: [{ value: 'T' }, { Path: 'password', Value: '[redacted]' }, {}, {}] },
    });
  });

  it('are tokens of an operator’s own form, which only the request itself gives away', async () => {
    const own = 'correct.horse-battery/staple';
    const headers = { authorization: `Bearer ${own}` };

    expect(presentedSecrets({ headers })).toEqual([own]);
    expect(redactQuery(`q=${own}`, presentedSecrets({ headers }))).toBe('q=[redacted]');
    expect(presentedSecrets({ headers: { authorization: 'Bearer abc' } })).toEqual([]);
    expect(presentedSecrets({ headers: {} })).toEqual([]);
  });

  it.each([
    'userName eq "token@example.com"',
    'title eq "Password manager"',
    'emails[type eq "work"].value eq "secretary@example.com"',
    'secretary eq "x"',
  ])('are not what %s asks for', (filter) => {
    expect([namesSecret(filter), redactExpression(filter)]).toEqual([false, filter]);
  });

  it('leave names, operators and everything beside them readable', () => {
    const urn = `${userUrn}:password`;

    expect(redactExpression('userName eq "u" and (password eq "S" or token pr)')).toBe(
      '[redacted] eq [redacted] and (password eq [redacted] or token pr)',
    );
    expect(redactExpression(urn)).toBe(urn);
    expect(redactQuery('filter=userName+eq+%22u%22&access_token=S&count=5')).toBe(
      'filter=userName+eq+%22u%22&access_token=[redacted]&count=5',
    );
    expect(redactPath('/scim/v2/Users/a%20b/upt_scim_x')).toBe('/scim/v2/Users/a%20b/[redacted]');
    expect(redactText('The bearer token is missing. Bearer a1b2c3')).toBe(
      'The bearer token is missing. Bearer [redacted]',
    );
    expect(redactText('KeyAccountManager.emea and reynolds.first.last')).toBe(
      'KeyAccountManager.emea and reynolds.first.last',
    );
    expect(redactValue({ title: 'T', password: 1, list: [null, true, { clientSecret: ['S'] }] })).toEqual({
      title: 'T',
      password: '[redacted]',
      list: [null, true, { clientSecret: '[redacted]' }],
    });
  });

  it('are in none of our own sentences', () => {
    const sentences = Object.values(errorTable).map(({ sentence }) => sentence);

    expect(sentences.map((it) => redactText(it))).toEqual(sentences);
  });

  it('are looked for in time that grows with the text alone', () => {
    const pieces = [
      'password',
      'ey',
      'eyJ',
      '"',
      'password eq ',
      "password='",
      'bearer ',
      'a.',
      '\\',
      '%25',
      'ey-.',
      'pwd ',
    ];

    // What looked again at what it has seen would take minutes.
    const clean = pieces.map((piece) => {
      const text = `${piece.repeat(65_536 / piece.length)} upt_x`;
      const query = redactQuery(`filter=${text.slice(-16_384)}&${text.slice(-16_384)}`);
      return JSON.stringify([query, redactValue({ filter: text, title: text, [text]: text })]);
    });

    expect(clean.filter((it) => it.includes('upt_'))).toEqual([]);
  });
});
