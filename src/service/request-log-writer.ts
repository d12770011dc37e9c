// Writes rows of the SCIM request log together with the promise of what may still come, and tells what a process that died
// has left unwritten (docs/adr/0010). Made by compose/web for the log of scim/request-log.
import type { Clock } from '../clock';
import type { IgnoredName } from '../domain/finding';
import type { AnsweredRequest } from '../domain/request-record';
import type { NewId } from '../ids';
import type { Log } from '../log';
import type { Database } from '../store/database';
import type { Promised } from '../store/request-log-writer-store';
import type { Scan } from '../store/scan';
import { noteSubjects } from './request-subjects';

/** The writer of one process. */
export interface RequestLogWriter {
  /** Rows and the promise that goes with them, all or none. */
  write(rows: readonly AnsweredRequest[], promise: Omit<Promised, 'written'>): Promise<void>;
  /** Says what processes have lost that were not seen for half a minute; each is told once. */
  tellLosses(): Promise<void>;
  /** Says that this process ends well. */
  close(): Promise<void>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
}

const deadMs = 30_000;
/** Open findings about the mapping of an organization; a client that sends ever new names fills no table. */
const mostFindings = 500;
/** Names of one organization in one batch. */
const mostNames = 50;
const keptMs = 90 * 24 * 60 * 60 * 1000;

/** Makes the writer. */
export function createRequestLogWriter({ database, clock, newId, log }: Dependencies): RequestLogWriter {
  const writerId = newId();

  /** Requests that changed something about when the process was last seen, and are not in the log: lost for certain. */
  const countProven = async (scan: Scan, seenAt: Date): Promise<number> => {
    const [from, until] = around(seenAt, deadMs);
    // Those of another death near by lie in both spans: each is told once.
    let proven = -(await scan.requestLogWriters.sumTold(...around(seenAt, 2 * deadMs)));
    for (const { organizationId } of await scan.organizations.list()) {
      proven += await scan.requestLogWriters.countUnlogged(organizationId, from, until);
    }
    return Math.max(0, proven);
  };

  /** What was left out becomes findings. One that is missed comes again with the next request, so a failure is only said. */
  const noteIgnored = async (organizationId: number, names: readonly Counted[]): Promise<void> => {
    try {
      await database.inTransaction(organizationId, async (stores) => {
        if ((await stores.findings.countOfMapping()) >= mostFindings) return;
        const at = clock.now();
        for (const { kind, name, times } of names) {
          await stores.findings.note(newId, { kind, userId: null, detail: { attribute: name } }, at, times);
        }
      });
    } catch (error) {
      log.warn({ error }, 'ignored attributes could not be noted');
    }
  };

  return {
    write: async (rows, promise) => {
      await database.acrossOrganizations(async (scan) => {
        await scan.requestLog.add(rows);
        await noteSubjects(scan, rows);
        await scan.requestLogWriters.keep(writerId, { ...promise, written: rows.length }, clock.now());
      });
      for (const [organizationId, names] of tally(rows)) await noteIgnored(organizationId, [...names.values()]);
    },
    tellLosses: async () => {
      const told = await database.acrossOrganizations(async (scan) => {
        const at = clock.now();
        const losses: { least: number; most: number; seenAt: Date }[] = [];
        for (const { writerId: dead, seenAt, missing } of await scan.requestLogWriters.listDead(
          new Date(at.getTime() - deadMs),
        )) {
          const least = await countProven(scan, seenAt);
          const lost = { least, most: Math.max(least, missing), seenAt };
          if (await scan.requestLogWriters.close(dead, lost, at)) losses.push(lost);
        }
        await scan.requestLogWriters.purge(new Date(at.getTime() - keptMs));
        return losses;
      });
      for (const lost of told) log.warn(lost, 'a process died and lost rows of the SCIM request log');
    },
    close: () =>
      database.acrossOrganizations(async (scan) => {
        await scan.requestLogWriters.close(writerId, { least: 0, most: 0 }, clock.now());
      }),
  };
}

function around(at: Date, ms: number): [Date, Date] {
  return [new Date(at.getTime() - ms), new Date(at.getTime() + ms)];
}

interface Counted extends IgnoredName {
  readonly times: number;
}

/** How often each name was left out, by organization. */
function tally(rows: readonly AnsweredRequest[]): Map<number, Map<string, Counted>> {
  const byOrganization = new Map<number, Map<string, Counted>>();
  for (const { organizationId, ignored } of rows) {
    for (const { kind, name } of ignored) {
      const names = byOrganization.get(organizationId) ?? new Map<string, Counted>();
      byOrganization.set(organizationId, names);
      const key = `${kind} ${name.toLowerCase()}`;
      const known = names.get(key);
      if (known === undefined && names.size >= mostNames) continue;
      names.set(key, { kind, name: known?.name ?? name, times: (known?.times ?? 0) + 1 });
    }
  }
  return byOrganization;
}
