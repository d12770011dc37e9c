// What the workflow suites share: the bundle as the worker runs it, runs against stand-in activities on a real server,
// recorded histories, and builds with one line changed that must not replay them.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils';
import {
  bundleWorkflowCode,
  NativeConnection,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { inPackage } from '../../src/root';
import { queues } from '../../workflows/contract';
import { quietSdkLog, testTemporalAddress } from '../support/temporal-client';

/** Stand-in activities by name. */
export type StandIns = Record<string, (args: never) => Promise<unknown>>;

const workflowsFolder = inPackage('workflows');
const historiesFolder = inPackage('test', 'workflows', 'histories');

// Before anything else of the SDK in the suite's process: errors alone, from the core as well.
Runtime.install({ logger: quietSdkLog, telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } } });

/** Bundles the workflows as they are. */
export function bundle(folder = workflowsFolder): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({ workflowsPath: join(folder, 'index.ts'), logger: quietSdkLog });
}

/** Bundles the workflows with one text changed in one file. @throws Error when the text is not there */
export async function mutatedBundle(file: string, from: string, to: string): Promise<WorkflowBundleWithSourceMap> {
  const folder = mkdtempSync(join(tmpdir(), 'uptake-mutant-'));
  try {
    const copy = join(folder, 'workflows');
    cpSync(workflowsFolder, copy, { recursive: true });
    symlinkSync(inPackage('node_modules'), join(folder, 'node_modules'));
    const text = readFileSync(join(copy, file), 'utf8');
    if (!text.includes(from)) throw new Error(`${file} does not hold: ${from}`);
    writeFileSync(join(copy, file), text.replace(from, to));
    return await bundle(copy);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs `work` while a worker of the client's namespace executes workflows and all their activities. */
export async function withWorker<T>(
  client: Client,
  workflowBundle: WorkflowBundleWithSourceMap,
  activities: StandIns,
  work: () => Promise<T>,
): Promise<T> {
  const connection = await NativeConnection.connect({ address: testTemporalAddress() });
  const { namespace } = client.options;
  try {
    const light = await Worker.create({ connection, namespace, taskQueue: queues.main, workflowBundle, activities });
    const heavy = await Worker.create({ connection, namespace, taskQueue: queues.report, activities });
    return await light.runUntil(heavy.runUntil(work()));
  } finally {
    await connection.close();
  }
}

/** Keeps a finished run as `histories/<type>/<name>.json`, when RECORD_HISTORIES asks for it or there is none yet. */
export async function keepHistory(client: Client, workflowId: string, type: string, name: string): Promise<void> {
  const path = join(historiesFolder, type, `${name}.json`);
  if (existsSync(path) && process.env['RECORD_HISTORIES'] !== '1') return;
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  mkdirSync(join(historiesFolder, type), { recursive: true });
  writeFileSync(path, `${anonymous(historyToJSON(history))}\n`);
}

/** Replays every recorded history of a type; answers name and error (undefined = it replays). */
export async function replay(type: string, workflowBundle: WorkflowBundleWithSourceMap) {
  const folder = join(historiesFolder, type);
  const histories = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      workflowId: file,
      history: historyFromJSON(JSON.parse(readFileSync(join(folder, file), 'utf8'))),
    }));
  const results: { name: string; error: Error | undefined }[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories))
    results.push({ name: workflowId, error });
  return results;
}

/** Without the machine it ran on: replay needs neither stacks nor the names of workers. */
function anonymous(json: string): string {
  const strip = (key: string, value: unknown): unknown => {
    if (key === 'stackTrace') return '';
    return typeof value === 'string' && /^\d+@/.test(value) ? 'worker' : value;
  };
  return JSON.stringify(JSON.parse(json, strip), null, 1);
}
