// The activities of scheduledReport: open, render, deliver, close. Composed by the worker.
// Each may repeat: the run has one row per key, its files one name, each mail one row.
import { Context } from '@temporalio/activity';
import type { Caller } from '../domain/caller';
import { AppError } from '../errors';
import type { Log } from '../log';
import type { ArtifactWriter } from '../report/artifact';
import type { ReportMeta } from '../report/table';
import { userListColumns } from '../report/user-list';
import type { ReportContents, RunContent } from '../service/report-content';
import type { ReportRuns } from '../service/report-runs';
import type { ReportActivities } from '../../workflows/contract';
import { createGuard } from './activity-error';
import { beating, workflowCaller } from './beating';

/** Delivers a run to one destination; of report-delivery.ts. */
export type DeliverRun = (
  caller: Caller,
  runId: string,
  destinationId: string,
  beat: (detail: unknown) => void,
) => Promise<string>;

interface Dependencies {
  readonly runs: ReportRuns;
  readonly contents: ReportContents;
  readonly artifacts: ArtifactWriter;
  readonly deliver: DeliverRun;
  readonly log: Log;
  /** Version of this program; stands in summary and manifest. */
  readonly codeVersion: string;
}

/** The activities of reports. */
export function createReportActivities(dependencies: Dependencies): ReportActivities {
  const { runs, deliver, log } = dependencies;
  const guard = createGuard(log);
  return {
    openRun: guard('openRun', ({ organizationId, reportId, nominalIso, runKey }) => {
      const { workflowExecution, attempt } = Context.current().info;
      if (workflowExecution === undefined) throw new AppError('bug', { reason: 'a run needs a workflow' });
      const order = { reportId, runKey, nominalAt: new Date(nominalIso), owner: workflowExecution.runId };
      return runs.open(workflowCaller(organizationId), { ...order, isRetry: attempt > 1 });
    }),
    renderReport: guard('renderReport', ({ organizationId, runId }) =>
      render(dependencies, workflowCaller(organizationId), runId),
    ),
    deliverReport: guard('deliverReport', ({ organizationId, runId, destinationId }) =>
      beating((beat) => deliver(workflowCaller(organizationId), runId, destinationId, beat)),
    ),
    closeRun: guard('closeRun', ({ organizationId, runId, failure }) =>
      runs.close(workflowCaller(organizationId), runId, failure),
    ),
  };
}

/** Steps: 1. content and files inside one snapshot 2. the files' rows. */
async function render(
  { runs, contents, artifacts, codeVersion }: Dependencies,
  caller: Caller,
  runId: string,
): Promise<{ rows: number }> {
  const artifact = await beating((beat, signal) =>
    contents.read(caller, runId, (content) => {
      if (content.kind !== 'user_list') throw new AppError('input.invalid', { reason: 'No such kind of report.' });
      const table = { name: 'Users', columns: userListColumns, rows: content.rows };
      return artifacts.write(metaOf(content, codeVersion), table, { formats: content.formats, signal, onBatch: beat });
    }),
  );
  const { rows, rowsSha256, files, manifest } = artifact;
  await runs.recordArtifacts(caller, runId, { rows, rowsSha256, files: [...files, manifest] });
  return { rows };
}

function metaOf(content: RunContent, codeVersion: string): ReportMeta {
  const { run, kind, title, slug, organization, zone, filter, definitions, counts } = content;
  const said = { kind, title, slug, organization, zone, filter, definitions, counts };
  return { ...said, asOf: run.asOf, knownAt: run.knownAt, runId: run.id, codeVersion };
}
