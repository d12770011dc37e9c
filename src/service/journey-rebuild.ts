// Everything open is given back to a Temporal that was emptied, organization by organization and, where a page fails, person
// by person: who fails is counted and logged, and nobody else has to wait for it. Called by journeys.
import type { Clock } from '../clock';
import { toAppError } from '../errors';
import type { Log } from '../log';
import type { Database } from '../store/database';
import type { OpenJourney } from '../store/journey-store';
import { isAway, tryEach } from './apart';
import { deliverAgain, type Healed, journeyPage, tell } from './wake-ups';

/** What a rebuild wrote, and what it could not. */
export interface Rebuilt extends Healed {
  /** People who could not be told, and organizations whose journeys or mails could not be read. */
  readonly failed: number;
  /** The database was away at one of them: try all of it again. */
  readonly isAway: boolean;
}

interface Dependencies {
  readonly database: Pick<Database, 'inTransaction'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error'>;
}

/** Rebuilds the organizations named. */
export async function rebuildAll(
  { database, clock, log }: Dependencies,
  organizationIds: readonly number[],
): Promise<Rebuilt> {
  const rebuilt = { journeys: 0, mails: 0, failed: 0, isAway: false };
  const note = (error: unknown, ids: { organizationId: number; userId?: string }): void => {
    rebuilt.failed += 1;
    rebuilt.isAway ||= isAway(error);
    log.error({ ...ids, error: toAppError(error) }, 'could not be given back to Temporal');
  };
  const tellThese = async (organizationId: number, journeys: readonly OpenJourney[]): Promise<void> => {
    await database.inTransaction(organizationId, (stores) => tell(stores, journeys, clock.now()));
    rebuilt.journeys += journeys.length;
  };
  const tellPage = async (organizationId: number, page: readonly OpenJourney[]): Promise<void> => {
    const [whole] = await tryEach([page], (all) => tellThese(organizationId, all));
    if (whole && isAway(whole.error)) throw whole.error;
    const failures = whole ? await tryEach(page, (one) => tellThese(organizationId, [one])) : [];
    for (const { item, error } of failures) note(error, { organizationId, userId: item.userId });
  };
  const tellAll = async (organizationId: number): Promise<void> => {
    for (let after: string | undefined = ''; after !== undefined;) {
      const page: OpenJourney[] = await listPage(database, organizationId, after);
      await tellPage(organizationId, page);
      after = page.length < journeyPage ? undefined : page.at(-1)?.id;
    }
  };
  const queueMails = async (organizationId: number): Promise<void> => {
    const now = clock.now();
    rebuilt.mails += await database.inTransaction(organizationId, (stores) => deliverAgain(stores, now, now));
  };
  // All journeys before any mail: one organization that is too large twice in a row would look like a database that is away.
  const parts = [tellAll, queueMails].flatMap((work) => organizationIds.map((id) => ({ id, work })));
  const failures = await tryEach(parts, ({ id, work }) => work(id));
  for (const { item, error } of failures) note(error, { organizationId: item.id });
  return rebuilt;
}

function listPage(database: Dependencies['database'], organizationId: number, after: string): Promise<OpenJourney[]> {
  return database.inTransaction(organizationId, (stores) => stores.journeys.listOpen('onboarding', after, journeyPage));
}
