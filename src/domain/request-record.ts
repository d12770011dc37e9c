// What is kept of an answered SCIM request, from the door that saw it to the page that shows it. Pure shapes, used by scim,
// store, service and cli.
import type { IgnoredName } from './finding';
import type { Json } from './user';

/** A request as it was answered. `payload` is already redacted; `affected` and `warnings` hold codes, ids and attribute names. */
export interface RequestRecord {
  readonly organizationId: number;
  readonly requestId: string;
  readonly credentialId: string | null;
  /** Entra's own id of the request. */
  readonly clientRequestId: string | null;
  readonly receivedAt: Date;
  readonly method: string;
  /** Without the query, which is part of the payload. */
  readonly path: string;
  readonly subjectId: string | null;
  readonly statusCode: number;
  readonly scimType: string | null;
  readonly decision: string | null;
  readonly affected: Json;
  readonly warnings: Json;
  /** JSON of query, body and operations, cut at 16 KiB; null without any, and after 30 days. */
  readonly payload: string | null;
  readonly durationMs: number;
}

/** The same as it leaves the door. What was left out becomes findings, whom it concerned rows beside the log. */
export interface AnsweredRequest extends RequestRecord {
  /** Ids of users and groups beside the subject. */
  readonly concerned: readonly string[];
  /** userNames that were refused because others have them. */
  readonly takenNames: readonly string[];
  readonly ignored: readonly IgnoredName[];
}

/** What a request changed: an entry of the audit trail. */
export interface RequestedChange {
  readonly action: string;
  readonly targetKind: string;
  readonly targetId: string | null;
  readonly detail: Json;
}
