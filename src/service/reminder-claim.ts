// One transaction that decides whether a journey's mail leaves: lock the person, nine checks, rows to `sending`. Called by
// reminders. Each skip leaves a row with its code; a wait leaves none.
import { mayStillSend, type SkipCode, type Verdict } from '../domain/reminder';
import { isInvitation, isOver, type JourneyStep } from '../domain/reminder-facts';
import type { NewId } from '../ids';
import type { Mail } from '../store/mail-store';
import type { ReminderEntry } from '../store/reminder-store';
import type { Stores } from '../store/stores';
import type { ClaimedMail, MailClaims } from './mail-claim';
import { dedupeKey, followMail } from './reminder-state';
import { invitationKey, readSituation, type Situation } from './reminder-situation';

/** A mail of a journey in our hands, with what its text needs. */
export interface ClaimedReminder {
  readonly kind: 'claimed';
  readonly mail: ClaimedMail;
  readonly userId: string;
  /** The reminder row; null for the invitation, which is none. */
  readonly reminderId: string | null;
  readonly stage: string;
  readonly step: number;
  readonly givenName: string | null;
  readonly displayName: string | null;
  /** BCP 47, of the person, else of the organization. */
  readonly locale: string;
  readonly organizationName: string;
  readonly productName: string;
  readonly steps: {
    readonly activatedLicense: boolean;
    readonly completedAppSetup: boolean;
    readonly addedData: boolean;
  };
  /** Address of the set-up page and of the quick-start guide; undefined = no button. */
  readonly setupUrl: string | undefined;
  readonly quickStartUrl: string | undefined;
  /** Message-ID of the mail before. */
  readonly inReplyTo: string | undefined;
}

/** What a claim answers. `later`: try again then. `over`: nothing to send; plan again. */
export type ReminderClaim =
  ClaimedReminder | { readonly kind: 'later'; readonly at: Date } | { readonly kind: 'over'; readonly code: string };

/** What a claim works with. */
export interface ClaimTools {
  readonly newId: NewId;
  readonly claims: MailClaims;
  readonly mailsPerSecond: number;
}

/** The step, the person, and the instant that counts. */
export interface ClaimWish extends JourneyStep {
  readonly userId: string;
  readonly journey: string;
  readonly asOf: Date;
  readonly isRetry: boolean;
  /** False = only look: the relay cannot be used now, but a lost claim still ends. */
  readonly mayTake: boolean;
}

/** Decides and claims. Steps: lock person and mail; end a lost claim; check; write rows. */
export async function claimStep(stores: Stores, tools: ClaimTools, wish: ClaimWish): Promise<ReminderClaim> {
  const person = await stores.reminders.lockRecipient(wish.userId);
  if (!person) return { kind: 'over', code: 'removed' };
  const key = isInvitation(wish) ? invitationKey(wish.userId) : `${wish.userId}:${dedupeKey(wish)}`;
  const row = await stores.mails.lockByKey(key);
  const refusal = row && (await tools.claims.refuse(stores, row, { at: wish.asOf, isRetry: wish.isRetry }));
  if (refusal?.kind === 'later') return refusal;
  if (refusal?.kind === 'over') return endDoubt(stores, wish, refusal.status);
  if (!wish.mayTake) return { kind: 'later', at: wish.asOf };
  const situation = await readSituation(stores, person, { ...tools, ofStage: wish.stage });
  const verdict = mayStillSend(situation.facts, situation.policy, wish, wish.asOf);
  if (verdict.kind === 'go') return take(stores, tools, { wish, situation, row, key });
  return refuse(stores, tools, { wish, situation, row, verdict });
}

/** A mail that is over; where its claim was just found lost, the reminder says `unknown` too. */
async function endDoubt(stores: Stores, wish: ClaimWish, status: string): Promise<ReminderClaim> {
  const reminder = isInvitation(wish) ? undefined : await stores.reminders.find(wish.userId, dedupeKey(wish));
  if (status === 'unknown' && reminder?.status === 'sending') {
    await followMail(stores, { ...wish, reminderId: reminder.id }, 'unknown', wish.asOf);
  }
  return { kind: 'over', code: status };
}

interface Case {
  readonly wish: ClaimWish;
  readonly situation: Situation;
  readonly row: Mail | undefined;
}

