// POST events over HTTP: what a batch answers, what of an event is refused with which code, and bodies of every bad kind.
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { anApi, anApiToken } from '../support/api';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { addPeople } from '../support/people';

describe('the events endpoint', () => {
  const db = useDatabase();
  const clock = testClock('2026-03-02T09:00:00Z');
  const path = '/api/v1/events/';
  const event = (over: object = {}) => ({
    event_id: 'e-1',
    type: 'app.opened',
    occurred_at: '2026-03-02T09:59:00.123456+01:00',
    user: { email: 'user-1@example.com' },
    ...over,
  });
  const arrange = async () => {
    await addPeople(db.sql, db.organizationId, [{ name: 'user-1', since: '2026-01-05 08:00:00.000000' }]);
    const token = await anApiToken(db, db.organizationId, ['Event Ingestion']);
    const api = anApi(db, clock);
    const post = (body?: string | Buffer | object, type = 'application/json') =>
      request(api).post(path).set('Authorization', `Bearer ${token}`).set('Content-Type', type).send(body);
    return { api, token, post };
  };
  const kept = async () => ((await db.sql.query('SELECT event_id FROM activity_events'))[0] as object[]).length;

  it('answers each event in its place, and the sums', async () => {
    const { post } = await arrange();
    const events = [
      event(),
      event(),
      event({ event_id: 'e-2', user: { external_id: 'nobody' } }),
      event({ type: 'item.viewed' }),
    ];

    const { status, body, headers } = await post({ source: 'desktop-app', events });

    expect(status).toBe(202);
    expect(headers['content-type']).toBe('application/json');
    expect(body).toEqual({
      results: [
        { index: 0, event_id: 'e-1', status: 'accepted', code: null },
        { index: 1, event_id: 'e-1', status: 'duplicate', code: null },
        { index: 2, event_id: 'e-2', status: 'quarantined', code: 'unknown_user' },
        { index: 3, event_id: 'e-1', status: 'rejected', code: 'bad_type' },
      ],
      accepted: 1,
      duplicate: 1,
      quarantined: 1,
      rejected: 1,
    });
    const [rows] = await db.sql.query('SELECT CAST(occurred_at AS CHAR) AS at FROM activity_events');
    expect(rows).toEqual([{ at: '2026-03-02 08:59:00.123456' }]);
  });

  const device = { id: 'laptop', platform: 'macOS' };
  it.each([
    ['bad_type', { type: 'vault.opened' }],
    ['bad_type', { type: 7, secret: 'x' }],
    ['unknown_field', { url: 'https://bank.example.com' }],
    ['unknown_field', { data: { item: 'Bank' } }],
    ['unknown_field', { type: 'item.added', data: { is_sample: true, title: 'Bank' } }],
    ['unknown_field', { user: { email: 'user-1@example.com', name: 'User' } }],
    ['unknown_field', { device: { ...device, ip: '10.0.0.1' } }],
    ['unknown_field', JSON.parse('{"__proto__": {"admin": true}}') as object],
    ['bad_time', { occurred_at: '2026-03-02T09:00:00' }],
    ['bad_time', { occurred_at: '2026-02-30T09:00:00Z' }],
    ['bad_time', { occurred_at: 1772442000 }],
    ['too_old', { occurred_at: '2024-01-01T00:00:00Z' }],
    ['bad_field', { event_id: '' }],
    ['bad_field', { event_id: 'e'.repeat(129) }],
    ['bad_field', { event_id: 'naïve' }],
    ['bad_field', { user: {} }],
    ['bad_field', { user: { email: null } }],
    ['bad_field', { launch_id: 'l'.repeat(65) }],
    ['bad_field', { type: 'device.registered' }],
    ['bad_field', { type: 'hub.shared_vaults', device, data: { managed: -1 } }],
    ['bad_field', { type: 'hub.shared_vaults', device, data: { managed: 1.5 } }],
    ['bad_field', { type: 'autofill.used', data: { surface: 'toaster' } }],
    ['bad_field', { device: { ...device, platform: 'BeOS' } }],
  ])('refuses an event with %s: %j', async (code, over) => {
    const { post } = await arrange();
    const odd = { ...event(), ...over };
    Object.defineProperty(odd, 'self', { value: undefined, enumerable: false });
    const text = `{"source":"s","events":[${JSON.stringify(odd).replace(/}$/, protoOf(over))}]}`;

    const { status, body } = await post(text);

    expect([status, body.results[0].status, body.results[0].code]).toEqual([202, 'rejected', code]);
    expect(await kept()).toBe(0);
  });

  /** The member that a spread leaves behind. */
  function protoOf(over: object): string {
    return Object.hasOwn(over, '__proto__') ? ',"__proto__":{"admin":true}}' : '}';
  }

  it('takes what each type may say', async () => {
    const { post } = await arrange();
    const events = [
      event({ event_id: 'a', type: 'item.added', data: { is_sample: false } }),
      event({ event_id: 'b', type: 'autofill.used', data: { surface: 'mobile' }, launch_id: null, device: null }),
      event({ event_id: 'c', type: 'hub.shared_vaults', device, data: { managed: 2 } }),
      event({ event_id: 'd', type: 'device.updated', device: { ...device, name: 'Ada’s 💻', app_version: '6.11' } }),
      event({ event_id: 'e', data: {} }),
      event({ event_id: 'f', data: null }),
    ];

    const { body } = await post({ source: 's', events });

    expect(body).toMatchObject({ accepted: 6, rejected: 0 });
  });

  it('inflates gzip, up to 5 MiB', async () => {
    const { api, token } = await arrange();
    const send = (body: Buffer) =>
      request(api)
        .post(path)
        .set({ Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
        .serialize((it) => it as unknown as string)
        .send(body);

    const good = await send(gzipSync(JSON.stringify({ source: 's', events: [event()] })));
    const bomb = await send(gzipSync(Buffer.alloc(5 * 1_048_576 + 1, ' ')));
    const broken = await send(Buffer.from('not gzip at all'));

    expect([good.status, good.body.accepted]).toEqual([202, 1]);
    expect([bomb.status, bomb.body.code]).toEqual([413, 'too_large']);
    expect([broken.status, broken.body.code]).toEqual([400, 'invalid_request']);
  });

  const deep = (depth: number): string => `{"source":"s","events":[${'['.repeat(depth)}${']'.repeat(depth)}]}`;
  it.each([
    [400, 'no JSON', '{"source":'],
    [400, 'bytes behind the end', '{"source":"s","events":[]} x'],
    [400, 'a byte order mark', '\uFEFF{"source":"s","events":[]}'],
    [400, 'no object', '[]'],
    [400, 'no list', '{"source":"s","events":{}}'],
    [400, 'no source', '{"events":[]}'],
    [400, 'a source beyond ASCII', '{"source":"ü","events":[]}'],
    [400, 'an unknown member', '{"source":"s","events":[],"debug":true}'],
    [400, 'an array 500,000 deep', deep(500_000)],
    [400, 'an array 33 deep', deep(33)],
    [400, '100,001 values', `{"source":"s","events":[${'1,'.repeat(100_001)}1]}`],
    [400, 'a NUL', '{"source":"s","events":["\\u0000"]}'],
    [400, 'a lone surrogate', '{"source":"s","events":["\\ud800"]}'],
    [400, 'a control character in a key', '{"source":"s","events":[{"a\\u0007":1}]}'],
    [400, 'nothing', ''],
    [413, '501 events', JSON.stringify({ source: 's', events: Array(501).fill(1) })],
    [413, 'more than 1 MiB', `{"source":"s","events":["${'x'.repeat(1_048_576)}"]}`],
  ])('answers %i to %s, and takes nothing', async (expected, _, body) => {
    const { post } = await arrange();

    const answer = await post(body);

    expect(answer.status).toBe(expected);
    expect(answer.body).toEqual({
      error: true,
      code: expected === 400 ? 'invalid_request' : 'too_large',
      description: expect.any(String),
    });
    expect(await kept()).toBe(0);
  });

  it('takes up to 1 MiB, and says so when a chunked body grows beyond', async () => {
    const { api, token } = await arrange();
    const chunked = request(api)
      .post(path)
      .set({ Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' });
    for (let part = 0; part < 20; part += 1) chunked.write(' '.repeat(65_536));

    const { status, body } = await chunked.then(
      (it) => it,
      (error: { code?: string }) => ({ status: 0, body: { code: error.code } }),
    );

    expect([
      [413, 'too_large'],
      [0, 'EPIPE'],
      [0, 'ECONNRESET'],
    ]).toContainEqual([status, body.code]);
  });

  it('takes JSON in UTF-8 alone', async () => {
    const { post, api, token } = await arrange();
    const body = JSON.stringify({ source: 's', events: [] });

    const statuses = [
      await post(body, 'text/plain'),
      await post(body, 'application/json; charset=utf-16'),
      await post(Buffer.from([0x7b, 0xff, 0x7d]).toString('latin1'), 'application/json; charset=utf-8'),
      await request(api)
        .post(path)
        .set({ Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'Content-Encoding': 'br' })
        .send(body),
    ].map(({ status, body: answer }) => [status, answer.code]);

    expect(statuses).toEqual([
      [415, 'unsupported_type'],
      [415, 'unsupported_type'],
      [400, 'invalid_request'],
      [415, 'unsupported_type'],
    ]);
    expect((await post(body, 'application/json; charset=UTF-8')).status).toBe(202);
  });

  it('is a 403 for another scope', async () => {
    const { api } = await arrange();
    const token = await anApiToken(db, db.organizationId, ['Onboarding & Adoption']);

    const { status, body } = await request(api).post(path).set('Authorization', `Bearer ${token}`).send({});

    expect([status, body.code]).toEqual([403, 'scope_missing']);
  });
});
