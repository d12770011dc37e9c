// Fills an installation with the demo organization: the story of demo-story, told through the real services with a clock
// that moves, so that history, counts, seats and audit are what the product itself writes. Called by cli/demo-command.
import type { IncomingEvent } from '../domain/activity';
import { systemCaller, type Caller } from '../domain/caller';
import { instantText } from '../domain/instant';
import type { UserProfile } from '../domain/user';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { ToldMail } from '../store/demo-store';
import type { Adoption } from './adoption';
import type { DemoPerson } from './demo-people';
import { tellStory, type DemoMoment } from './demo-story';
import type { Ingestion } from './ingestion';
import type { LicenseSwitch } from './license-switch';
import type { Provisioning } from './provisioning';
import type { Reports } from './reports';
import type { Snapshots } from './snapshots';

/** A clock that stands where the story is. */
export interface StoryClock {
  now(): Date;
  /** undefined = the machine's time again. */
  set(at: Date | undefined): void;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: StoryClock;
  readonly newId: NewId;
  readonly provisioning: Provisioning;
  /** Provisioning without any license rule: people who never had a seat. */
  readonly withoutSeats: Provisioning;
  /** Takes the seat of a user away, as an admin does. */
  readonly release: LicenseSwitch['release'];
  readonly ingestion: Ingestion;
  readonly adoption: Adoption;
  readonly snapshots: Snapshots;
  readonly reports: Reports;
}

const organization = { name: 'Alder & Finch', productName: 'Enpass', timeZone: 'Europe/Berlin', locale: 'en' };
const historyDays = 100;
const dayMs = 86_400_000;

/** The demo. */
export function createDemo(deps: Dependencies) {
  const { database, clock, newId } = deps;

  /** Empties the installation. @throws row.conflict when it holds anything but a demo */
  const empty = (): Promise<void> =>
    database.acrossOrganizations(async (scan) => {
      if (!(await scan.demo.isDemo())) throw new AppError('row.conflict');
      await scan.demo.empty();
    });

  /** Tells the story into a fresh organization; `note` hears how far it is. */
  const fill = async (organizationId: number, note: (line: string) => void): Promise<void> => {
    const now = new Date();
    const caller = systemCaller(organizationId, 'demo');
    await furnish(organizationId, now);
    note('Telling a hundred days of a rollout …');
    const mails = await tell(deps, { ...caller, actor: { kind: 'scim', id: null } }, tellStory(now));
    clock.set(undefined);
    await database.inTransaction(organizationId, async (stores) => {
      const episodes = await stores.demo.listEpisodes();
      const ids = () => ({ mailId: newId(), reminderId: newId() });
      await stores.demo.addMails(
        mails.map((mail) => ({ ...mail, ...ids(), episode: episodes.get(mail.userId) ?? newId() })),
      );
      await stores.demo.closeOutbox(now);
    });
    note('Building the snapshots of every day …');
    await deps.adoption.rebuildCounts(organizationId);
    await deps.snapshots.take(caller, { nominalAt: now });
    await deps.reports.requestRun(caller, 'users-and-adoption');
  };

  const furnish = (organizationId: number, now: Date): Promise<void> =>
    database.inTransaction(organizationId, async (stores) => {
      await stores.organization.save(organization);
      await stores.organization.pauseMail(now);
      await stores.settings.save('demo', true, null, now);
      await stores.settings.save('setup_url', 'https://demo.example/setup', null, now);
      await stores.settings.save('quick_start_url', 'https://demo.example/quick-start', null, now);
      await stores.demo.begin(new Date(now.getTime() - historyDays * dayMs));
    });

  return { empty, fill };
}

/** A mail of the story; its ids and its episode are known when the story has been told. */
type StoryMail = Pick<ToldMail, 'userId' | 'address' | 'locale' | 'step' | 'at'>;

interface Known {
  readonly userId: string;
  readonly person: DemoPerson;
}

