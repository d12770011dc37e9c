// Which call follows which outbox event: a pure table. Called by the relay. Calls may be repeated: workflows compare
// versions, ids dedupe starts, and no mail depends on either.
import { workflowId, type JourneyArgs } from '../../workflows/contract';
import type { OutboxEvent, OutboxRow, Topic } from '../domain/event';

/** A workflow type the relay starts by itself. */
type StartArgs =
  | { readonly workflowType: 'deliverMail'; readonly args: { organizationId: number; mailId: string } }
  | { readonly workflowType: 'replanJourneys'; readonly args: { organizationId: number; policyId: string } }
  | {
      readonly workflowType: 'scheduledReport';
      readonly args: { organizationId: number; reportId: string; runKey: string };
    };

/** One call. `ensure` starts the journey if it is not open and tells it to plan; `signal` tells it only if it is open. */
export type Action =
  | { readonly kind: 'ensure'; readonly workflowId: string; readonly args: JourneyArgs; readonly version: number }
  | { readonly kind: 'signal'; readonly workflowId: string; readonly version: number }
  | ({ readonly kind: 'start'; readonly workflowId: string; readonly isOnce: boolean } & StartArgs)
  | { readonly kind: 'syncReport'; readonly organizationId: number; readonly reportId: string }
  | { readonly kind: 'syncOrganization'; readonly organizationId: number };

/** Rows that one call settles. */
export interface Group {
  readonly action: Action;
  readonly rows: readonly OutboxRow[];
}

type Entry<T extends Topic> = (event: Extract<OutboxEvent, { topic: T }>, row: OutboxRow) => Action;

const ensure = ({ userId }: { userId: string }, { organizationId, id }: OutboxRow): Action => {
  return {
    kind: 'ensure',
    workflowId: workflowId.journey('onboarding', userId),
    args: { organizationId, userId },
    version: id,
  };
};

const signal = ({ userId }: { userId: string }, { id }: OutboxRow): Action => {
  return { kind: 'signal', workflowId: workflowId.journey('onboarding', userId), version: id };
};

const table: { readonly [T in Topic]: Entry<T> } = {
  SeatAssigned: ensure,
  UserReactivated: ensure,
  JourneyStale: ensure,
  // A journey that was exhausted in one stage goes on in the next, so progress may open it again.
  StageReached: ensure,
  SeatReleased: signal,
  UserDeactivated: signal,
  UserRemoved: signal,
  ProfileChanged: signal,
  SuppressionChanged: signal,
  PolicyActivated: ({ policyId }, { organizationId }) => {
    const args = { organizationId, policyId };
    return {
      kind: 'start',
      workflowType: 'replanJourneys',
      workflowId: workflowId.replanJourneys(policyId),
      isOnce: false,
      args,
    };
  },
  MailQueued: ({ mailId }, { organizationId }) => {
    const args = { organizationId, mailId };
    return { kind: 'start', workflowType: 'deliverMail', workflowId: workflowId.mail(mailId), isOnce: false, args };
  },
  ReportRunRequested: ({ reportId, runKey }, { organizationId }) => {
    const args = { organizationId, reportId, runKey };
    const id = workflowId.reportRun(reportId, runKey);
    return { kind: 'start', workflowType: 'scheduledReport', workflowId: id, isOnce: true, args };
  },
  ReportScheduleChanged: ({ reportId }, { organizationId }) => ({ kind: 'syncReport', organizationId, reportId }),
  OrganizationScheduleChanged: (_, { organizationId }) => ({ kind: 'syncOrganization', organizationId }),
};

/** Whether the table has the row's topic; a newer release may have written another. */
export function hasAction({ event }: OutboxRow): boolean {
  return Object.hasOwn(table, event.topic);
}

/** The call an outbox row stands for. */
export function dispatch(row: OutboxRow): Action {
  const entry = table[row.event.topic] as (event: OutboxEvent, row: OutboxRow) => Action;
  return entry(row.event, row);
}

/** Joins rows that ask for the same call: the highest version counts, and one wish to start is enough. */
export function groupRows(rows: readonly OutboxRow[]): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const action = dispatch(row);
    const key = keyOf(action);
    const group = groups.get(key);
    groups.set(
      key,
      group ? { action: join(group.action, action), rows: [...group.rows, row] } : { action, rows: [row] },
    );
  }
  return [...groups.values()];
}

/** Starts a call counts as against its lane's rate. */
export function costOf(action: Action): number {
  return action.kind === 'signal' ? 0.5 : 1;
}

function join(a: Action, b: Action): Action {
  const isJourney = (it: Action) => it.kind === 'ensure' || it.kind === 'signal';
  if (!isJourney(a) || !isJourney(b)) return b;
  const version = Math.max('version' in a ? a.version : 0, 'version' in b ? b.version : 0);
  const starter = a.kind === 'ensure' ? a : b;
  return { ...starter, version };
}

function keyOf(action: Action): string {
  if (action.kind === 'syncReport') return `report/${action.reportId}`;
  if (action.kind === 'syncOrganization') return `organization/${action.organizationId}`;
  return action.workflowId;
}
