// Oddities of provisioning as an administrator sees them. The command line calls it; the worker closes what is over.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import type { OpenFinding } from '../domain/finding';
import { AppError } from '../errors';
import type { Database } from '../store/database';
import { eachApart } from './apart';

/** The findings. */
export interface Findings {
  /** Open ones in the order of their first sight, after the one with the id `after`. */
  list(caller: Caller, page: { readonly limit: number; readonly after?: string }): Promise<OpenFinding[]>;
  /** Closes one; the same fact seen again opens a new one. @throws finding.not_found */
  resolve(caller: Caller, findingId: string): Promise<void>;
  /** In all organizations: closes what is no longer true, as two requests at the same moment may leave it. Answers how many. */
  review(): Promise<{ readonly closed: number }>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
}

const atOnce = 500;

/** The findings. */
export function createFindings({ database, clock }: Dependencies): Findings {
  const closeOver = async (organizationId: number): Promise<number> => {
    let closed = 0;
    for (let ids: string[] | undefined; ids === undefined || ids.length === atOnce;) {
      ids = await database.read(organizationId, (stores) => stores.findings.listOver(atOnce));
      for (const id of ids) {
        await database.inTransaction(organizationId, (stores) => stores.findings.resolveOne(id, clock.now()));
        closed += 1;
      }
    }
    return closed;
  };
  return {
    list: ({ organizationId }, { limit, after }) =>
      database.read(organizationId, (stores) => stores.findings.list(limit, after)),
    resolve: (caller, findingId) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        const at = clock.now();
        if (!(await stores.findings.resolveOne(findingId, at))) throw new AppError('finding.not_found');
        const target = { targetKind: 'provisioning_finding', targetId: findingId };
        await stores.audit.add({ caller, action: 'finding.resolved', ...target, at });
      }),
    review: async () => {
      const organizations = await database.acrossOrganizations((scan) => scan.organizations.list());
      let closed = 0;
      await eachApart(organizations, async ({ organizationId }) => {
        closed += await closeOver(organizationId);
      });
      return { closed };
    },
  };
}
