// Alerts as people see them: listed, read for their mail, and reviewed by the hour. What opens and closes them stands in
// alert-step, inside the transactions of their facts. Called by the command line, the worker and the composer of their mail.
import type { Clock } from '../clock';
import { alertEnd, alertKinds, alertRules, noSubject, type AlertFacts } from '../domain/alert';
import type { Caller } from '../domain/caller';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { AlertRow } from '../store/alert-store';
import type { Database } from '../store/database';
import type { Organization } from '../store/organization-store';
import type { Stores } from '../store/stores';
import { closeIfNoneIsUnknown, closeIfNothingIsParked, raiseAlert } from './alert-step';
import { readFacts } from './alert-facts';
import { eachApart } from './apart';
import { reviewPool } from './pool-alerts';

/** An alert with what it says. */
export interface ReadAlert {
  readonly id: string;
  readonly subjectId: string;
  readonly isImportant: boolean;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
  readonly facts: AlertFacts;
}

/** An alert about to be mailed, and whose words it is told in. */
export interface AlertLetter {
  readonly alert: ReadAlert;
  readonly organization: Pick<Organization, 'slug' | 'name' | 'productName' | 'timeZone' | 'locale'>;
}

/** The verbs. */
export interface Alerts {
  /** Newest first, a hundred at most: the open ones, or all. */
  list(caller: Caller, options: { readonly isAll: boolean }): Promise<ReadAlert[]>;
  /** One alert for its mail. @throws bug when there is none */
  read(organizationId: number, alertId: string): Promise<AlertLetter>;
  /**
   * In all organizations: ends events that are seven days old, and compares pools, mails and parked work with their alerts,
   * so that what no transaction of ours changed (a term that ends, an update of the product) is told within the hour.
   */
  review(): Promise<void>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
}

const most = 100;

/** The service of alerts. */
export function createAlerts({ database, clock, newId }: Dependencies): Alerts {
  const endEvents = (organizationId: number): Promise<void> =>
    database.inTransaction(organizationId, async (stores) => {
      for (const kind of alertKinds.filter((it) => alertRules[it].isEvent)) {
        for (const row of await stores.alerts.listOpen(kind)) {
          const end = alertEnd(row, clock.now());
          if (end !== null) await stores.alerts.close(row.id, end);
        }
      }
    });

  const reviewPools = async (organizationId: number): Promise<void> => {
    const pools = await database.read(organizationId, (stores) => stores.pools.listKinds());
    for (const { id } of pools) {
      await database.inTransaction(organizationId, async (stores) => {
        await stores.licenses.lockPools([id]);
        await reviewPool(stores, id, { newId, at: clock.now() });
      });
    }
  };

  const reviewRest = (organizationId: number): Promise<void> =>
    database.inTransaction(organizationId, async (stores) => {
      const at = clock.now();
      if ((await stores.mails.countUnknown()) === 0) await closeIfNoneIsUnknown(stores, at);
      else await raiseAlert(stores, { newId, kind: 'mail_unknown', subjectId: noSubject, detail: () => ({}), at });
      await reviewParked(stores, newId, at);
    });

  return {
    list: ({ organizationId }, { isAll }) =>
      database.read(organizationId, async (stores) => {
        const now = clock.now();
        const rows = await stores.alerts.list(isAll, most);
        const shown = rows.map((row) => ({ ...row, closedAt: alertEnd(row, now) }));
        const wanted = shown.filter(({ closedAt }) => isAll || closedAt === null);
        const read: ReadAlert[] = [];
        for (const row of wanted) read.push(await toRead(stores, row, now));
        return read;
      }),
    read: (organizationId, alertId) =>
      database.read(organizationId, async (stores) => {
        const row = await stores.alerts.find(alertId);
        if (row === undefined) throw new AppError('bug', { what: 'an alert that is mailed is not there' });
        return { alert: await toRead(stores, row, clock.now()), organization: await stores.organization.get() };
      }),
    review: async () => {
      const organizations = await database.acrossOrganizations((scan) => scan.organizations.list());
      const active = organizations.filter(({ status }) => status === 'active');
      await eachApart(active, async ({ organizationId }) => {
        await endEvents(organizationId);
        await reviewPools(organizationId);
        await reviewRest(organizationId);
      });
    },
  };
}

async function reviewParked(stores: Stores, newId: NewId, at: Date): Promise<void> {
  const [newest] = (await stores.parked.list(most)).toReversed();
  const kind = 'work_parked';
  if (newest === undefined) await closeIfNothingIsParked(stores, at);
  else {
    const { topic, error } = newest;
    await raiseAlert(stores, { newId, kind, subjectId: noSubject, detail: () => ({ topic, error }), at });
  }
}

async function toRead(stores: Stores, row: AlertRow, now: Date): Promise<ReadAlert> {
  const { id, kind, subjectId, openedAt, closedAt } = row;
  const { isImportant } = alertRules[kind];
  return { id, subjectId, isImportant, openedAt, closedAt, facts: await readFacts(stores, row, now) };
}
