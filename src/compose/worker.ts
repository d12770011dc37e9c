// The worker role: folds the counts, relays the outbox to Temporal, runs workflows and activities. Starts with Temporal
// absent and goes on when it comes.
import { createAlertComposer } from '../activities/alert-mail';
import { createMailActivities } from '../activities/mail-activities';
import { createReminderActivities } from '../activities/reminder-activities';
import { createReportActivities } from '../activities/report-activities';
import { createReportDelivery } from '../activities/report-delivery';
import { createSnapshotActivities } from '../activities/snapshot-activities';
import type { Config } from '../config';
import type { Log } from '../log';
import { createArtifactWriter } from '../report/artifact';
import { inBuild } from '../root';
import { countsAsOf } from '../service/adoption';
import { eachApart } from '../service/apart';
import { createJourneys } from '../service/journeys';
import { createManagerLinks } from '../service/manager-link';
import { createOutbox } from '../service/outbox';
import { createReminders } from '../service/reminders';
import { createReportContents } from '../service/report-content';
import { createReportDeliveries } from '../service/report-deliveries';
import { createReportRuns } from '../service/report-runs';
import { createReportWatch } from '../service/report-watch';
import { createScheduleSource } from '../service/schedule-source';
import { openDatabase } from '../store/database';
import { openTemporal, type TemporalLink } from '../temporal/connection';
import { createWorkers, installRuntime, type ActivitySets } from '../temporal/polling';
import { createRelay } from '../temporal/relay';
import { createScheduleLoop } from '../temporal/schedule-loop';
import { createSchedules } from '../temporal/schedules';
import { createWorkflowCalls } from '../temporal/workflow-calls';
import { codeVersion } from './code-version';
import { createCore, type Core } from './core';
import { createMailing, type Mailing } from './mailing';
import { required, type Running } from './role';
import { startTicker } from './ticker';

const workerPool = 16;
/** Reports read through connections of their own, so that they never take those of journeys. */
const reportPool = 2;
const foldMs = 1000;
/** How soon the seats of a large group follow its members. */
const settleMs = 1000;
const linkMs = 60_000;
/** At 100 requests a second Entra's 5,000 failures are minutes away. */
const watchMs = 30_000;
/** How often what has an end is ended, until a nightly workflow does it. */
const tidyMs = 3_600_000;
/** Workflow starts per second that a real server carries; the launcher sets 50 for its development server. */
const startsPerSecond = 200;

/** Starts the role. */
export async function startWorker(config: Config, log: Log): Promise<Running> {
  const address = required(
    config.temporal.address,
    'TEMPORAL_ADDRESS is required here; npm start runs a private server, for example 127.0.0.1:7233',
  );
  const core = createCore({ config, log, pool: workerPool });
  const isReady = rememberReady(core);
  installRuntime(log);
  const mailing = createMailing(core);
  const reporting = openReporting(core);
  const stopping = new AbortController();
  const temporal = runTemporal({ core, mailing, reporting, isReady }, address, stopping.signal);
  const every = (everyMs: number, name: string, work: () => Promise<unknown>): Running =>
    startTicker({ name, everyMs, log, work: async () => ((await isReady()) ? work() : undefined) });
  const folding = every(foldMs, 'fold counts', () => core.adoption.foldCounts());
  const settling = every(settleMs, 'settle large groups', () => core.groupMoves.settle(stopping.signal));
  const linking = every(linkMs, 'link managers', createManagerLinks(core));
  const watching = every(watchMs, 'watch provisioning', () => core.provisioningWatch.watch());
  const tidying = every(tidyMs, 'tidy', () => tidy(core));
  return {
    stop: async () => {
      stopping.abort();
      await linking.stop();
      await settling.stop();
      await temporal;
      await tidying.stop();
      await watching.stop();
      await folding.stop();
      await mailing.mailer.close();
      await reporting.close();
      await core.close();
    },
  };
}

/** Whether the schema is there; asked until it says so. */
type IsReady = () => Promise<boolean>;

function rememberReady({ isMigrated }: Core): IsReady {
  let isReady = false;
  return async () => (isReady ||= await isMigrated());
}

