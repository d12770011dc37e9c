// Watches each directory: too much of what it asks fails, or it asks no more. Both become alerts, and the figures behind them
// the metrics. Called by the worker twice a minute, by /metrics, and by request-history, so that all say the same.
import type { Clock } from '../clock';
import { noSubject } from '../domain/alert';
import { alertLines, cycleMs, isSilent, isWellAgain } from '../domain/entra-quarantine';
import type { NewId } from '../ids';
import type { AlertDetail } from '../store/alert-store';
import type { Database } from '../store/database';
import type { Stores } from '../store/stores';
import { closeAlert, raiseAlert } from './alert-step';
import { eachApart } from './apart';
import { countRequests, readStanding, type Standing } from './scim-standing';

/** The directory of an organization. */
export interface Measured {
  readonly slug: string;
  readonly standing: Standing;
}

/** The verbs. */
export interface ProvisioningWatch {
  /** In all active organizations: opens and closes `provisioning_failing` and `provisioning_silent`. */
  watch(): Promise<void>;
  /** The active organizations whose directory has ever asked. */
  measure(): Promise<Measured[]>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
}

const failing = { kind: 'provisioning_failing', subjectId: noSubject } as const;
const silent = { kind: 'provisioning_silent', subjectId: noSubject } as const;

/** The service. */
export function createProvisioningWatch({ database, clock, newId }: Dependencies): ProvisioningWatch {
  const eachActive = async (work: (organization: { organizationId: number; slug: string }) => Promise<void>) => {
    const organizations = await database.acrossOrganizations((scan) => scan.organizations.list());
    await eachApart(
      organizations.filter(({ status }) => status === 'active'),
      work,
    );
  };

  const watchFailures = async (organizationId: number, { standing, isEnded }: Look): Promise<void> => {
    const at = clock.now();
    if (isEnded) return void (await closing(organizationId, failing.kind, at));
    if (standing.state === 'ok') return;
    const detail = () => detailOf(standing, at);
    await database.inTransaction(organizationId, (stores) => raiseAlert(stores, { newId, ...failing, detail, at }));
  };

  const watchSilence = async (organizationId: number, { standing: { lastAt }, isMissed, isToldSilent }: Look) => {
    const at = clock.now();
    if (isMissed === isToldSilent) return;
    if (isToldSilent) return void (await closing(organizationId, silent.kind, at));
    const detail = (stores: Stores) => lastCycle(stores, lastAt as Date);
    await database.inTransaction(organizationId, (stores) =>
      raiseAlert(stores, { newId, ...silent, detail: () => detail(stores), at }),
    );
  };

  const closing = (organizationId: number, kind: Kind, at: Date): Promise<boolean> =>
    database.inTransaction(organizationId, (stores) => closeAlert(stores, { kind, subjectId: noSubject, at }));

  return {
    watch: () =>
      eachActive(async ({ organizationId }) => {
        const found = await database.read(organizationId, (stores) => look(stores, clock.now()));
        await watchFailures(organizationId, found);
        await watchSilence(organizationId, found);
      }),
    measure: async () => {
      const measured: Measured[] = [];
      await eachActive(async ({ organizationId, slug }) => {
        const standing = await database.read(organizationId, (stores) => standingOf(stores, clock.now()));
        if (standing.lastAt !== undefined) measured.push({ slug, standing });
      });
      return measured;
    },
  };
}

/** The standing as the alert has it: while that is open and has not ended, the directory is at risk. */
export async function standingOf(stores: Stores, now: Date): Promise<Standing> {
  const { standing, isToldFailing, isEnded } = await look(stores, now);
  return standing.state === 'ok' && isToldFailing && !isEnded ? { ...standing, state: 'at_risk' } : standing;
}

type Kind = typeof failing.kind | typeof silent.kind;

/** What there is to see, and what was told of it. */
interface Look {
  readonly standing: Standing;
  readonly isToldFailing: boolean;
  /** What was told about failures is over. */
  readonly isEnded: boolean;
  readonly isToldSilent: boolean;
  /** Nothing came for long from a directory that is expected to ask. */
  readonly isMissed: boolean;
}

async function look(stores: Stores, now: Date): Promise<Look> {
  const standing = await readStanding(stores, now);
  const isToldFailing = await isOpenNow(stores, failing.kind);
  const isEnded = isToldFailing && (await hasEnded(stores, standing, now));
  const isMissed = isSilent(standing.lastAt, now) && !(await isCutOff(stores));
  return { standing, isToldFailing, isEnded, isMissed, isToldSilent: await isOpenNow(stores, silent.kind) };
}

/**
 * The last cycle went well, or of two cycles next to nothing failed; one of them would not do, since between two the span
 * holds but the tail of the first. A log that was emptied by age says nothing more.
 */
async function hasEnded(stores: Stores, { state, recent, lastAt }: Standing, now: Date): Promise<boolean> {
  if (lastAt === undefined || isWellAgain(state, recent)) return true;
  if (state !== 'ok' || recent.failures >= alertLines.leastFailures) return false;
  const { requests, failures } = await countRequests(stores, new Date(now.getTime() - 2 * cycleMs));
  return requests > 0 && failures < alertLines.leastFailures;
}

async function isOpenNow(stores: Stores, kind: Kind): Promise<boolean> {
  return (await stores.alerts.listOpen(kind)).length > 0;
}

/** Whether an admin has revoked all of its credentials: then nobody expects it to ask. */
async function isCutOff(stores: Stores): Promise<boolean> {
  const credentials = (await stores.tokens.list()).filter(({ kind }) => kind !== 'api');
  return credentials.length > 0 && credentials.every(({ revokedAt }) => revokedAt !== null);
}

async function lastCycle({ requestCounts }: Stores, lastAt: Date): Promise<AlertDetail> {
  const requests = await requestCounts.countSince(new Date(lastAt.getTime() - cycleMs));
  return { lastAt: lastAt.toISOString(), requests };
}

function detailOf({ recent, recentRatio: ratio, line, state, expectedInMs }: Standing, at: Date): AlertDetail {
  const { requests, failures, failedByStatus } = recent;
  const [status, times] = [...failedByStatus].toSorted(([, a], [, b]) => b - a)[0] ?? [0, 0];
  const expectedAt = expectedInMs === null ? null : new Date(at.getTime() + expectedInMs).toISOString();
  const figures = { requests, failures, referenceFailures: recent.referenceFailures, ratio };
  return { ...figures, state, line, expectedAt, status, times };
}
