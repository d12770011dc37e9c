// Reads what a plan or a claim rests on, in the transaction that holds the person's lock. Called by reminders alone.
import { isAddress } from '../domain/address';
import { spreadMs } from '../domain/calendar';
import type { MailStatus } from '../domain/mail';
import { stageOf, type ReminderFacts } from '../domain/reminder-facts';
import type { ActivePolicy } from '../domain/reminder-policy';
import type { Organization } from '../store/organization-store';
import type { Recipient } from '../store/reminder-store';
import type { Stores } from '../store/stores';

/** A person as the planner sees them, and the policy in force for the stage in question. */
export interface Situation {
  readonly organization: Organization;
  readonly person: Recipient;
  readonly facts: ReminderFacts;
  readonly policy: ActivePolicy | undefined;
}

/** The key of the one invitation of a life. */
export function invitationKey(userId: string): string {
  return `invitation:${userId}`;
}

/** Reads the situation of a locked person. `ofStage`: the stage whose policy counts; without it the one the person is in. */
export async function readSituation(
  stores: Stores,
  person: Recipient,
  { mailsPerSecond, ofStage }: { mailsPerSecond: number; ofStage?: string },
): Promise<Situation> {
  const organization = await stores.organization.get();
  const history = await stores.reminders.history(person.id);
  const facts: ReminderFacts = {
    organization: { timeZone: organization.timeZone, mailPausedAt: organization.automaticMailPausedAt },
    user: {
      id: person.id,
      accountState: person.accountState,
      email: person.email !== null && isAddress(person.email) ? person.email : null,
      timeZone: person.timeZone,
      milestones: person.milestones,
    },
    seat: (await stores.reminders.findSeat(person.id)) ?? null,
    invitation: await readInvitation(stores, person),
    ...history,
    notes: await stores.reminders.listNotes(person.id),
    suppressions: await stores.suppressions.listOpen(person.id, person.emailKey),
    spreadMs: 0,
  };
  const stage = ofStage ?? stageOf(facts);
  const policy = stage === undefined ? undefined : await stores.policies.findActive(stage);
  if (stage === undefined || !policy || policy.config.window === 'always')
    return { organization, person, facts, policy };
  const pending = await stores.reminders.countPending(stage);
  return { organization, person, facts: { ...facts, spreadMs: spreadMs(pending, mailsPerSecond) }, policy };
}

/** Organizations invite people of every source unless they said no for one. */
async function readInvitation(
  stores: Stores,
  person: Recipient,
): Promise<{ isOn: boolean; status: MailStatus | null }> {
  const status = (await stores.mails.findByKey(invitationKey(person.id)))?.status ?? null;
  const isOn = status !== null || (await stores.settings.find(`invitation.${person.source}`)) !== false;
  return { isOn, status };
}
