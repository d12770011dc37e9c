// What heals journeys from MySQL alone: pages of re-plans, the watch over wake-ups that did not come, the rebuild after
// Temporal was emptied. Called by activities (pages) and by temporal/relay (watch, rebuild, the worker's sign of life).
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import type { OutboxEvent } from '../domain/event';
import { allMailBucket } from '../domain/mail';
import { isOnboardingStage } from '../domain/reminder-policy';
import type { Database } from '../store/database';
import type { OpenJourney } from '../store/journey-store';
import type { Stores } from '../store/stores';
import { eachApart } from './apart';

/** Rows written by one pass. */
export interface Healed {
  readonly journeys: number;
  readonly mails: number;
}

/** The verbs. */
export interface Journeys {
  /** Tells one page of open journeys to plan again. No `after` in the answer = done. */
  replanPage(caller: Caller, args: { policyId: string; after?: string }): Promise<{ journeys: number; after?: string }>;
  /** Journeys over an hour late and mails nobody delivers get a new row; at most 1,000 journeys of an organization a pass. */
  watch(): Promise<Healed>;
  /** One row for each open journey and each open mail outside them: the server knows nothing any more. */
  rebuild(): Promise<Healed>;
  /** Whether a server is the one last seen, or the first one ever. Another one has lost everything. */
  isKnown(server: { namespace: string; namespaceId: string }): Promise<boolean>;
  /** The worker's sign of life: it sees this server now. After a rebuild, never before. */
  see(server: { namespace: string; namespaceId: string; isMailFailing: boolean }): Promise<void>;
}

interface Dependencies {
  readonly database: Pick<Database, 'inTransaction' | 'acrossOrganizations'>;
  readonly clock: Clock;
}

const page = 1000;
const lateMs = 3_600_000;
const dayMs = 24 * lateMs;

/** The service that keeps Temporal equal to MySQL. */
export function createJourneys({ database, clock }: Dependencies): Journeys {
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
        const journeys = await stores.journeys.listOpen('onboarding', after ?? '', page);
        await tell(stores, journeys, clock.now());
        return { journeys: journeys.length, after: journeys.length < page ? undefined : journeys.at(-1)?.id };
      }),
    watch: async () => {
      const now = clock.now();
      const isBusy = await database.acrossOrganizations((scan) => scan.mailBuckets.isDrained(allMailBucket, now));
      return everywhere((stores) => watchOne(stores, now, isBusy));
    },
    rebuild: async () => {
      let healed: Healed = { journeys: 0, mails: 0 };
      for (const id of await organizationIds()) healed = sum(healed, await rebuildOne(database, id, clock.now()));
      return healed;
    },
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
  const journeys = isBusy ? [] : await stores.journeys.listOverdue(late, triedSince, page);
  await tell(stores, journeys, now);
  // Left alone for another hour, so that a row that waits in its lane is not written again and again.
  const ids = journeys.map((it) => it.id);
  await stores.journeys.postpone(ids, now);
  return { journeys: ids.length, mails: await deliverAgain(stores, late, now) };
}

async function rebuildOne(database: Dependencies['database'], organizationId: number, now: Date): Promise<Healed> {
  let after = '';
  let count = 0;
  for (let isDone = false; !isDone;) {
    const journeys = await database.inTransaction(organizationId, async (stores) => {
      const found = await stores.journeys.listOpen('onboarding', after, page);
      await tell(stores, found, now);
      return found;
    });
    count += journeys.length;
    after = journeys.at(-1)?.id ?? after;
    isDone = journeys.length < page;
  }
  const mails = await database.inTransaction(organizationId, (stores) => deliverAgain(stores, now, now));
  return { journeys: count, mails };
}

/** Lane 2, under the locks of the people, so that versions grow in commit order. */
async function tell(stores: Stores, journeys: readonly OpenJourney[], at: Date): Promise<void> {
  await stores.journeys.lockUsers(journeys.map((it) => it.userId));
  const rows = journeys.map(({ userId }) => ({
    event: { topic: 'JourneyStale', userId } as OutboxEvent,
    lane: 2 as const,
  }));
  await stores.outbox.add(rows, at);
}

async function deliverAgain(stores: Stores, before: Date, now: Date): Promise<number> {
  const mailIds = await stores.mails.listStuck(before, now, page);
  const rows = mailIds.map((mailId) => ({ event: { topic: 'MailQueued', mailId } as OutboxEvent, lane: 2 as const }));
  await stores.outbox.add(rows, now);
  return mailIds.length;
}

function sum(a: Healed, b: Healed): Healed {
  return { journeys: a.journeys + b.journeys, mails: a.mails + b.mails };
}
