// A namespace of its own on the suites' Temporal server, with workers over the real bundle of workflows. Queues have fixed
// names, so suites that poll them keep apart by namespace.
import { randomBytes } from 'node:crypto';
import {
  DefaultLogger,
  Runtime,
  bundleWorkflowCode,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { inPackage } from '../../src/root';
import { openTemporal, type TemporalLink } from '../../src/temporal/connection';
import { queues } from '../../workflows/contract';

/** A log that keeps nothing. */
export const silentLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Activities of the two queues journeys use; stand-ins or the real ones. */
export interface WorldActivities {
  readonly main?: object;
  readonly mail?: object;
  readonly report?: object;
}

/** What a suite gets; filled before its first test. */
export interface TemporalWorld {
  readonly link: TemporalLink;
  /** Polls with these activities while `work` runs. `bundle` in place of the product's own workflows. */
  whilePolling<T>(
    activities: WorldActivities,
    work: () => Promise<T>,
    bundle?: WorkflowBundleWithSourceMap,
  ): Promise<T>;
}

let runtimeIsInstalled = false;
let bundled: Promise<WorkflowBundleWithSourceMap> | undefined;

/** The product's workflows as one bundle; made once for a test file. */
export function bundleOfProduct(): Promise<WorkflowBundleWithSourceMap> {
  bundled ??= bundleOf(inPackage('workflows', 'index.ts'));
  return bundled;
}

/** Any entry file as a bundle. */
export function bundleOf(workflowsPath: string): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
}

/** Keeps the SDK quiet; once in a test file, before anything else of Temporal. */
export function quietRuntime(): void {
  if (runtimeIsInstalled) return;
  const logging = { filter: { core: 'ERROR', other: 'ERROR' } } as const;
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging }, shutdownSignals: [] });
  runtimeIsInstalled = true;
}

/** Opens a namespace for the suites of this file; call it at the top of a describe. */
export function useTemporalWorld(): TemporalWorld {
  const world = {} as { -readonly [key in keyof TemporalWorld]: TemporalWorld[key] };
  beforeAll(async () => {
    quietRuntime();
    const address = process.env['TEST_TEMPORAL_ADDRESS'];
    if (!address) throw new Error('not run: no Temporal server; run the suites with npm test');
    const namespace = `test-${randomBytes(6).toString('hex')}`;
    const options = { address, namespace, callMs: 10_000 };
    const link = await openTemporal({ options, log: silentLog, signal: AbortSignal.timeout(60_000) });
    if (!link) throw new Error('Temporal does not answer');
    world.link = link;
    await bundleOfProduct();
  }, 120_000);
  afterAll(() => world.link?.close());
  world.whilePolling = async (activities, work, bundle) => {
    const { native: connection, namespace } = world.link;
    const shared = { connection, namespace, shutdownGraceTime: '5s', shutdownForceTime: '10s' } as const;
    const workflowBundle = bundle ?? (await bundleOfProduct());
    const workers = [
      await Worker.create({ ...shared, taskQueue: queues.main, workflowBundle, activities: activities.main }),
    ];
    for (const name of ['mail', 'report'] as const) {
      if (activities[name])
        workers.push(await Worker.create({ ...shared, taskQueue: queues[name], activities: activities[name] }));
    }
    const polling = Promise.all(workers.map((worker) => worker.run()));
    try {
      return await Promise.race([work(), polling.then(() => Promise.reject(new Error('a worker stopped')))]);
    } finally {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await polling;
    }
  };
  return world;
}
