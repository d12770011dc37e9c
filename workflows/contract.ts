// What workflows, activities and the relay agree on: names, ids, arguments, activity shapes. Imports nothing.
// Arguments hold ids, codes and ISO instants only; fields are added as optional, never changed (docs/adr/0005).

/** Task queues. A change of the number is a change of protocol. */
export const queues = {
  main: 'uptake-v1',
  mail: 'uptake-mail-v1',
  bulk: 'uptake-bulk-v1',
  report: 'uptake-report-v1',
} as const;

/** Signal and query names. */
export const replanSignal = 'replan';
export const stateQuery = 'state';

/** Search attributes, both Keyword, set at start. */
export const searchAttributes = { organization: 'UptakeOrganization', report: 'UptakeReport' } as const;

/** The journeys of a user; the kind is the workflow type. */
export type JourneyKind = 'onboarding' | 'adoption' | 'reengagement';

/** Workflow ids. None is ever the dedupe of a mail. */
export const workflowId = {
  journey: (kind: JourneyKind, userId: string): string => `${kind}/${userId}`,
  mail: (mailId: string): string => `mail/${mailId}`,
  replanJourneys: (policyId: string): string => `replan-journeys/${policyId}`,
  reportRun: (reportId: string, runKey: string): string => `report-run/${reportId}/${runKey}`,
} as const;

/** Schedule ids. */
export const scheduleId = {
  snapshot: (organizationId: number): string => `snapshot/${organizationId}`,
  report: (reportId: string): string => `report/${reportId}`,
} as const;

/** Arguments of a journey. */
export interface JourneyArgs {
  organizationId: number;
  userId: string;
}

/** Payload of the `replan` signal: the id of the outbox row; older or equal versions are ignored. */
export interface ReplanSignal {
  version: number;
}

/** What the planner answers. */
export type Step =
  | { kind: 'wait'; untilIso: string }
  | { kind: 'send'; stage: string; episode: string; step: number }
  | { kind: 'note'; note: 'escalate'; stage: string; episode: string; step: number }
  | { kind: 'end'; reason: string };

/** Arguments of planNextStep. `asOfIso` is workflow time. */
export interface PlanArgs extends JourneyArgs {
  journey: JourneyKind;
  version: number;
  asOfIso: string;
}

/** Arguments of sendReminder. */
export interface SendReminderArgs extends JourneyArgs {
  journey: JourneyKind;
  stage: string;
  episode: string;
  step: number;
  asOfIso: string;
}

/** Arguments of recordStep. */
export interface RecordStepArgs extends SendReminderArgs {
  note: 'escalate';
}

/** Local activities of a journey, and its one remote activity. */
export interface JourneyActivities {
  planNextStep(args: PlanArgs): Promise<Step>;
  recordStep(args: RecordStepArgs): Promise<void>;
  sendReminder(args: SendReminderArgs): Promise<void>;
}

/** Arguments of deliverMail. */
export interface DeliverMailArgs {
  organizationId: number;
  mailId: string;
}

/** The activity of deliverMail; answers the mail's final state. */
export interface MailActivities {
  sendMail(args: DeliverMailArgs): Promise<string>;
}

/** Arguments of replanJourneys; `after` is the last journey id done, for continue-as-new. */
export interface ReplanJourneysArgs {
  organizationId: number;
  policyId: string;
  after?: string;
}

/** One page of re-planned journeys: how many rows were written and where the next page begins; no `after` = done. */
export interface ReplanPage {
  journeys: number;
  after?: string;
}

/** The activity of replanJourneys. */
export interface ReplanActivities {
  replanPage(args: ReplanJourneysArgs): Promise<ReplanPage>;
}

/** Arguments of dailySnapshot; the nominal time comes with the schedule. */
export interface DailySnapshotArgs {
  organizationId: number;
}

/** Arguments of takeSnapshot. `nominalIso` is the scheduled instant. */
export interface TakeSnapshotArgs extends DailySnapshotArgs {
  nominalIso: string;
}

/** The activity of dailySnapshot; answers the local days it wrote. */
export interface SnapshotActivities {
  takeSnapshot(args: TakeSnapshotArgs): Promise<{ days: string[] }>;
}

/** Arguments of scheduledReport: by its Schedule (nominal time from there), or by hand (runKey). */
export interface ScheduledReportArgs {
  organizationId: number;
  reportId: string;
  nominalIso?: string;
  runKey?: string;
}

/** Arguments of openRun. */
export interface OpenRunArgs {
  organizationId: number;
  reportId: string;
  nominalIso: string;
  runKey?: string;
}

/** What openRun answers: a run to build and its destinations, or why there is none (taken, paused, not the day). */
export type OpenedRun = { kind: 'opened'; runId: string; destinationIds: string[] } | { kind: 'none'; reason: string };

/** Arguments of renderReport and closeRun. */
export interface RunArgs {
  organizationId: number;
  runId: string;
}

/** Arguments of closeRun. `failure` is the code of what stopped the run before delivery. */
export interface CloseRunArgs extends RunArgs {
  failure?: string;
}

/** Arguments of deliverReport. */
export interface DeliverReportArgs extends RunArgs {
  destinationId: string;
}

/** Activities of scheduledReport. closeRun answers the run's final status. */
export interface ReportActivities {
  openRun(args: OpenRunArgs): Promise<OpenedRun>;
  renderReport(args: RunArgs): Promise<{ rows: number }>;
  deliverReport(args: DeliverReportArgs): Promise<string>;
  closeRun(args: CloseRunArgs): Promise<string>;
}
