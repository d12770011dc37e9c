// Who asks: every service verb takes a Caller first and works inside its organization alone.

/** What may act. `system` is the product itself (schedules, folding, purge). */
export type ActorKind = 'admin' | 'token' | 'scim' | 'system' | 'user';

/** The one who acts; `id` is the row of the admin, token, SCIM credential or user, null for the system. */
export interface Actor {
  readonly kind: ActorKind;
  readonly id: string | null;
}

/** A request's identity: one organization, one actor, one request id (or workflow id). */
export interface Caller {
  readonly organizationId: number;
  readonly actor: Actor;
  readonly requestId: string;
}

/** The product acting by itself in one organization. `requestId` names the workflow or task. */
export function systemCaller(organizationId: number, requestId: string): Caller {
  return { organizationId, actor: { kind: 'system', id: null }, requestId };
}

/** The scopes of API tokens, as the console and the wire spell them. Source: domain words of docs/vocabulary.md. */
export const scopes = [
  'Onboarding & Adoption',
  'Users Read',
  'Users Write',
  'Reminders',
  'Reports',
  'Event Ingestion',
  'Audit Read',
] as const;

/** One scope of an API token. */
export type Scope = (typeof scopes)[number];

/** The roles of a person who signs in to the console. */
export type Role = 'super_admin' | 'admin' | 'auditor';
