// The way of a run's files to one destination: whom it may go to now, and what came of it. Handing over itself is the
// report activity's; mails are claimed and settled by service/mails.
import { createHash } from 'node:crypto';
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import {
  checkedRecipients,
  deliveryStatusOf,
  type DeliveryStatus,
  type ReportArtifact,
  type ReportDestination,
  type ReportRun,
} from '../domain/report';
import { fold } from '../domain/user';
import { AppError } from '../errors';
import type { Database } from '../store/database';
import type { NewMail } from '../store/mail-store';
import type { Stores } from '../store/stores';
import { listAllowedDomains } from './report-schedules';

/** What the mail about a run says. */
export interface ReportMailFacts {
  readonly locale: string;
  readonly organizationName: string;
  readonly productName: string;
  readonly reportName: string;
  readonly asOf: Date;
  readonly timeZone: string;
  readonly rows: number;
  readonly files: readonly ReportArtifact[];
}

/** What is to be done for one destination. */
export type DeliveryPlan =
  | { readonly kind: 'over'; readonly status: DeliveryStatus }
  | { readonly kind: 'folder'; readonly files: readonly ReportArtifact[] }
  | MailPlan;

/** A mail to each recipient; `dropped` = how many of the named ones may not get it any more. */
export interface MailPlan {
  readonly kind: 'mail';
  readonly mails: readonly NewMail[];
  readonly dropped: number;
  readonly facts: ReportMailFacts;
}

/** The verbs of a delivery; each may be called again for the same run and destination. */
export interface ReportDeliveries {
  /** Begins an attempt. Recipients are checked now: who may not get it is left out and counted in the row. */
  begin(caller: Caller, runId: string, destinationId: string): Promise<DeliveryPlan>;
  /** The folder has the files. */
  finishFolder(caller: Caller, runId: string, destinationId: string, folder: string): Promise<DeliveryStatus>;
  /** Reads the state of the destination's mails and keeps it. */
  finishMails(caller: Caller, runId: string, destinationId: string, plan: MailPlan): Promise<DeliveryStatus>;
  /** An attempt failed, with a code; the next one goes on where it stopped. */
  fail(caller: Caller, runId: string, destinationId: string, code: string): Promise<void>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
}

/** Deliveries of runs. */
export function createReportDeliveries({ database, clock }: Dependencies): ReportDeliveries {
  return {
    begin: ({ organizationId }, runId, destinationId) =>
      database.inTransaction(organizationId, (stores) => begin(stores, runId, destinationId)),
    finishFolder: ({ organizationId }, runId, destinationId, remotePath) =>
      database.inTransaction(organizationId, async (stores) => {
        const change = { status: 'delivered' as const, remotePath, deliveredAt: clock.now() };
        await stores.reportDeliveries.saveDelivery(runId, destinationId, change);
        return change.status;
      }),
    finishMails: ({ organizationId }, runId, destinationId, { mails, dropped }) =>
      database.inTransaction(organizationId, async (stores) => {
        const rows = await Promise.all(mails.map(({ dedupeKey }) => stores.mails.findByKey(dedupeKey)));
        const status = deliveryStatusOf(rows.map((row) => row?.status ?? 'pending'));
        const isDelivered = status === 'delivered';
        await stores.reportDeliveries.saveDelivery(runId, destinationId, {
          status: status === 'skipped' ? 'failed' : status,
          lastError: isDelivered ? droppedCode(dropped) : codeOf(status),
          ...(rows.length === 1 && rows[0] && { mailId: rows[0].id }),
          ...(isDelivered && { deliveredAt: clock.now() }),
        });
        return status === 'skipped' ? 'failed' : status;
      }),
    fail: ({ organizationId }, runId, destinationId, lastError) =>
      database.inTransaction(organizationId, (stores) =>
        stores.reportDeliveries.saveDelivery(runId, destinationId, { status: 'failed', lastError }),
      ),
  };
}

async function begin(stores: Stores, runId: string, destinationId: string): Promise<DeliveryPlan> {
  const run = await stores.reportRuns.find(runId);
  const destination = await stores.reports.findDestination(destinationId);
  if (!run || destination?.reportId !== run.reportId) throw new AppError('run.not_found', { runId });
  const deliveries = await stores.reportDeliveries.listDeliveries(runId);
  const status = deliveries.find((delivery) => delivery.destinationId === destinationId)?.status ?? 'pending';
  if (status === 'delivered' || status === 'unknown') return { kind: 'over', status };
  await stores.reportDeliveries.beginDelivery(runId, destinationId);
  const files = (await stores.reportDeliveries.listArtifacts(runId)).filter(({ format }) =>
    destination.formats.some((wanted) => wanted === format),
  );
  if (destination.kind === 'folder') return { kind: 'folder', files };
  const { locale, name, productName, timeZone } = await stores.organization.get();
  const recipients = await recipientsOf(stores, destination);
  const facts = {
    locale,
    organizationName: name,
    productName,
    reportName: (await stores.reports.find(run.reportId))?.name ?? '',
    asOf: run.asOf,
    timeZone: (await stores.schedules.find(run.reportId))?.timeZone ?? timeZone,
    rows: run.totalRows ?? 0,
    files,
  };
  const mails = recipients.allowed.map((address) => newMail(run, destination, address, locale));
  return { kind: 'mail', mails, dropped: recipients.dropped.length, facts };
}

/** Active admins and allowed domains, as of now; the others are dropped. */
async function recipientsOf(stores: Stores, destination: ReportDestination) {
  const adminEmails = await stores.reports.listActiveAdminEmails();
  const domains = await listAllowedDomains(stores);
  return checkedRecipients(destination.recipients, { adminEmails, domains });
}

/** One mail per destination, run and recipient, however often it is tried. */
function newMail(run: ReportRun, destination: ReportDestination, toAddress: string, locale: string): NewMail {
  const recipient = createHash('sha256').update(fold(toAddress)).digest('hex').slice(0, 16);
  const dedupeKey = `report:${destination.id}:${run.id}:${recipient}`;
  return { kind: 'report', userId: null, adminId: null, subjectId: run.id, toAddress, locale, dedupeKey };
}

/** Who may not get reports any more is counted, though the others got theirs. */
function droppedCode(dropped: number): string | null {
  return dropped === 0 ? null : `recipients.dropped:${dropped}`;
}

function codeOf(status: DeliveryStatus): string {
  if (status === 'skipped') return 'recipients.none';
  return status === 'sending' ? 'mail.pending' : `mail.${status}`;
}
