// Reports: definitions, runs, files and deliveries as types, and the pure rules that judge them.
// Called by service/report-*, by the report and schedule stores and by the report activities.
import { fold } from './user';

/** What a report has a row for. */
export type ReportKind = 'user_list';

/** Formats a definition may ask for. */
export type ReportFormat = 'xlsx' | 'csv';

/** Where a run stands; the last eight are final. */
export type RunStatus =
  | 'queued'
  | 'building'
  | 'delivering'
  | 'succeeded'
  | 'partial'
  | 'failed'
  | 'missed'
  | 'skipped_empty'
  | 'skipped_unchanged'
  | 'cancelled';

/** Where one delivery stands. `unknown`: the message was handed over and nobody said whether it arrived. */
export type DeliveryStatus = 'pending' | 'sending' | 'delivered' | 'failed' | 'unknown' | 'skipped';

/** A report's definition. */
export interface ReportDefinition {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly reportKind: ReportKind;
  readonly formats: readonly ReportFormat[];
  readonly state: 'draft' | 'active' | 'paused' | 'archived';
  readonly version: number;
  readonly retentionDays: number;
  readonly consecutiveFailures: number;
}

/** A destination. A folder's files lie in REPORT_DIR; a mail goes to each recipient on its own. */
export interface ReportDestination {
  readonly id: string;
  readonly reportId: string;
  readonly kind: 'mail' | 'folder';
  /** Addresses of a mail destination. */
  readonly recipients: readonly string[];
  readonly required: boolean;
  readonly formats: readonly ReportFormat[];
}

/** One execution of a report. */
export interface ReportRun {
  readonly id: string;
  readonly reportId: string;
  readonly definitionVersion: number;
  readonly triggerKind: 'schedule' | 'manual' | 'test' | 'rebuild';
  readonly runKey: string;
  readonly asOf: Date;
  readonly knownAt: Date;
  readonly status: RunStatus;
  readonly reason: string | null;
  readonly totalRows: number | null;
}

/** One finished file of a run. */
export interface ReportArtifact {
  readonly fileName: string;
  readonly format: ReportFormat | 'json' | 'manifest' | 'signature';
  readonly sizeBytes: number;
  /** SHA-256 of the bytes, 64 hex characters. */
  readonly sha256: string;
  readonly rows: number | null;
  /** Absolute path. */
  readonly path: string;
}

/** A delivery's way to one destination. */
export interface ReportDelivery {
  readonly destinationId: string;
  readonly status: DeliveryStatus;
  readonly required: boolean;
}

/** Version of the count definitions that runs and snapshots are made with. */
export const definitionsVersion = 1;

/** Runs in this state are over. */
export function isFinal(status: RunStatus): boolean {
  return !['queued', 'building', 'delivering'].includes(status);
}

/**
 * The honest state of a run whose files exist: `succeeded` only when every required destination has them, `failed` when
 * none of the required ones has, else `partial`. A report with nothing required counts all of its destinations.
 */
export function closedStatus(deliveries: readonly ReportDelivery[]): 'succeeded' | 'partial' | 'failed' {
  const required = deliveries.filter((delivery) => delivery.required);
  const judged = required.length > 0 ? required : deliveries;
  const delivered = judged.filter((delivery) => delivery.status === 'delivered').length;
  if (delivered === judged.length) return 'succeeded';
  return delivered > 0 ? 'partial' : 'failed';
}

/** The state of a mail destination after each recipient's mail has one. */
export function deliveryStatusOf(mails: readonly string[]): DeliveryStatus {
  if (mails.length === 0) return 'skipped';
  if (mails.some((status) => status === 'pending' || status === 'sending')) return 'sending';
  if (mails.every((status) => status === 'sent')) return 'delivered';
  return mails.includes('unknown') ? 'unknown' : 'failed';
}

/** Recipients that may get a report now, and how many may not: active admins and addresses in allowed domains pass. */
export function checkedRecipients(
  recipients: readonly string[],
  allowed: { readonly adminEmails: readonly string[]; readonly domains: readonly string[] },
): { readonly allowed: readonly string[]; readonly dropped: readonly string[] } {
  const admins = new Set(allowed.adminEmails.map(fold));
  const domains = new Set(allowed.domains.map(fold));
  const passes = (address: string) => admins.has(fold(address)) || domains.has(domainOf(address));
  return { allowed: recipients.filter(passes), dropped: recipients.filter((address) => !passes(address)) };
}

/** The folded domain of an address. `@example domainOf('a@Example.COM') === 'example.com'` */
export function domainOf(address: string): string {
  return fold(address.slice(address.lastIndexOf('@') + 1));
}

/** The run key of a run by hand. */
export function manualRunKey(runId: string): string {
  return `manual-${runId}`;
}

/** The run that a manual run key belongs to, or undefined for a nominal local time. */
export function runOfManualKey(runKey: string): string | undefined {
  return runKey.startsWith('manual-') ? runKey.slice('manual-'.length) : undefined;
}
