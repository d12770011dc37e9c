// When a report runs by itself and to whom it goes. Called by the report command.
import type { Clock } from '../clock';
import { isAddress } from '../domain/address';
import type { Caller } from '../domain/caller';
import { domainOf, type ReportDefinition } from '../domain/report';
import { nextRuns, type DueRun } from '../domain/report-calendar';
import { zoneName } from '../domain/zone-calendar';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { ReportSchedule } from '../store/schedule-store';
import type { Stores } from '../store/stores';
import { parseCron } from './report-cron';
import { assertMayReport } from './report-rights';
import { timetableOf } from './report-timetable';

/** What a schedule is made from. */
export interface ScheduleOrder {
  /** Five fields. */
  readonly cron: string;
  /** IANA zone. */
  readonly zone: string;
  /** Recipients; they replace the ones before. */
  readonly to: readonly string[];
}

/** The schedule as it now stands. */
export interface ScheduledReport {
  readonly reportId: string;
  readonly slug: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly to: readonly string[];
  /** Domains that this order allowed for the organization; named, since mail may now go there. */
  readonly newlyAllowedDomains: readonly string[];
  /** The next five. */
  readonly nextRuns: readonly DueRun[];
}

/** The verbs of schedules. */
export interface ReportSchedules {
  /**
   * Schedules a report and mails it to the recipients; a schedule it has is replaced.
   * @throws AppError `report.not_found`, `input.invalid` (cron, zone, recipients), `role.missing`
   */
  schedule(caller: Caller, slug: string, order: ScheduleOrder): Promise<ScheduledReport>;
}

/** The setting that holds the domains reports may be mailed to. */
export const allowedDomainsSetting = 'report.allowed_domains';

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
}

const limits = { recipients: 50, catchUpHours: 168 };

/** Schedules of reports. */
export function createReportSchedules(dependencies: Dependencies): ReportSchedules {
  return { schedule: scheduling(dependencies) };
}

function scheduling({ database, clock, newId }: Dependencies): ReportSchedules['schedule'] {
  return async (caller, slug, order) => {
    const { cron, timeZone, to } = checked(order);
    return database.inTransaction(caller.organizationId, async (stores) => {
      await assertMayReport(caller, stores, 'define');
      const report = await stores.reports.lockBySlug(slug);
      if (!report) throw new AppError('report.not_found', { slug: slug.slice(0, 40) });
      const at = clock.now();
      const schedule = newSchedule(newId(), report.id, { cron, timeZone, at });
      await stores.schedules.save(schedule);
      if (report.state !== 'active') await stores.reports.saveState(report.id, 'active');
      await saveRecipients(stores, report, to, { id: newId(), at });
      const newlyAllowedDomains = await allowDomains(stores, caller, to, at);
      await stores.outbox.add([{ event: { topic: 'ReportScheduleChanged', reportId: report.id }, lane: 0 }], at);
      const detail = { cron, time_zone: timeZone, recipients: to.length, domains: newlyAllowedDomains };
      await stores.audit.add({ ...target(report), caller, action: 'report.scheduled', detail, at });
      const due = nextRuns(timetableOf({ ...schedule, version: 1 }), at, 5);
      return { reportId: report.id, slug, cron, timeZone, to, newlyAllowedDomains, nextRuns: due };
    });
  };
}

function newSchedule(
  id: string,
  reportId: string,
  { cron, timeZone, at }: { cron: string; timeZone: string; at: Date },
): Omit<ReportSchedule, 'version'> {
  const days = { weekdaysOnly: false, startsOn: null, endsOn: null };
  return { id, reportId, cron, timeZone, ...days, catchUpHours: limits.catchUpHours, state: 'active', createdAt: at };
}

function target(report: ReportDefinition) {
  return { targetKind: 'report', targetId: report.id };
}

/** Everything of an order is checked before anything is written. */
function checked({ cron, zone, to }: ScheduleOrder): { cron: string; timeZone: string; to: string[] } {
  parseCron(cron);
  const timeZone = zoneName(zone);
  const fault = (reason: string) => new AppError('input.invalid', { reason });
  if (timeZone === undefined) throw fault(`"${zone.slice(0, 64)}" is no IANA time zone, such as Europe/Berlin.`);
  const recipients = [...new Set(to.map((address) => address.trim()))];
  if (recipients.length === 0) throw fault('Name at least one recipient.');
  if (recipients.length > limits.recipients) throw fault(`At most ${limits.recipients} recipients are possible.`);
  const wrong = recipients.findIndex((address) => !isAddress(address));
  if (wrong >= 0) throw fault(`Recipient ${wrong + 1} is not one plain mail address.`);
  return { cron: cron.trim().replaceAll(/\s+/g, ' '), timeZone, to: recipients };
}

async function saveRecipients(
  stores: Stores,
  report: ReportDefinition,
  recipients: readonly string[],
  made: { readonly id: string; readonly at: Date },
): Promise<void> {
  const mail = (await stores.reports.listDestinations(report.id)).find(({ kind }) => kind === 'mail');
  if (mail) return stores.reports.saveRecipients(mail.id, recipients);
  const destination = { id: made.id, reportId: report.id, kind: 'mail' as const, recipients, required: true };
  await stores.reports.addDestination({ ...destination, formats: report.formats }, made.at);
}

async function allowDomains(stores: Stores, caller: Caller, to: readonly string[], at: Date): Promise<string[]> {
  const known = await listAllowedDomains(stores);
  const added = [...new Set(to.map(domainOf))].filter((domain) => !known.includes(domain));
  if (added.length === 0) return [];
  await stores.settings.save(allowedDomainsSetting, [...known, ...added], caller.actor.id, at);
  return added;
}

/** The domains reports of the organization may be mailed to. */
export async function listAllowedDomains(stores: Stores): Promise<string[]> {
  const value = await stores.settings.find(allowedDomainsSetting);
  return Array.isArray(value) ? value.filter((domain): domain is string => typeof domain === 'string') : [];
}
