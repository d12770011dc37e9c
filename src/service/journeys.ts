// What heals journeys from MySQL alone: pages of re-plans, the watch over wake-ups that did not come, the rebuild after
// Temporal was emptied. Called by activities (pages), by temporal/relay (watch, rebuild, the worker's sign of life) and by
// the command line (rebuild).
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import { allMailBucket } from '../domain/mail';
import { isOnboardingStage } from '../domain/reminder-policy';
import type { Log } from '../log';
import type { Database } from '../store/database';
import type { Stores } from '../store/stores';
import { eachApart } from './apart';
import { rebuildAll, type Rebuilt } from './journey-rebuild';
import { deliverAgain, type Healed, journeyPage, tell } from './wake-ups';

/** The verbs. */
export interface Journeys {
  /** Tells one page of open journeys to plan again. No `after` in the answer = done. */
  replanPage(caller: Caller, args: { policyId: string; after?: string }): Promise<{ journeys: number; after?: string }>;
  /** Journeys over an hour late and mails nobody delivers get a new row; at most 1,000 journeys of an organization a pass. */
  watch(): Promise<Healed>;
  /** One row for each open journey and each open mail outside them: the server knows nothing any more. */
  rebuild(): Promise<Rebuilt>;
  /** Whether a server is the one last seen, or the first one ever. Another one has lost everything. */
  isKnown(server: { namespace: string; namespaceId: string }): Promise<boolean>;
  /** The worker's sign of life: it sees this server now. After a rebuild, never before. */
  see(server: { namespace: string; namespaceId: string; isMailFailing: boolean }): Promise<void>;
}

interface Dependencies {
  readonly database: Pick<Database, 'inTransaction' | 'acrossOrganizations'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error'>;
}

const lateMs = 3_600_000;
const dayMs = 24 * lateMs;

/** The service that keeps Temporal equal to MySQL. */
export function createJourneys({ database, clock, log }: Dependencies): Journeys {
  const organizationIds = async (): Promise<number[]> =>
    (await database.acrossOrganizations((scan) => scan.organizations.list())).map((it) => it.organizationId);
  const everywhere = async (work: (stores: Stores) => Promise<Healed>): Promise<Healed> => {
    let healed: Healed = { journeys: 0, mails: 0 };
    await eachApart(await organizationIds(), async (id) => {
      healed = sum(healed, await database.inTransaction(id, work));
    });
    return healed;
  };
  return {
    replanPage: (caller, { policyId, after }) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        const policy = await stores.policies.find(policyId);
        // A version that was replaced meanwhile has a run of its own behind it.
        if (policy?.state !== 'active' || !isOnboardingStage(policy.stage)) return { journeys: 0 };
        const journeys = await stores.journeys.listOpen('onboarding', after ?? '', journeyPage);
        await tell(stores, journeys, clock.now());
        return { journeys: journeys.length, after: journeys.length < journeyPage ? undefined : journeys.at(-1)?.id };
      }),
    watch: async () => {
      const now = clock.now();
      const isBusy = await database.acrossOrganizations((scan) => scan.mailBuckets.isDrained(allMailBucket, now));
      return everywhere((stores) => watchOne(stores, now, isBusy));
    },
    rebuild: async () => rebuildAll({ database, clock, log }, await organizationIds()),
    isKnown: async ({ namespace, namespaceId }) => {
      const before = await database.acrossOrganizations((scan) => scan.server.findByNamespace(namespace));
      return before === undefined || before.namespaceId === namespaceId;
    },
    see: (server) => database.acrossOrganizations((scan) => scan.server.see({ ...server, at: clock.now() })),
  };
}

async function watchOne(stores: Stores, now: Date, isBusy: boolean): Promise<Healed> {
  const late = new Date(now.getTime() - lateMs);
  const triedSince = new Date(now.getTime() - dayMs - lateMs);
  const journeys = isBusy ? [] : await stores.journeys.listOverdue(late, triedSince, journeyPage);
  await tell(stores, journeys, now);
  // Left alone for another hour, so that a row that waits in its lane is not written again and again.
  const ids = journeys.map((it) => it.id);
  await stores.journeys.postpone(ids, now);
  return { journeys: ids.length, mails: await deliverAgain(stores, late, now) };
}

function sum(a: Healed, b: Healed): Healed {
  return { journeys: a.journeys + b.journeys, mails: a.mails + b.mails };
}
