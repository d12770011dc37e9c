// What happened in the demo organization during the last hundred days, told relative to the start. Pure: the same story
// for the same instant. Its people stand where the example of the overview wants them; no last use is 20 to 40 days old,
// so the numbers hold for days.
import type { ActivityType } from '../domain/activity';
import { createRandom, makePeople, type DemoPerson } from './demo-people';

/** What became of a group of people. Days are counted back from the start. */
interface Cohort {
  readonly people: number;
  /** Joined between these days ago. */
  readonly joined: readonly [number, number];
  readonly seat: 'kept' | 'released' | 'never';
  readonly end?: 'deactivated' | 'removed';
  readonly reached: 'nothing' | 'activated' | 'onboarded' | 'using';
  /** Last use between these days ago; without it nothing after the setup. */
  readonly lastUse?: readonly [number, number];
  readonly extension?: boolean;
  readonly autofill?: boolean;
  readonly hub?: 'authenticated' | 'lapsed';
  /** Reminders of the stage the person stands in. */
  readonly reminders?: { readonly stage: string; readonly sent: number };
}

/** One thing that happens. `at` is a UTC instant. */
export type DemoMoment =
  | { readonly kind: 'join'; readonly at: Date; readonly person: DemoPerson; readonly withSeat: boolean }
  | { readonly kind: 'event'; readonly at: Date; readonly userName: string; readonly event: DemoEvent }
  | { readonly kind: 'release' | 'deactivate' | 'remove'; readonly at: Date; readonly userName: string }
  | { readonly kind: 'invited'; readonly at: Date; readonly userName: string }
  | {
      readonly kind: 'reminded';
      readonly at: Date;
      readonly userName: string;
      readonly stage: string;
      readonly step: number;
    };

/** An app's event without its person and time. */
export interface DemoEvent {
  readonly type: ActivityType;
  readonly launch: string;
  readonly device: {
    readonly id: string;
    readonly name: string;
    readonly platform: string;
    readonly appVersion: string;
  };
}

const recent = [0, 14] as const;
const long = [45, 75] as const;
const using = { seat: 'kept', reached: 'using', joined: [62, 98] } as const;

function reminded(stage: string, counts: readonly number[], base: Omit<Cohort, 'people' | 'reminders'>): Cohort[] {
  return counts.map((people, sent) => ({ ...base, people, reminders: { stage, sent } }));
}

/** The groups; their sums are the example's numbers (docs/adoption.md). */
const cohorts: readonly Cohort[] = [
  ...reminded('activation', [40, 15, 10, 5], { joined: [26, 44], seat: 'kept', reached: 'nothing' }),
  ...reminded('app_setup', [25, 15, 7, 3], { joined: [30, 58], seat: 'kept', reached: 'activated' }),
  { people: 4, joined: [12, 14], seat: 'kept', reached: 'onboarded', reminders: { stage: 'usage', sent: 0 } },
  ...reminded('usage', [8, 5, 2, 1], { joined: [62, 90], seat: 'kept', reached: 'onboarded', lastUse: recent }),
  ...reminded('usage', [4, 2, 1, 1], { joined: [60, 80], seat: 'kept', reached: 'onboarded' }),
  ...reminded('usage', [4, 3, 3, 2], { joined: [88, 98], seat: 'kept', reached: 'onboarded', lastUse: long }),
  { ...using, people: 150, lastUse: recent, extension: true, autofill: true, hub: 'authenticated' },
  { ...using, people: 50, lastUse: recent, extension: true, hub: 'authenticated' },
  { ...using, people: 10, lastUse: recent, autofill: true, hub: 'authenticated' },
  { ...using, people: 5, lastUse: recent, autofill: true, hub: 'lapsed' },
  { ...using, people: 15, lastUse: recent },
  { ...using, people: 15, joined: [86, 98], lastUse: long, autofill: true },
  { ...using, people: 15, joined: [86, 98], lastUse: long },
  { people: 10, joined: [70, 95], seat: 'released', reached: 'using', lastUse: recent },
  { people: 2, joined: [88, 98], seat: 'released', reached: 'using', lastUse: long },
  { people: 8, joined: [88, 98], seat: 'released', reached: 'onboarded', lastUse: long },
  { people: 3, joined: [20, 60], seat: 'never', reached: 'activated' },
  { people: 22, joined: [10, 60], seat: 'never', reached: 'nothing' },
  { people: 15, joined: [80, 98], seat: 'kept', end: 'deactivated', reached: 'using', lastUse: [16, 19] },
  { people: 10, joined: [80, 98], seat: 'kept', end: 'removed', reached: 'onboarded', lastUse: [45, 60] },
];

const dayMs = 86_400_000;
const platforms = [
  ['Windows', 'LAPTOP'],
  ['macOS', 'MacBook'],
  ['iOS', 'iPhone'],
  ['Android', 'Pixel'],
] as const;

