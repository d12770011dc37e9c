// When a run was meant to start: the time its Schedule fired for, or its own start when nobody scheduled it.
import { workflowInfo } from '@temporalio/workflow';

/** The logical clock of a scheduled workflow. Source: Temporal docs, search attribute TemporalScheduledStartTime. */
export function nominalTime(): Date {
  const { searchAttributes, startTime } = workflowInfo();
  const [scheduled] = searchAttributes['TemporalScheduledStartTime'] ?? [];
  return scheduled instanceof Date ? scheduled : startTime;
}