/** Walks through the story; events go in batches, at the latest at the end of their day. Answers the mails of the story. */
async function tell(deps: Dependencies, caller: Caller, story: readonly DemoMoment[]): Promise<StoryMail[]> {
  const people = new Map<string, Known>();
  const mails: StoryMail[] = [];
  const waiting: IncomingEvent[] = [];
  for (const moment of story) {
    if (endsBatch(moment, waiting)) await deps.ingestion.ingest(caller, { source: 'demo', events: waiting.splice(0) });
    deps.clock.set(moment.at);
    if (moment.kind === 'join') {
      people.set(moment.person.userName, await join(deps, caller, moment));
      continue;
    }
    const known = people.get(moment.userName) as Known;
    if (moment.kind === 'event') waiting.push(toEvent(moment, known, waiting.length));
    else if (moment.kind === 'invited' || moment.kind === 'reminded') mails.push(toMail(moment, known));
    else await end(deps, caller, moment.kind, known.userId);
  }
  if (waiting.length > 0) await deps.ingestion.ingest(caller, { source: 'demo', events: waiting });
  return mails;
}

/** A batch ends with its day, when it is full, and before an account or a seat ends. */
function endsBatch({ kind, at }: DemoMoment, waiting: readonly IncomingEvent[]): boolean {
  const last = waiting.at(-1);
  if (last === undefined) return false;
  const isNextDay = last.occurredAt.slice(0, 10) !== instantText(at).slice(0, 10);
  return isNextDay || waiting.length === 400 || kind === 'release' || kind === 'deactivate' || kind === 'remove';
}

async function join(
  deps: Dependencies,
  caller: Caller,
  { person, withSeat }: Extract<DemoMoment, { kind: 'join' }>,
): Promise<Known> {
  const service = withSeat ? deps.provisioning : deps.withoutSeats;
  const { id } = await service.createUser(caller, profileOf(person));
  return { userId: id, person };
}

async function end(
  deps: Dependencies,
  caller: Caller,
  kind: 'release' | 'deactivate' | 'remove',
  userId: string,
): Promise<void> {
  if (kind === 'release') await deps.release(caller, userId);
  else if (kind === 'remove') await deps.provisioning.removeUser(caller, userId, { ifMatch: undefined });
  else
    await deps.provisioning.changeUser(caller, userId, (profile) => ({ ...profile, active: false }), {
      ifMatch: undefined,
    });
}

function toEvent(
  { at, event }: Extract<DemoMoment, { kind: 'event' }>,
  { userId }: Known,
  index: number,
): IncomingEvent {
  return {
    eventId: `${userId}-${event.type}-${at.getTime()}-${index}`,
    type: event.type,
    occurredAt: instantText(at),
    user: { id: userId, externalId: null, email: null },
    device: event.device,
    launchId: `${userId.slice(-12)}-${event.launch}`,
    data: {},
  };
}

function toMail(moment: Extract<DemoMoment, { kind: 'invited' | 'reminded' }>, { userId, person }: Known): StoryMail {
  const step = moment.kind === 'reminded' ? { stage: moment.stage, stepNo: moment.step } : undefined;
  return { userId, address: person.userName, locale: person.locale, step, at: moment.at };
}

function profileOf(person: DemoPerson): UserProfile {
  return {
    userName: person.userName,
    externalId: null,
    active: true,
    displayName: `${person.givenName} ${person.familyName}`,
    givenName: person.givenName,
    familyName: person.familyName,
    title: person.title,
    department: person.department,
    costCenter: null,
    employeeNumber: null,
    managerRaw: person.manager,
    locale: person.locale,
    timeZone: person.timeZone,
    extra: {},
    values: [
      { attribute: 'emails', type: 'work', value: person.userName, isPrimary: true, display: null, extra: null },
      {
        attribute: 'addresses',
        type: 'work',
        value: null,
        isPrimary: true,
        display: null,
        extra: { country: person.country },
      },
    ],
  };
}