/** The story up to `now`, in order of time. */
export function tellStory(now: Date): DemoMoment[] {
  const random = createRandom(20260331);
  const people = makePeople(
    cohorts.reduce((sum, { people: count }) => sum + count, 0),
    random,
  );
  let next = 0;
  const moments = cohorts.flatMap((cohort) =>
    Array.from({ length: cohort.people }, () => tellPerson(cohort, people[next++] as DemoPerson, now, random)).flat(),
  );
  return moments.toSorted((a, b) => a.at.getTime() - b.at.getTime() || order(a) - order(b));
}

function order({ kind }: DemoMoment): number {
  return ['join', 'invited', 'event', 'reminded', 'release', 'deactivate', 'remove'].indexOf(kind);
}

type Random = () => number;

function tellPerson(cohort: Cohort, person: DemoPerson, now: Date, random: Random): DemoMoment[] {
  const { userName } = person;
  const joinedDaysAgo = between(cohort.joined, random);
  const withSeat = cohort.seat !== 'never';
  // People are provisioned in the morning, so that all that follows on the same day lies behind it.
  const joined = daysAgo(now, joinedDaysAgo, 0.27 + random() * 0.02);
  const at = (days: number): Date => daysAgo(now, days, 0.3 + random() * 0.4);
  const events = tellUse(cohort, person, joinedDaysAgo, at, random);
  const moments: DemoMoment[] = [{ kind: 'join', at: joined, person, withSeat }, ...events];
  if (withSeat) moments.push({ kind: 'invited', at: new Date(joined.getTime() + 60_000), userName });
  for (let step = 1; step <= (cohort.reminders?.sent ?? 0); step += 1) {
    moments.push({
      kind: 'reminded',
      at: at(Math.max(1, 23 - step * 7)),
      userName,
      stage: cohort.reminders?.stage ?? '',
      step,
    });
  }
  if (cohort.seat === 'released') moments.push({ kind: 'release', at: at(15), userName });
  if (cohort.end === 'deactivated') moments.push({ kind: 'deactivate', at: daysAgo(now, 15, 0.9), userName });
  if (cohort.end === 'removed') moments.push({ kind: 'remove', at: daysAgo(now, 41, 0.9), userName });
  return moments;
}

/** The setup of the app and the days of use after it. */
function tellUse(
  cohort: Cohort,
  { userName }: DemoPerson,
  joinedDaysAgo: number,
  at: (days: number) => Date,
  random: Random,
): DemoMoment[] {
  if (cohort.reached === 'nothing') return [];
  const device = deviceOf(userName, random);
  const say = (type: ActivityType, days: number, launch: string): DemoMoment => ({
    kind: 'event',
    at: at(days),
    userName,
    event: { type, launch, device },
  });
  const setup = joinedDaysAgo - 1;
  const moments = [say('license.activated', joinedDaysAgo - 0.5, 'setup')];
  if (cohort.reached === 'activated') return moments;
  moments.push(say('device.registered', setup, 'setup'), say('vault.created', setup, 'setup'));
  if (cohort.reached === 'using') moments.push(say('item.added', setup - 1, 'first'));
  if (cohort.lastUse === undefined) return moments;
  const last = between(cohort.lastUse, random);
  const first = setup - 2;
  if (cohort.extension) moments.push(say('extension.connected', first, 'extension'));
  if (cohort.autofill) moments.push(say('autofill.used', first, 'autofill'));
  if (cohort.hub !== undefined) moments.push(say('hub.authenticated', first, 'hub'));
  if (cohort.hub === 'lapsed') moments.push(say('device.removed', last, 'gone'));
  const uses = Math.max(1, Math.min(9, Math.floor((first - last) / 4)));
  for (let n = 0; n < uses; n += 1) moments.push(say('app.unlocked', last + ((first - last) * n) / uses, `use-${n}`));
  return moments;
}

function deviceOf(userName: string, random: Random): DemoEvent['device'] {
  const [platform, kind] = platforms[Math.floor(random() * platforms.length)] ?? platforms[0];
  const number = Math.floor(1000 + random() * 9000);
  return {
    id: `${userName}-${number}`,
    name: `${kind}-${number}`,
    platform,
    appVersion: random() < 0.8 ? '6.11.8' : '6.10.2',
  };
}

function between([least, most]: readonly [number, number], random: Random): number {
  return least + random() * (most - least);
}

/** An instant some days ago, at a part of that UTC day; never later than a minute before the start. */
function daysAgo(now: Date, days: number, part: number): Date {
  const midnight = Math.floor((now.getTime() - days * dayMs) / dayMs) * dayMs;
  return new Date(Math.min(midnight + part * dayMs, now.getTime() - 60_000));
}