async function take(
  stores: Stores,
  tools: ClaimTools,
  { wish, situation, row, key }: Case & { key: string },
): Promise<ReminderClaim> {
  const { claims, newId } = tools;
  const toAddress = situation.facts.user.email ?? '';
  const mail = row ?? (await addMail(stores, newId(), { wish, situation, key, toAddress }));
  const inReplyTo = await stores.mails.findLastMessageId(wish.userId);
  const claimed = await claims.take(stores, mail, { at: wish.asOf, toAddress });
  const leaseUntil = new Date(wish.asOf.getTime() + claims.leaseMs);
  const state = { status: 'sending', reason: null, claimedAt: wish.asOf, leaseUntil, mailId: mail.id } as const;
  const reminderId = isInvitation(wish) ? null : await write(stores, newId, { wish, situation }, state);
  return { kind: 'claimed', mail: claimed, reminderId, inReplyTo, ...(await view(stores, wish, situation)) };
}

async function addMail(
  stores: Stores,
  id: string,
  it: { wish: ClaimWish; situation: Situation; key: string; toAddress: string },
): Promise<Mail> {
  const mail = {
    kind: isInvitation(it.wish) ? ('invitation' as const) : ('reminder' as const),
    userId: it.wish.userId,
    adminId: null,
    subjectId: null,
    toAddress: it.toAddress,
    locale: it.situation.person.locale ?? it.situation.organization.locale,
    dedupeKey: it.key,
  };
  await stores.mails.add(id, mail, it.wish.asOf);
  const empty = { nextAttemptAt: null, leaseUntil: null, messageId: null, dateHeader: null };
  return { ...mail, ...empty, id, status: 'pending', attempts: 0 };
}

/** No mail now: a skip and a hold-out leave their row, a mail that waited for its next try is cancelled. */
async function refuse(
  stores: Stores,
  { newId }: ClaimTools,
  { wish, situation, row, verdict }: Case & { verdict: Exclude<Verdict, { kind: 'go' }> },
): Promise<ReminderClaim> {
  const none = { claimedAt: null, leaseUntil: null, mailId: null };
  if (verdict.kind === 'skip') {
    if (row) await stores.mails.cancel(row.id);
    if (!isInvitation(wish)) await write(stores, newId, { wish, situation }, { ...skipped(verdict.code), ...none });
  }
  if (verdict.kind === 'hold_out') {
    const heldOut = {
      status: 'held_out',
      reason: 'hold_out',
      claimedAt: wish.asOf,
      leaseUntil: null,
      mailId: null,
    } as const;
    await write(stores, newId, { wish, situation }, heldOut);
  }
  return { kind: 'over', code: 'code' in verdict ? verdict.code : verdict.kind };
}

function skipped(code: SkipCode): Pick<ReminderEntry, 'status' | 'reason'> {
  return { status: 'skipped', reason: code };
}

type State = Pick<ReminderEntry, 'status' | 'reason' | 'claimedAt' | 'leaseUntil' | 'mailId'>;

/** Inserts or changes the reminder row of a step, unless it is over; answers its id. */
async function write(
  stores: Stores,
  newId: NewId,
  { wish, situation }: Pick<Case, 'wish' | 'situation'>,
  state: State,
): Promise<string> {
  const existing = await stores.reminders.find(wish.userId, dedupeKey(wish));
  if (existing && isOver(existing)) return existing.id;
  const { stage, episode, step } = wish;
  const entry: ReminderEntry = {
    id: existing?.id ?? newId(),
    userId: wish.userId,
    journeyId: (await stores.journeys.findOpen(wish.userId, wish.journey)) ?? null,
    policyId: situation.policy?.id ?? null,
    step: { stage, episode, step },
    dedupeKey: dedupeKey(wish),
    ...state,
  };
  await (existing ? stores.reminders.save(entry) : stores.reminders.add(entry, wish.asOf));
  return entry.id;
}

/** What the text of the mail needs. */
async function view(stores: Stores, wish: ClaimWish, { organization, person }: Situation) {
  const settings = await stores.settings.list();
  const url = (name: string): string | undefined => {
    const value = settings.get(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return {
    userId: wish.userId,
    stage: wish.stage,
    step: wish.step,
    givenName: person.givenName,
    displayName: person.displayName,
    locale: person.locale ?? organization.locale,
    organizationName: organization.name,
    productName: organization.productName,
    steps: {
      activatedLicense: person.milestones.activatedAt !== null,
      completedAppSetup: person.milestones.onboardedAt !== null,
      addedData: person.milestones.itemsAddedAt !== null,
    },
    setupUrl: url('setup_url'),
    quickStartUrl: url('quick_start_url'),
  };
}
