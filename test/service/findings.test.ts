// Findings about a mapping: what requests left out is counted per name, through the SCIM door and the writer of its log.
import { PassThrough } from 'node:stream';
import { listFindings, resolveFinding } from '../../src/cli/finding-command';
import { createOutput } from '../../src/cli/output';
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { createFindings } from '../../src/service/findings';
import { createRequestLogWriter } from '../../src/service/request-log-writer';
import { idOf, useDoors } from '../scim/doors';
import { useDatabase } from '../support/database';
import { quietLog, rowsOf } from '../support/reports';

describe('findings of a mapping', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const findings = () => createFindings({ database: db.database, clock: doors.clock });
  const caller = () => systemCaller(db.organizationId, 'test');

  /** What the doors have answered so far, written as the product writes it. */
  async function keep(): Promise<void> {
    await doors.flush();
    const { clock, rows } = doors;
    const writer = createRequestLogWriter({ database: db.database, clock, newId, log: quietLog });
    await writer.write(rows.splice(0), { promised: 0, dropped: 0 });
    await writer.close();
  }

  it('are one for each unknown name, with the number of requests that had it', async () => {
    for (const userName of ['a', 'b', 'c']) {
      await doors.send('hot', 'POST', '/Users', {
        body: { userName, nickname2: 'x', emails: [{ type: 'work', value: `${userName}@example.com`, color: 'red' }] },
      });
    }
    await keep();
    await doors.send('app', 'POST', '/Users', { body: { userName: 'd@example.com', NickName2: 'y' } });
    await keep();

    const found = await findings().list(caller(), { limit: 10 });
    expect(found.map(({ kind, detail, seen, userId }) => [kind, detail, seen, userId])).toEqual([
      ['ignored_attribute', { attribute: 'nickname2' }, 4, null],
      ['ignored_attribute', { attribute: 'emails.color' }, 3, null],
    ]);
  });

  it('name the path of a PATCH without the values in it', async () => {
    const id = idOf(await doors.send('hot', 'POST', '/Users', { body: { userName: 'a@example.com' } }));
    const Operations = [
      { op: 'replace', path: 'pets[name eq "ada@example.com"].color', value: 'red' },
      { op: 'replace', path: 'displayName', value: 'A' },
    ];
    const patched = await doors.send('hot', 'PATCH', `/Users/${id}`, { body: { Operations } });
    await keep();

    const [finding] = await findings().list(caller(), { limit: 10 });
    expect(patched.status).toBe(200);
    expect(finding).toMatchObject({ kind: 'ignored_patch', detail: { attribute: 'pets[…].color' }, seen: 1 });
  });

  it('stop at a limit, whatever a client sends', async () => {
    for (let no = 0; no < 14; no += 1) {
      const odd = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`odd${no}x${index}`, 1]));
      await doors.send('hot', 'POST', '/Users', { body: { userName: `u${no}@example.com`, ...odd } });
      await keep();
    }

    const [{ n }] = (await rowsOf(db, 'SELECT COUNT(*) AS n FROM provisioning_findings')) as [{ n: number }];
    expect(n).toBe(500);
  });

  it('are listed by page and resolved from the command line; seen again they open anew', async () => {
    const send = async (name: string): Promise<void> => {
      await doors.send('hot', 'POST', '/Users', { body: { userName: `${newId()}@example.com`, [name]: 1 } });
      await keep();
    };
    await send('first');
    await send('second');
    const stdout = new PassThrough();
    const parts = { findings: findings(), caller: caller(), output: createOutput(true, stdout, new PassThrough()) };
    const printed = () => JSON.parse(String(stdout.read())) as { items: { finding_id: string; detail: object }[] };

    await listFindings(parts, { limit: 1 });
    const [first] = printed().items;
    await listFindings(parts, { limit: 1, after: first?.finding_id ?? '' });
    const [second] = printed().items;
    await resolveFinding(parts, first?.finding_id ?? '');

    expect([first?.detail, second?.detail]).toEqual([{ attribute: 'first' }, { attribute: 'second' }]);
    await expect(findings().resolve(caller(), first?.finding_id ?? '')).rejects.toMatchObject({
      code: 'finding.not_found',
    });
    await send('first');
    expect((await findings().list(caller(), { limit: 10 })).map(({ detail, seen }) => [detail, seen])).toEqual([
      [{ attribute: 'second' }, 1],
      [{ attribute: 'first' }, 1],
    ]);
    const stranger = systemCaller(db.secondOrganizationId, 'test');
    expect(await findings().list(stranger, { limit: 10 })).toEqual([]);
    await expect(findings().resolve(stranger, second?.finding_id ?? '')).rejects.toMatchObject({
      code: 'finding.not_found',
    });
  });
});
