// A wanted Schedule in Temporal's words, and the hash by which two of them are compared. Called by schedules.ts.
import { createHash } from 'node:crypto';
import { ScheduleOverlapPolicy, type CalendarSpec, type ScheduleOptions } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { queues, scheduleId, searchAttributes } from '../../workflows/contract';
import type { DesiredSchedule } from '../service/schedule-source';

/** Options of create and update alike. */
export type ScheduleForm = ScheduleOptions & { readonly state: { readonly paused: boolean; readonly note: string } };

const monthNames = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const;
const dayNames = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

const organizationKey = defineSearchAttributeKey(searchAttributes.organization, SearchAttributeType.KEYWORD);
const reportKey = defineSearchAttributeKey(searchAttributes.report, SearchAttributeType.KEYWORD);

/** The id of a wanted Schedule. */
export function idOf({ organizationId, reportId }: Pick<DesiredSchedule, 'organizationId' | 'reportId'>): string {
  return reportId === null ? scheduleId.snapshot(organizationId) : scheduleId.report(reportId);
}

/** What a Schedule was made equal to, out of the note that list() tells; undefined = not ours, or changed by hand. */
export function hashOfNote(note: string | undefined): string | undefined {
  return /^row ([0-9a-f]{64})$/.exec(note ?? '')?.[1];
}

/**
 * The Schedule in full. Its note carries the hash of everything else: a memo cannot be changed by an update.
 * @param jitterMs spread of starts, 0 for none; the nominal time stays the exact one
 */
export function toScheduleForm(desired: DesiredSchedule, jitterMs: number): { form: ScheduleForm; hash: string } {
  const spec = { calendars: desired.calendars.map(toCalendarSpec), timezone: desired.timeZone, jitter: jitterMs };
  const policies = {
    // Reports keep every missed run; a snapshot catches up by itself.
    overlap: desired.reportId === null ? ScheduleOverlapPolicy.SKIP : ScheduleOverlapPolicy.BUFFER_ALL,
    catchupWindow: desired.catchUpHours * 3_600_000,
  };
  const content = { spec, policies, action: toAction(desired) };
  const hash = createHash('sha256')
    .update(JSON.stringify({ ...content, isPaused: desired.isPaused }))
    .digest('hex');
  const state = { paused: desired.isPaused, note: `row ${hash}` };
  return { form: { scheduleId: idOf(desired), ...content, state }, hash };
}

function toAction(desired: DesiredSchedule): ScheduleForm['action'] {
  const { organizationId, reportId } = desired;
  const ofOrganization = { key: organizationKey, value: String(organizationId) };
  const start = { type: 'startWorkflow', taskQueue: queues.main, workflowId: idOf(desired) } as const;
  return reportId === null
    ? { ...start, workflowType: 'dailySnapshot', args: [{ organizationId }], typedSearchAttributes: [ofOrganization] }
    : {
        ...start,
        workflowType: 'scheduledReport',
        args: [{ organizationId, reportId }],
        typedSearchAttributes: [ofOrganization, { key: reportKey, value: reportId }],
      };
}

function toCalendarSpec(calendar: DesiredSchedule['calendars'][number]): CalendarSpec {
  const { dayOfMonth, dayOfWeek } = calendar;
  return {
    second: 0,
    minute: [...calendar.minute],
    hour: [...calendar.hour],
    month: calendar.month.map((month) => monthNames[month - 1] ?? 'JANUARY'),
    dayOfMonth: dayOfMonth === null ? '*' : dayOfMonth.map((day) => day),
    dayOfWeek: dayOfWeek === null ? '*' : dayOfWeek.map((day) => dayNames[day] ?? 'SUNDAY'),
  };
}
