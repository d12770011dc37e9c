import { execFileSync } from 'node:child_process';
import { scenarios } from '../support/journey-scenarios';
import { useTemporalWorld } from '../support/temporal-world';
describe('record', () => {
  const world = useTemporalWorld();
  it('all', async () => {
    for (const scenario of scenarios) {
      const handle = await scenario.run(world);
      execFileSync(
        'node',
        [
          'scripts/record-history.js',
          process.env['TEST_TEMPORAL_ADDRESS']!,
          world.link.namespace,
          handle.workflowId,
          scenario.name,
        ],
        { stdio: 'inherit' },
      );
    }
  }, 200000);
});
