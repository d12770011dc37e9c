// What admins are told without asking: the kinds of alerts, who hears of them, and when they end by themselves. Pure; called
// by service/alert-step and service/alerts. Source of the kinds: docs/operations.md.
import type { Role } from './caller';
import type { TokenKind } from './credential';
import type { QuarantineLine } from './entra-quarantine';

/** What each kind says, once it is read. Only figures, codes, ids and names of things; an admin's address is an admin's to see. */
export interface AlertFactsByKind {
  pool_full: PoolFigures;
  over_assigned: PoolFigures;
  hold_open: { readonly holdId: string; readonly waiting: number; readonly enabled: number; readonly decideBy: Date };
  hold_expired: { readonly holdId: string; readonly rejected: number };
  mass_delete: { readonly deleted: number; readonly limit: number; readonly credential: string };
  admin_deactivated: {
    /** null once the admin's row is gone. */
    readonly email: string | null;
    readonly reason: 'deactivated' | 'removed';
    readonly requestId: string;
    readonly superAdmins: number;
  };
  provisioning_failing: {
    /** Of the last 40 minutes, as the other counts. */
    readonly requests: number;
    readonly failures: number;
    /** Those about members and managers. */
    readonly referenceFailures: number;
    /** 0 to 1, these apart. */
    readonly ratio: number;
    /** The answer that most failures had, and how many. */
    readonly status: number;
    readonly times: number;
    /** When the directory's job would cross a line of Entra's quarantine; null when not within a day. */
    readonly expectedAt: Date | null;
    readonly line: QuarantineLine | null;
  };
  provisioning_silent: {
    readonly lastAt: Date;
    /** Of the 40 minutes up to the last one. */
    readonly requests: number;
  };
  token_expiring: {
    readonly tokenId: string;
    readonly token: TokenKind | 'federation';
    readonly label: string;
    /** null of a federation, which has no secret. */
    readonly last4: string | null;
    readonly expiresAt: Date;
    /** Begun days count; 0 once it has ended. */
    readonly daysLeft: number;
  };
  mail_unknown: { readonly mails: number };
  work_parked: { readonly rows: number; readonly topic: string; readonly error: string };
  report_failed: {
    readonly report: string;
    readonly slug: string;
    readonly status: 'failed' | 'partial';
    readonly reason: string;
    readonly runKey: string;
    readonly isPaused: boolean;
  };
}

/** A pool with its seats, and how many people hold one or wait. */
export interface PoolFigures {
  readonly code: string;
  readonly name: string;
  readonly seats: number;
  readonly assigned: number;
  readonly waiting: number;
}

/** The kinds. */
export type AlertKind = keyof AlertFactsByKind;

/** The facts of one alert, told apart by their kind. */
export type AlertFacts = { [K in AlertKind]: { readonly kind: K } & AlertFactsByKind[K] }[AlertKind];

/** The nil id: an alert about the organization itself. */
export const noSubject = '00000000-0000-0000-0000-000000000000';

interface AlertRule {
  readonly isImportant: boolean;
  /** About evidence: auditors hear of it too. */
  readonly isEvidence: boolean;
  /** Something that happened rather than a state: nothing else ends it than its age. */
  readonly isEvent: boolean;
  /** Its figures are read when somebody looks, so a repeat writes nothing and locks nothing for itself. */
  readonly isLive: boolean;
}

const state: AlertRule = { isImportant: true, isEvidence: false, isEvent: false, isLive: false };
const event: AlertRule = { ...state, isEvent: true };

/** The kinds and their rules. */
export const alertRules: { readonly [K in AlertKind]: AlertRule } = {
  pool_full: { ...state, isLive: true },
  over_assigned: { ...state, isLive: true, isImportant: false },
  hold_open: { ...state, isLive: true },
  hold_expired: event,
  mass_delete: event,
  admin_deactivated: event,
  provisioning_failing: state,
  provisioning_silent: { ...state, isLive: true },
  token_expiring: { ...state, isLive: true },
  mail_unknown: { ...state, isLive: true },
  work_parked: state,
  report_failed: { ...state, isEvidence: true },
};

/** All kinds. */
export const alertKinds = Object.keys(alertRules) as readonly AlertKind[];

/** How long an event stays open, in milliseconds. */
export const eventAlertMs = 7 * 24 * 60 * 60 * 1000;

/** Who is mailed about a kind. */
export function recipientRoles(kind: AlertKind): readonly Role[] {
  return alertRules[kind].isEvidence ? ['super_admin', 'admin', 'auditor'] : ['super_admin', 'admin'];
}

/** When an alert was, or by its age has been, over; null while it is open. */
export function alertEnd(
  { kind, openedAt, closedAt }: { readonly kind: AlertKind; readonly openedAt: Date; readonly closedAt: Date | null },
  now: Date,
): Date | null {
  if (closedAt !== null || !alertRules[kind].isEvent) return closedAt;
  const end = new Date(openedAt.getTime() + eventAlertMs);
  return end <= now ? end : null;
}
