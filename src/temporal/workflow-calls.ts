// The calls the relay makes: start, start-and-signal, signal; and what an error of the server means. Called by the relay.
import {
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
} from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { queues, replanSignal, searchAttributes, type ReplanSignal } from '../../workflows/contract';
import { AppError } from '../errors';
import type { Action } from './dispatch';
import type { Schedules } from './schedules';

/** What the relay does with a failed call: nothing, slow down, wait for the server, or try this row later. */
export type Failure = 'done' | 'busy' | 'away' | 'refused';

/** Performs actions. */
export interface WorkflowCalls {
  /** One call; a journey that is not open and a run that exists are no errors. */
  perform(action: Action): Promise<void>;
}

interface Dependencies {
  readonly client: Client;
  readonly schedules: Pick<Schedules, 'syncReport' | 'syncOrganization'>;
  /** How long one call may take. */
  readonly callMs: number;
}

const organizationKey = defineSearchAttributeKey(searchAttributes.organization, SearchAttributeType.KEYWORD);
const reportKey = defineSearchAttributeKey(searchAttributes.report, SearchAttributeType.KEYWORD);

/** The calls, over one client. */
export function createWorkflowCalls({ client, schedules, callMs }: Dependencies): WorkflowCalls {
  const call = async (action: Action): Promise<unknown> => {
    switch (action.kind) {
      case 'signal':
        return client.workflow.getHandle(action.workflowId).signal(replanSignal, { version: action.version });
      case 'ensure':
        return ensure(client, action);
      case 'start':
        return start(client, action);
      case 'syncReport':
        return schedules.syncReport(action.organizationId, action.reportId);
      case 'syncOrganization':
        return schedules.syncOrganization(action.organizationId);
    }
  };
  return {
    perform: async (action) => {
      try {
        // Schedules keep their own time: a lease may have to be waited for.
        if (action.kind === 'syncReport' || action.kind === 'syncOrganization') await call(action);
        else await client.connection.withDeadline(Date.now() + callMs, () => call(action));
      } catch (error) {
        if (failureOf(error) !== 'done') throw error;
      }
    },
  };
}

async function ensure(client: Client, { workflowId, args, version }: Action & { kind: 'ensure' }): Promise<void> {
  await client.workflow.signalWithStart<(it: typeof args) => Promise<string>, [ReplanSignal]>('onboarding', {
    workflowId,
    taskQueue: queues.main,
    args: [args],
    signal: replanSignal,
    signalArgs: [{ version }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    typedSearchAttributes: attributesOf(args.organizationId),
  });
}

async function start(client: Client, action: Action & { kind: 'start' }): Promise<void> {
  const { workflowId, workflowType, args, isOnce } = action;
  await client.workflow.start(workflowType, {
    workflowId,
    taskQueue: queues.main,
    args: [args],
    workflowIdReusePolicy: isOnce ? 'REJECT_DUPLICATE' : 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
    typedSearchAttributes: attributesOf(args.organizationId, 'reportId' in args ? args.reportId : undefined),
  });
}

function attributesOf(organizationId: number, reportId?: string): TypedSearchAttributes {
  const organization = { key: organizationKey, value: String(organizationId) };
  return new TypedSearchAttributes(
    reportId === undefined ? [organization] : [organization, { key: reportKey, value: reportId }],
  );
}

/** gRPC status codes. Source: grpc.io/docs/guides/status-codes */
const status = { cancelled: 1, deadline: 4, exhausted: 8, unavailable: 14 } as const;

/** What an error of a call means. An unknown one concerns its row alone. */
export function failureOf(error: unknown): Failure {
  if (error instanceof WorkflowNotFoundError || error instanceof WorkflowExecutionAlreadyStartedError) return 'done';
  if (error instanceof AppError && error.kind === 'unavailable') return 'busy';
  const cause = grpcErrorOf(error);
  if (cause === undefined) return 'refused';
  if (cause === status.exhausted) return 'busy';
  const isAway = cause === status.unavailable || cause === status.deadline || cause === status.cancelled;
  return isAway ? 'away' : 'refused';
}

function grpcErrorOf(error: unknown, depth = 0): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  return error instanceof Error && depth < 3 ? grpcErrorOf(error.cause, depth + 1) : undefined;
}
