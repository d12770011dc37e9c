// Watches the ends of tokens and client secrets: told 30, 7 and 1 days before, so that nobody learns it from a directory that
// is refused. Called by the worker once an hour.
import type { Clock } from '../clock';
import { noticeOf, type NoticeDay } from '../domain/token-expiry';
import type { NewId } from '../ids';
import type { AlertDetail, AlertRow } from '../store/alert-store';
import type { Database } from '../store/database';
import type { StoredToken } from '../store/token-store';
import { closeAlert, raiseAlert, tellStage, type Cause } from './alert-step';
import { eachApart } from './apart';

/** The verbs. */
export interface TokenWatch {
  /** In all active organizations: opens `token_expiring` for each token that ends soon, mails it again, closes what is over. */
  watch(): Promise<void>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
}

const kind = 'token_expiring';

/** The service. */
export function createTokenWatch({ database, clock, newId }: Dependencies): TokenWatch {
  const tell = (organizationId: number, token: StoredToken): Promise<void> =>
    database.inTransaction(organizationId, async (stores) => {
      const at = clock.now();
      const stage = noticeOf(token.expiresAt, at);
      // Held until the end, or a revocation at this moment would find no alert to close.
      if (stage === undefined || !(await stores.tokens.holdLive(token))) return;
      const cause: Cause = { newId, kind, subjectId: token.id, detail: () => detailOf(token, stage), at };
      if (await tellStage(stores, { ...cause, stage })) return;
      await raiseAlert(stores, cause);
    });

  const close = (organizationId: number, { subjectId }: AlertRow, token: StoredToken | undefined): Promise<boolean> =>
    database.inTransaction(organizationId, (stores) =>
      closeAlert(stores, { kind, subjectId, at: endOf(token, clock.now()) }),
    );

  return {
    watch: async () => {
      const organizations = await database.acrossOrganizations((scan) => scan.organizations.list());
      const active = organizations.filter(({ status }) => status === 'active');
      await eachApart(active, async ({ organizationId }) => {
        const { tokens, open } = await database.read(organizationId, async (stores) => ({
          tokens: new Map((await stores.tokens.list()).map((token) => [token.id, token])),
          open: await stores.alerts.listOpen(kind),
        }));
        const isEnding = (token: StoredToken | undefined): boolean =>
          token?.revokedAt === null && noticeOf(token.expiresAt, clock.now()) !== undefined;
        const over = open.filter(({ subjectId }) => !isEnding(tokens.get(subjectId)));
        await eachApart(over, async (row) => void (await close(organizationId, row, tokens.get(row.subjectId))));
        await eachApart([...tokens.values()].filter(isEnding), (token) => tell(organizationId, token));
      });
    },
  };
}

function detailOf({ kind: token, label, last4, expiresAt }: StoredToken, stage: NoticeDay): AlertDetail {
  return { token, label, last4, expiresAt: expiresAt?.toISOString() ?? null, stage };
}

/** When a token stopped to work; now where nothing says so. */
function endOf(token: StoredToken | undefined, now: Date): Date {
  const end = token?.revokedAt ?? token?.expiresAt ?? now;
  return end < now ? end : now;
}
