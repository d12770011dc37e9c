// Bodies: the token comes before them, and whatever they are the answer is an error of the protocol, at once.
import { request, type IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { useDatabase } from '../support/database';
import { doorNames, useDoors, textOf } from './doors';

const errorUrn = 'urn:ietf:params:scim:api:messages:2.0:Error';
const user = (title: string): string => `{"userName":"u","title":"${title}"}`;

/** Documents by what is wrong with them: text or bytes, further headers, the status. */
const hostile: readonly (readonly [string, string | Buffer, Record<string, string>, number])[] = [
  ['nothing', '', {}, 400],
  ['no JSON', 'userName=u', {}, 400],
  ['half a document', '{"userName":"u"', {}, 400],
  ['trailing bytes', '{"userName":"u"} x', {}, 400],
  ['an infinite number', '{"userName":"u","title":1e999}', {}, 400],
  ['a key twice', '{"userName":"u","active":true,"active":false}', {}, 400],
  ['a key twice in another case', '{"userName":"u","USERNAME":"v"}', {}, 400],
  ['the same in depth', '{"userName":"u","emails":[{"value":"e@example.com","Value":"f@example.com"}]}', {}, 400],
  ['the same in an extension', '{"userName":"u","urn:a:b:2.0:User":{"tag":"1","Tag":"2"}}', {}, 400],
  ['90,000 equal keys', `{${Array.from({ length: 90_000 }, () => '"a":1').join(',')}}`, {}, 400],
  ['33 levels', `{"userName":"u","x":${'['.repeat(33)}${']'.repeat(33)}}`, {}, 400],
  ['500,000 open brackets', '['.repeat(500_000), {}, 400],
  ['100,001 values', `{"userName":"u","x":[${'1,'.repeat(100_000)}1]}`, {}, 400],
  ['NUL', user('\\u0000'), {}, 400],
  ['a backspace', user('\\b'), {}, 400],
  ['a raw control character', user('\u0001'), {}, 400],
  ['C1', user('\u0085'), {}, 400],
  ['half a surrogate pair', user('\\ud83d'), {}, 400],
  ['a reversed surrogate pair', user('\\ude00\\ud83d'), {}, 400],
  ['a noncharacter', user('\\uffff'), {}, 400],
  ['a control character in a key', '{"userName":"u","a\\u0007":1}', {}, 400],
  ['__proto__', '{"userName":"u","__proto__":{"polluted":1}}', {}, 400],
  ['constructor in depth', '{"userName":"u","name":{"constructor":{"prototype":{"x":1}}}}', {}, 400],
  ['UTF-16', Buffer.from('{"userName":"u"}', 'utf16le'), {}, 400],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), {}, 400],
  ['a charset of its own', '{"userName":"u"}', { 'Content-Type': 'application/scim+json; charset=utf-16' }, 415],
  [
    'a charset behind 30 other parameters',
    '{"userName":"u"}',
    { 'Content-Type': `application/scim+json${'; a=b'.repeat(30)}; charset=utf-16` },
    415,
  ],
  ['a form', 'userName=u', { 'Content-Type': 'application/x-www-form-urlencoded' }, 415],
  ['gzip', gzipSync('{"userName":"u"}'), { 'Content-Encoding': 'gzip' }, 415],
  ['more than 1 MiB', user('x'.repeat(1_048_577)), {}, 413],
];

describe.each(doorNames)('bodies through the %s door', (door) => {
  const db = useDatabase();
  const doors = useDoors(db, { deadlineMs: 1500 });

  it.each(hostile)('S34: %s', async (_, raw, headers, status) => {
    const answer = await doors.send(door, 'POST', '/Users', { raw, headers }).catch((error: Error) => error);

    // A body that is refused unread may meet a closed connection while it is still being sent; any other has its answer.
    const mayBeCut = status === 413 || status === 415;
    if (answer instanceof Error && !mayBeCut) throw answer;
    const said = answer instanceof Error ? [status, errorUrn] : [answer.status, answer.body['schemas']?.[0]];
    expect(said).toEqual([status, errorUrn]);
    const [rows] = await db.sql.query('SELECT COUNT(*) AS n FROM users');
    expect(rows).toEqual([{ n: 0 }]);
  });

  it('takes a byte order mark, tabs and line ends, and letters of every kind', async () => {
    const title = 'tab\there\r\n漢😀\u202e\u200b';

    const made = await doors.send(door, 'POST', '/Users', { raw: `\ufeff${JSON.stringify({ userName: 'u', title })}` });

    expect([made.status, made.body['title']]).toEqual([201, title]);
  });

  it('S17: without a token not a byte of the body is judged: 401 for broken JSON, at once for 1 MiB', async () => {
    const broken = await doors.send(door, 'POST', '/Users', { raw: '{', token: null });
    const large = await unfinished('POST', 1_048_576, {});

    expect(broken.status).toBe(401);
    expect(broken.headers['www-authenticate']).toBe('Bearer realm="scim"');
    expect([large.statusCode, large.headers.connection]).toEqual([401, 'close']);
  });

  it('refuses what is too large by its announced length alone, and a body that never comes by 408', async () => {
    const auth = { Authorization: `Bearer ${doors.token}`, 'Content-Type': 'application/scim+json' };

    const large = await unfinished('POST', 1_048_577, auth);
    const slow = await unfinished('POST', 100, auth);

    expect([large.statusCode, slow.statusCode]).toEqual([413, 408]);
  });

  it.each([
    [{ token: null }],
    [{ token: 'wrong' }],
    [{ token: 'x'.repeat(8000) }],
    [{ token: null, headers: { Authorization: 'Basic dTpw' } }],
    [{ token: null, headers: { Authorization: 'Bearer' } }],
    [{ token: null, headers: { Authorization: 'Bearer a b' } }],
  ])('B14: %j is 401 in the same words', async (sent) => {
    const { status, body, headers } = await doors.send(door, 'GET', '/Users', sent);

    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer realm="scim"']);
    expect(textOf(body, 'detail')).toMatch(/^The bearer token is missing, unknown, expired or revoked\. Request \S+$/);
  });

  it('takes the scheme in any case', async () => {
    const headers = { Authorization: `bearer ${doors.token}` };

    expect((await doors.send(door, 'GET', '/Users', { token: null, headers })).status).toBe(200);
  });

  /** Announces a body, sends one byte of it and waits for the answer. */
  function unfinished(method: string, length: number, headers: Record<string, string>): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const announced = { ...headers, 'Content-Length': String(length) };
      const req = request(`${doors.url(door)}/scim/v2/Users`, { method, headers: announced }, (res) => {
        res.resume();
        req.destroy();
        resolve(res);
      });
      req.on('error', reject);
      req.write('{');
    });
  }
});
