// The replay gate: recorded runs of every workflow type go through the product's bundle again, command by command.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils';
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { inPackage } from '../../src/root';
import { scenarios } from '../support/journey-scenarios';
import { bundleOf, bundleOfProduct, quietRuntime, useTemporalWorld } from '../support/temporal-world';

const histories = join(__dirname, 'histories');

type History = ReturnType<typeof historyFromJSON>;
interface Recorded {
  readonly type: string;
  readonly file: string;
  readonly history: History;
}

function recorded(): Recorded[] {
  return readdirSync(histories).flatMap((type) =>
    readdirSync(join(histories, type)).map((file) => ({
      type,
      file,
      history: historyFromJSON(JSON.parse(readFileSync(join(histories, type, file), 'utf8'))),
    })),
  );
}

/** Names of the runs whose commands differ. */
async function replay(workflowBundle: WorkflowBundleWithSourceMap, runs: readonly Recorded[]): Promise<string[]> {
  const failed: string[] = [];
  const given = runs.map(({ type, file, history }) => ({ workflowId: `${type}/${file}`, history }));
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, given)) {
    if (error) failed.push(workflowId);
  }
  return failed;
}

/** The workflows of the product with one text put in place of another. */
async function mutated(file: string, from: string, to: string): Promise<WorkflowBundleWithSourceMap> {
  const folder = mkdtempSync(join(tmpdir(), 'uptake-mutant-'));
  try {
    cpSync(inPackage('workflows'), folder, { recursive: true });
    symlinkSync(inPackage('node_modules'), join(folder, 'node_modules'));
    const text = readFileSync(join(folder, file), 'utf8');
    if (!text.includes(from)) throw new Error(`${file} no longer holds ${from}`);
    writeFileSync(join(folder, file), text.replace(from, to));
    return await bundleOf(join(folder, 'index.ts'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('recorded runs', () => {
  beforeAll(quietRuntime);

  it('exist for every workflow type, and hold no path of a machine', () => {
    const index = readFileSync(inPackage('workflows', 'index.ts'), 'utf8');
    const types = [...index.matchAll(/export \{ (\w+) \}/g)].map(([, name]) => name);

    const texts = recorded().map(({ type, file }) => readFileSync(join(histories, type, file), 'utf8'));

    expect(readdirSync(histories).toSorted()).toEqual(types.toSorted());
    expect(texts.filter((text) => /"stackTrace": "[^"]|node_modules|@example\./.test(text))).toEqual([]);
  });

  it('replay over the bundle of the product', async () => {
    const failed = await replay(await bundleOfProduct(), recorded());

    expect(failed).toEqual([]);
  }, 60_000);

  it('fail over a build whose activities are swapped', async () => {
    const swapped = await mutated(
      'journey.ts',
      'const { planNextStep, recordStep } =',
      'const { planNextStep: recordStep, recordStep: planNextStep } =',
    );

    const failed = await replay(swapped, recorded());

    expect(failed).toContain('onboarding/escalated.json');
  }, 60_000);

  it('fail over a build that waits before it delivers', async () => {
    const waiting = await mutated('deliver-mail.ts', 'const status =', "await sleep('1 second');\n    const status =");

    const failed = await replay(waiting, recorded());

    expect(failed.toSorted()).toEqual(
      recorded()
        .filter((it) => it.type === 'deliverMail')
        .map((it) => `${it.type}/${it.file}`)
        .toSorted(),
    );
  }, 60_000);
});

describe('fresh runs', () => {
  const world = useTemporalWorld();

  it.each(scenarios.map((scenario) => [scenario.type, scenario.name, scenario] as const))(
    '%s %s replays as JSON',
    async (type, name, scenario) => {
      const handle = await scenario.run(world);
      const json: unknown = JSON.parse(historyToJSON(await handle.fetchHistory()));

      const failed = await replay(await bundleOfProduct(), [{ type, file: name, history: historyFromJSON(json) }]);

      expect(failed).toEqual([]);
    },
    90_000,
  );
});
