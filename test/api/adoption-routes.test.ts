// The adoption endpoints over HTTP: the golden population byte for byte, and what as_of adds.
import request from 'supertest';
import { newId } from '../../src/ids';
import { createAdoption } from '../../src/service/adoption';
import { anApi, anApiToken } from '../support/api';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { addGoldenPopulation, afterGoldenAt, goldenAnswer, goldenAt } from '../support/golden-population';
import { addPeople } from '../support/people';

describe('the adoption endpoints', () => {
  const db = useDatabase();
  const clock = testClock();
  const path = '/api/v1/adoption/overview/';
  const arrange = async () => {
    clock.set(goldenAt);
    const golden = await addGoldenPopulation(db.sql, db.organizationId, db.poolId);
    await addPeople(db.sql, db.secondOrganizationId, [
      {
        name: 'g1-1',
        since: '2026-01-05 08:00:00.000000',
        seat: { poolId: db.secondPoolId, from: '2026-01-05 08:00:00.000000' },
      },
    ]);
    const adoption = createAdoption({ database: db.database, clock });
    await adoption.rebuildCounts(db.organizationId);
    await adoption.rebuildCounts(db.secondOrganizationId);
    const token = await anApiToken(db, db.organizationId, ['Onboarding & Adoption']);
    return { golden, adoption, token, api: anApi(db, clock) };
  };

  it('answers the example of the contract byte for byte, with and without the slash, body or not', async () => {
    const { api, token } = await arrange();

    const plain = await request(api).post(path).set('Authorization', `Bearer ${token}`);
    const bare = await request(api).post(path.slice(0, -1)).set('Authorization', `Bearer ${token}`);
    const odd = await request(api)
      .post(`${path}?as_of=yesterday`)
      .set('Authorization', `Bearer ${token}`)
      .set('Content-Type', 'application/json')
      .send('{"broken');

    expect(plain.status).toBe(200);
    expect(plain.headers['content-type']).toBe('application/json');
    expect(plain.text).toBe(goldenAnswer);
    expect(bare.text).toBe(goldenAnswer);
    expect([odd.status, odd.text]).toEqual([200, goldenAnswer]);
  });

  it('shows another organization its own numbers alone', async () => {
    const { api } = await arrange();
    const token = await anApiToken(db, db.secondOrganizationId, ['Onboarding & Adoption']);

    const { body } = await request(api).post(path).set('Authorization', `Bearer ${token}`);

    expect(body.user_onboarding_overview).toMatchObject({ total_license: 500, assigned_license: 1 });
    expect(body.enpass_active_users.total_users).toBe(0);
  });

  it('answers the example as of T also after later changes, which the overview of now shows', async () => {
    const { api, token, golden, adoption } = await arrange();
    await golden.addLaterRows();
    await adoption.rebuildCounts(db.organizationId);
    clock.set(new Date(afterGoldenAt.getTime() + 1000));

    const then = await request(api)
      .get('/api/v1/adoption/detail?as_of=2026-04-01T00:00:00%2B02:00')
      .set('Authorization', `Bearer ${token}`);
    const now = await request(api).post(path).set('Authorization', `Bearer ${token}`);

    expect(then.status).toBe(200);
    expect(JSON.stringify(then.body.overview)).toBe(goldenAnswer);
    expect(Object.keys(then.body)).toEqual(['as_of', 'known_at', 'definitions_version', 'overview', 'extra']);
    expect(then.body).toMatchObject({ as_of: '2026-03-31T22:00:00.000Z', known_at: '2026-03-31T23:00:01.000Z' });
    expect(then.body.extra).toEqual({
      over_assigned_license: 0,
      waitlisted: 0,
      never_used: 12,
      inactive_30_60: 52,
      inactive_60_90: 0,
      inactive_90_plus: 8,
    });
    expect(now.body.user_onboarding_overview).toMatchObject({ assigned_license: 418, activated_license: 352 });
  });

  it('refuses an as_of that is no instant, twice there or ahead, and members it does not know', async () => {
    const { api, token } = await arrange();
    const queries = ['as_of=yesterday', 'as_of=2026-02-30T00:00:00Z', 'as_of=2026-03-31T22:00:00', 'as_of=a&as_of=b'];

    for (const query of [...queries, 'as_of=2026-03-31T22:00:00.000001Z', 'segment=sales']) {
      const { status, body } = await request(api)
        .get(`/api/v1/adoption/detail?${query}`)
        .set('Authorization', `Bearer ${token}`);

      expect([status, body.error, body.code]).toEqual([400, true, 'invalid_request']);
      expect(Object.keys(body)).toEqual(['error', 'code', 'description']);
    }
  });

  it('answers a wrong scope with 401 on the overview and with 403 on the detail', async () => {
    const { api } = await arrange();
    const token = await anApiToken(db, db.organizationId, ['Event Ingestion']);

    const overview = await request(api).post(path).set('Authorization', `Bearer ${token}`);
    const detail = await request(api).get('/api/v1/adoption/detail').set('Authorization', `Bearer ${token}`);

    expect([overview.status, overview.body.code]).toEqual([401, 'scope_missing']);
    expect(overview.headers['www-authenticate']).toBe('Bearer');
    expect([detail.status, detail.body.code]).toEqual([403, 'scope_missing']);
  });

  it('takes thirty requests a minute from a token and refuses the next, whichever process is asked', async () => {
    const { api, token } = await arrange();
    const other = anApi(db, clock);
    const id = newId();
    for (let asked = 0; asked < 30; asked += 1) {
      const { status } = await request(asked % 2 ? api : other)
        .post(path)
        .set('Authorization', `Bearer ${token}`);
      expect(status).toBe(200);
    }
    clock.advance(20_500);

    const refused = await request(api).post(path).set('Authorization', `Bearer ${token}`).set('X-Request-Id', id);
    clock.advance(39_500);
    const free = await request(api).post(path).set('Authorization', `Bearer ${token}`);

    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
    expect(refused.headers).toMatchObject({
      'retry-after': '40',
      'ratelimit-limit': '30',
      'ratelimit-remaining': '0',
      'ratelimit-reset': '40',
      'x-request-id': id,
    });
    expect(free.status).toBe(200);
  });

  it('follows the organization setting of the limit', async () => {
    const { api, token } = await arrange();
    await db.sql.query(
      `INSERT INTO organization_settings (organization_id, setting, value_json, updated_at) VALUES (?, 'limit.adoption', '1', ?)`,
      [db.organizationId, goldenAt],
    );

    const first = await request(api).post(path).set('Authorization', `Bearer ${token}`);
    const second = await request(api).post(path).set('Authorization', `Bearer ${token}`);

    expect([first.status, second.status]).toEqual([200, 429]);
  });
});
