// Oddities of provisioning as an administrator sees them. The command line calls it.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import type { OpenFinding } from '../domain/finding';
import { AppError } from '../errors';
import type { Database } from '../store/database';

/** The findings. */
export interface Findings {
  /** Open ones in the order of their first sight, after the one with the id `after`. */
  list(caller: Caller, page: { readonly limit: number; readonly after?: string }): Promise<OpenFinding[]>;
  /** Closes one; the same fact seen again opens a new one. @throws finding.not_found */
  resolve(caller: Caller, findingId: string): Promise<void>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
}

/** The findings. */
export function createFindings({ database, clock }: Dependencies): Findings {
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
  };
}
