// What the command line shows of the directory's requests: with their query while it is kept, and of its health.
import { showHealth, showRequests } from '../../src/cli/scim-command';
import { newId } from '../../src/ids';
import { createRequestHistory } from '../../src/service/request-history';
import { scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';

const dayMs = 24 * 60 * 60 * 1000;

describe('the scim verbs', () => {
  const db = useDatabase();
  const clock = testClock('2026-03-02T09:00:00Z');
  const arrange = () => {
    const said: { document: unknown; lines: readonly string[] }[] = [];
    const output = {
      result: (document: unknown, lines: readonly string[]) => void said.push({ document, lines }),
      failure: () => undefined,
      note: () => undefined,
    };
    const history = createRequestHistory({ database: db.database, clock });
    return { said, parts: { history, caller: scimCaller(db.organizationId), output } };
  };
  const add = (path: string, payload: string | null, statusCode = 200) =>
    db.database.acrossOrganizations((scan) =>
      scan.requestLog.add([
        {
          organizationId: db.organizationId,
          requestId: newId(),
          credentialId: null,
          clientRequestId: null,
          receivedAt: clock.now(),
          method: 'GET',
          path,
          subjectId: null,
          statusCode,
          scimType: null,
          decision: 'listed',
          affected: null,
          warnings: null,
          payload,
          durationMs: 5,
        },
      ]),
    );

  beforeEach(() => clock.set('2026-03-02T09:00:00Z'));

  it('show the query of a request behind its path for as long as the payload is kept', async () => {
    const { said, parts } = arrange();
    await add('/scim/v2/Users', '{"query":"filter=userName+eq+%22a%40b.example%22"}');
    await add('/scim/v2/Groups', '{"query":"a","body":"cut at its en');

    await showRequests(parts, { limit: 5 });
    clock.advance(31 * dayMs);
    await parts.history.purge();
    await showRequests(parts, { limit: 5 });

    const [kept, left] = said.map(({ lines }) => lines.join('\n'));
    expect(kept).toMatch(/200 GET {4}\/scim\/v2\/Users\?filter=userName\+eq\+%22a%40b\.example%22 {2}listed/);
    expect(kept).toMatch(/200 GET {4}\/scim\/v2\/Groups {2}listed/);
    expect(left).toMatch(/200 GET {4}\/scim\/v2\/Users {2}listed/);
    expect(JSON.stringify(said[1])).not.toContain('b.example');
  });

  it('say of the health what the log lacks, and nothing where it lacks nothing', async () => {
    const { said, parts } = arrange();
    await add('/scim/v2/Users', null, 500);

    await showHealth(parts, 24);
    await db.database.acrossOrganizations(async ({ requestLogWriters }) => {
      await requestLogWriters.keep('w', { promised: 9, written: 1, dropped: 2 }, clock.now());
      await requestLogWriters.close('w', { least: 1, most: 6 }, clock.now());
    });
    await showHealth(parts, 24);

    expect(said[0]?.document).toMatchObject({ failures: 1, dropped: 0, lost_least: 0, lost_most: 0 });
    expect(said[0]?.lines.join('\n')).not.toMatch(/lost/);
    expect(said[1]?.document).toMatchObject({ dropped: 2, lost_least: 1, lost_most: 6 });
    expect(said[1]?.lines.at(-1)).toBe('Not in the log of this installation: 2 dropped, 1 to 6 lost in crashes.');
  });

  it('answer whether the directory is clear of quarantine, and say how far it is and since when it is silent', async () => {
    const { said, parts } = arrange();
    const fill = async (count: number, statusCode: number) => {
      for (let no = 0; no < count; no += 1) await add('/scim/v2/Users', null, statusCode);
    };
    await fill(16, 200);

    const clear = [await showHealth(parts, 24)];
    await fill(5, 409);
    clear.push(await showHealth(parts, 24));
    await db.sql.query(
      `INSERT INTO scim_request_log (organization_id, request_id, received_at, method, path, status_code, duration_ms)
       SELECT organization_id, UUID(), received_at, 'POST', path, 409, 1 FROM scim_request_log a JOIN (SELECT 1 FROM scim_request_log LIMIT 20) b`,
    );
    clear.push(await showHealth(parts, 24));
    clock.advance(3 * 60 * 60 * 1000);
    clear.push(await showHealth(parts, 24));

    expect(clear).toEqual([true, false, false, true]);
    const states = said.map(({ document }) => (document as { state: string }).state);
    expect(states).toEqual(['ok', 'at_risk', 'quarantine_expected', 'ok']);
    expect(said[2]?.document).toMatchObject({ failures: 425, line: 'ratio', expected_in_s: 25_835, silent: false });
    expect(said[2]?.lines.join('\n')).toMatch(
      /failed \(96\.4 % .*: quarantine expected\n[^]*4575 failures until Entra's next line; at this pace it is crossed in 7\.2 hours \(ratio\)\./,
    );
    expect(said[3]?.lines.join('\n')).toContain('The directory is silent since 2026-03-02T09:00:00.000Z.');
    expect(said[3]?.document).toMatchObject({
      silent: true,
      last_request_at: '2026-03-02T09:00:00.000Z',
      recent_ratio: 0,
    });
  });
});