/** Holds without an answer, tokens that end soon, alerts and findings that are over, and what of the request log is old enough to go. */
async function tidy(core: Core): Promise<void> {
  const steps = [
    () => core.holds.expireHolds(),
    () => core.alerts.review(),
    () => core.tokenWatch.watch(),
    () => core.findings.review(),
    () => core.requestHistory.purge(),
  ];
  await eachApart(steps, async (step) => void (await step()));
}

function openReporting({ config }: Core) {
  const url = config.database.url ?? '';
  return openDatabase({ ...config.database, url, pool: reportPool });
}

type Reporting = ReturnType<typeof openReporting>;

/** Waits for schema and server, then works until the signal. A worker that ends for good ends the process. */
async function runTemporal(
  { core, mailing, reporting, isReady }: { core: Core; mailing: Mailing; reporting: Reporting; isReady: IsReady },
  address: string,
  signal: AbortSignal,
): Promise<void> {
  const { config, log } = core;
  while (!signal.aborted && !(await isReady().catch(() => false))) await pause(500, signal);
  const options = { ...config.temporal, address };
  const link = await openTemporal({ options, log, signal });
  if (link === undefined) return;
  const parts = await startParts(core, mailing, reporting, link);
  const run = parts.workers.run();
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  if (signal.aborted) parts.workers.shutdown();
  // A worker that fails for good rejects here: the process ends with it and the launcher starts another.
  await Promise.race([run, signal.aborted ? Promise.resolve() : aborted]);
  await parts.loop.close();
  await parts.relay.stop();
  parts.workers.shutdown();
  await run;
  await link.close();
}

async function startParts(core: Core, mailing: Mailing, reporting: Reporting, link: TemporalLink) {
  const { config, log, clock, database, fault } = core;
  const outbox = createOutbox(core);
  const journeys = createJourneys(core);
  const schedules = createSchedules({ client: link.client.schedule, source: createScheduleSource(core), log });
  const calls = createWorkflowCalls({ client: link.client, schedules, callMs: config.temporal.callMs });
  const relay = createRelay({
    outbox,
    journeys,
    calls,
    schedules,
    clock,
    log,
    fault,
    namespace: link.namespace,
    namespaceId: link.namespaceId,
    isMailFailing: () => !mailing.mailer.ready(),
    startsPerSecond: config.temporal.journeyStartRate ?? startsPerSecond,
  });
  const loop = createScheduleLoop({ schedules, watch: createReportWatch({ database, clock, newId: core.newId }), log });
  const workers = await createWorkers({
    connection: link.native,
    namespace: link.namespace,
    activities: createActivities(core, mailing, reporting),
    bundlePath: inBuild('workflow-bundle.js'),
    mailsPerSecond: config.mail.ratePerSecond,
  });
  relay.start();
  loop.start();
  return { relay, loop, workers };
}

function createActivities(core: Core, { claims, mails, texts, tools }: Mailing, reporting: Reporting): ActivitySets {
  const { config, log, alerts, snapshots, suppression, fault } = core;
  const reminders = createReminders({ ...core, claims, mailsPerSecond: config.mail.ratePerSecond });
  const journeys = createReminderActivities({
    ...tools,
    reminders,
    journeys: createJourneys(core),
    suppression,
    texts,
  });
  const { sendReminder, ...light } = journeys;
  const report = createReportActivities({
    runs: createReportRuns(core),
    contents: createReportContents({ database: reporting, countsAsOf }),
    artifacts: createArtifactWriter({ folder: config.files.reportDir, fault }),
    deliver: createReportDelivery({ ...tools, deliveries: createReportDeliveries(core), mails, texts }),
    log,
    codeVersion: codeVersion(),
  });
  const { openRun, closeRun, ...heavy } = report;
  return {
    main: { ...light, ...createSnapshotActivities({ snapshots, log }), openRun, closeRun },
    mail: {
      sendReminder,
      ...createMailActivities({ ...tools, mails, composers: { alert: createAlertComposer({ alerts, texts }) } }),
    },
    report: heavy,
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
