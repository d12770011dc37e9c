// What both doors remember of a request while it is served, for the request log. Made by exchange.ts, filled by the verbs.
import type { IncomingMessage } from 'node:http';
import type { Caller } from '../domain/caller';
import type { IgnoredName } from '../domain/finding';
import type { Json, UserProfile } from '../domain/user';

/** What there is to say of a request. */
export interface LoggedRequest {
  readonly req: IncomingMessage;
  readonly requestId: string;
  readonly receivedAt: Date;
  /** From a steady clock, in milliseconds. */
  readonly startedMs: number;
  readonly url: string;
  caller: (Caller & { readonly credentialId: string }) | undefined;
  body: unknown;
  /** The normalized operations. */
  operations: readonly object[] | undefined;
  readonly warnings: string[];
  /** Names that were left out. */
  readonly ignored: IgnoredName[];
  /** The one resource an answer is about. */
  target: { readonly location: string; readonly version: string } | undefined;
  /** The id of the resource the request is about. */
  subjectId: string | undefined;
  /** Ids of users and groups the request is about beside its subject: of a Bulk, members of a group. */
  readonly concerned: string[];
  /** userNames that were refused because others have them. */
  readonly takenNames: string[];
  /** What was done, in one word. */
  decision: string | undefined;
  /** What it touched, where that is not one user. */
  affected: Json | undefined;
  change: { readonly before: UserProfile; readonly after: UserProfile } | undefined;
}
