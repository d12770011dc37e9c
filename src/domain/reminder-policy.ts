// What an organization sets for the reminders of one stage, the drafts it begins with, and what a policy may say. Pure;
// called by reminder.ts and service/policies.
import { findSpanMs } from './calendar';

/** The stages of the onboarding journey. */
export const onboardingStages = ['activation', 'app_setup', 'usage'] as const;

/** One stage of the onboarding journey. */
export type OnboardingStage = (typeof onboardingStages)[number];

/** Every stage a policy can be written for. */
export type PolicyStage =
  OnboardingStage | 'extension' | 'autofill' | 'inactive_30_60' | 'inactive_60_90' | 'inactive_90_plus';

/** The rules of one stage. Spans are ISO 8601 durations. */
export interface PolicyConfig {
  /** From the entry into the stage to the first mail. */
  readonly firstAfter: string;
  /** From one mail to the next; the last one repeats. */
  readonly intervals: readonly string[];
  readonly maxCount: number;
  /** Fewest time since the last mail of any stage; `off` = none. */
  readonly cap: string;
  readonly atEnd: 'stop' | 'escalate' | 'suggest_reclaim' | 'both';
  /** From the last mail to the escalation. */
  readonly escalateAfter: string;
  readonly window: 'office' | 'always';
  /** Users left out on purpose; null = nobody. */
  readonly holdOut: { readonly percent: number; readonly salt: string } | null;
  readonly templateKey: string;
}

/** A policy in force. */
export interface ActivePolicy {
  readonly id: string;
  readonly version: number;
  readonly config: PolicyConfig;
}

/** What the command line sets: everything else follows. */
export interface PolicyWish {
  /** Span to the first mail. */
  readonly first: string;
  /** Span from one mail to the next. */
  readonly repeat: string;
  readonly max: number;
  readonly window: string;
  readonly cap: string;
}

/** A policy as it is first written, not in force. */
export interface PolicyDraft {
  readonly stage: PolicyStage;
  readonly config: PolicyConfig;
}

const common = { cap: 'P7D', escalateAfter: 'P7D', window: 'office', holdOut: null, templateKey: 'reminder' } as const;
const draft = (stage: PolicyStage, rest: Omit<PolicyConfig, keyof typeof common>): PolicyDraft => ({
  stage,
  config: { ...rest, ...common },
});
const thrice = { maxCount: 3, atEnd: 'escalate' } as const;
const twice = { firstAfter: 'P7D', intervals: ['P14D'], maxCount: 2, atEnd: 'stop' } as const;
const onEntry = { firstAfter: 'PT0S', intervals: [], maxCount: 1, atEnd: 'stop' } as const;

/** What every organization begins with; none is in force until an admin says so. */
export const reminderDrafts: readonly PolicyDraft[] = [
  draft('activation', { firstAfter: 'P3D', intervals: ['P7D', 'P7D'], ...thrice }),
  draft('app_setup', { firstAfter: 'P3D', intervals: ['P7D', 'P7D'], ...thrice }),
  draft('usage', { firstAfter: 'P5D', intervals: ['P7D', 'P14D'], ...thrice }),
  draft('extension', twice),
  draft('autofill', twice),
  draft('inactive_30_60', onEntry),
  draft('inactive_60_90', onEntry),
  draft('inactive_90_plus', { firstAfter: 'PT0S', intervals: [], maxCount: 0, atEnd: 'both' }),
];

/** The configuration a wish stands for. Ask `faultsOf` first. */
export function toConfig(wish: PolicyWish): PolicyConfig {
  return {
    ...common,
    firstAfter: wish.first,
    intervals: [wish.repeat],
    maxCount: wish.max,
    cap: wish.cap,
    atEnd: 'stop',
    window: wish.window === 'always' ? 'always' : 'office',
  };
}

/** What is wrong with a wish, as sentences; none = it may be set. */
export function faultsOf(wish: PolicyWish): string[] {
  const isSpan = (text: string): boolean => findSpanMs(text) !== undefined;
  return [
    isSpan(wish.first) ? '' : 'first must be an ISO 8601 span of at most 366 days, for example P3D or PT2S.',
    (findSpanMs(wish.repeat) ?? 0) >= 1000
      ? ''
      : 'repeat must be an ISO 8601 span of at least one second, for example P7D.',
    Number.isInteger(wish.max) && wish.max >= 1 && wish.max <= 20 ? '' : 'max must be a whole number from 1 to 20.',
    wish.window === 'always' || wish.window === 'office' ? '' : 'window must be always or office.',
    wish.cap === 'off' || isSpan(wish.cap) ? '' : 'cap must be off or an ISO 8601 span, for example P7D.',
  ].filter((fault) => fault !== '');
}

/** Whether a stage belongs to the onboarding journey. */
export function isOnboardingStage(stage: string): stage is OnboardingStage {
  return (onboardingStages as readonly string[]).includes(stage);
}
