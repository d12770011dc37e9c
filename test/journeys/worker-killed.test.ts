// The worker dies by SIGKILL at its worst moments, one after another; the one that is left must bring everything to a good
// end: no mail twice, no claim open, no file half there (docs/guarantees.md).
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sha256OfFile } from '../../src/files';
import { entraClient } from '../support/entra-client';
import { useProduct } from '../support/product';

/** A heartbeat is missed after 10 s; an outbox row's lease ends after 30 s. */
const healMs = 60_000;
/** A report's heartbeat is missed after 60 s. */
const rebuildMs = 120_000;

describe('a killed worker', () => {
  const product = useProduct({ smtp: true, roles: ['web'], environment: { MAIL_RATE: '100' } });
  const directory = entraClient(product);
  const people: Record<string, string> = {};
  const exits: unknown[] = [];
  let filesAtDeath: string[] = [];
  let runId = '';

  beforeAll(async () => {
    exits.push(await dieAt('report.beforeRename=kill', askForReport));
    filesAtDeath = reportFiles();
    // The alert of a mail of unknown fate would be the first mail of the next worker, and die in the place of an invitation.
    await product.rows("UPDATE admins SET status = 'removed'");
    exits.push(await dieAt('mail.afterClaim=kill', () => hire('claimed@example.com')));
    exits.push(await dieAt('mail.afterAccept=kill', () => hire('accepted@example.com')));
    exits.push(await dieAt('relay.beforeMark=kill', () => hire('relayed@example.com')));
    await hire('committed@example.com');
    exits.push(await dieAt('tx.afterCommit=kill@20', async () => undefined));
    await product.worker.start();
    await product.uptake('policy', 'set', 'activation', ...'--first PT1S --repeat PT3S --max 1'.split(' '), ...always);
  }, 120_000);

  test('dies at each point it was given', () => {
    const killed = { code: null, signal: 'SIGKILL' };

    expect(exits).toEqual([killed, killed, killed, killed, killed]);
  });

  test('after the claim: the mail is unknown, was never sent, and the journey goes on', async () => {
    const status = await settled('claimed@example.com');
    const kinds = await kindsAfterReminder('claimed@example.com');

    expect(status).toBe('unknown');
    expect(kinds).toEqual(['reminder']);
  });

  test('after the 250: the mail is unknown, was sent once, and the journey goes on', async () => {
    const status = await settled('accepted@example.com');
    const kinds = await kindsAfterReminder('accepted@example.com');

    expect(status).toBe('unknown');
    expect(kinds).toEqual(['invitation', 'reminder']);
  });

  test('between the call and its mark: the call is made again and nothing happens twice', async () => {
    const status = await settled('relayed@example.com');
    const kinds = await kindsAfterReminder('relayed@example.com');
    const attempts = await product.until(
      'every outbox row is told',
      async () => {
        const rows = await product.rows<{ told: number; attempts: number }>(
          'SELECT dispatched_at IS NOT NULL AS told, attempts FROM outbox',
        );
        return rows.every(({ told }) => told === 1) && rows.map((row) => row.attempts);
      },
      healMs,
    );

    expect(status).toBe('sent');
    expect(kinds).toEqual(['invitation', 'reminder']);
    expect(Math.max(...attempts)).toBeGreaterThan(1);
  });

  test('behind a commit: what was committed has its consequence, once', async () => {
    const status = await settled('committed@example.com');
    const kinds = await kindsAfterReminder('committed@example.com');

    expect(['sent', 'unknown']).toContain(status);
    expect(kinds.filter((kind) => kind === 'invitation').length).toBeLessThanOrEqual(1);
    expect(status === 'unknown' || kinds.includes('invitation')).toBe(true);
    expect(kinds.at(-1)).toBe('reminder');
  });

  test(
    'before the rename: no file was to be seen, and the run ends with files that are what their digests say',
    async () => {
      const files = await product.until(
        'the run has succeeded',
        async () => {
          const [run] = await product.rows<{ status: string }>('SELECT status FROM report_runs WHERE id = ?', [runId]);
          if (run?.status !== 'succeeded') return undefined;
          return product.rows<{ path: string; digest: string }>(
            'SELECT storage_path AS path, content_sha AS digest FROM report_artifacts WHERE run_id = ?',
            [runId],
          );
        },
        rebuildMs,
      );

      const digests = await Promise.all(files.map(({ path }) => sha256OfFile(path)));
      expect(filesAtDeath).toEqual([]);
      expect(files).toHaveLength(3);
      expect(digests).toEqual(files.map(({ digest }) => digest));
    },
    rebuildMs + 10_000,
  );

  test('leaves no claim open, and nobody has got a mail twice', async () => {
    const sending = await product.rows("SELECT id FROM mails WHERE status = 'sending'");
    const mails = await product.mailbox.list();

    expect(sending).toEqual([]);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(mails.length);
    expect(new Set(mails.map(({ to, kind }) => `${kind} to ${to}`)).size).toBe(mails.length);
  });

  const always = ['--window', 'always', '--cap', 'off'];

  /** Starts a worker with a fault, gives it what it will die of, and waits until it has. */
  async function dieAt(faults: string, cause: () => Promise<unknown>): Promise<unknown> {
    await product.worker.start({ FAULTS: faults });
    await cause();
    return product.worker.ended();
  }

  async function hire(userName: string): Promise<void> {
    people[userName] = (await directory.create({ userName, givenName: 'Robin', familyName: 'Falk' })).id;
  }

  async function askForReport(): Promise<void> {
    runId = (await product.uptake<{ run_id: string }>('report', 'run', 'users-and-adoption')).run_id;
  }

  function reportFiles(): string[] {
    const folder = join(product.dataDir, 'reports');
    return existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith('.part')) : [];
  }

  /** The final state of somebody's invitation. */
  function settled(address: string): Promise<string> {
    return product.until(
      `the invitation to ${address} is settled`,
      async () => {
        const [mail] = await product.rows<{ status: string }>(
          "SELECT status FROM mails WHERE user_id = ? AND kind = 'invitation'",
          [people[address]],
        );
        return mail && !['pending', 'sending'].includes(mail.status) && mail.status;
      },
      healMs,
    );
  }

  /** Everything somebody got, once the reminder behind the invitation is there. */
  async function kindsAfterReminder(address: string): Promise<string[]> {
    const kindsOf = (mails: readonly { to: string; kind: string }[]) =>
      mails.filter(({ to }) => to === address).map(({ kind }) => kind);
    const mails = await product.mailbox.waitFor((found) => kindsOf(found).includes('reminder'), healMs);
    return kindsOf(mails);
  }
});
