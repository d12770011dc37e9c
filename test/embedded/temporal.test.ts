import { Connection } from '@temporalio/client';
import { hasNamespace } from '../../src/embedded/temporal';

const address = () => process.env.TEST_TEMPORAL_ADDRESS ?? '';

describe('the private Temporal', () => {
  it('has the namespace it was started with', async () => {
    const known = await hasNamespace(address(), 'uptake');

    expect(known).toBe(true);
  });

  it('does not claim a namespace nobody made', async () => {
    const known = await hasNamespace(address(), 'nobody');

    expect(known).toBe(false);
  });

  it('answers the client library', async () => {
    const connection = await Connection.connect({ address: address() });

    const { serverVersion } = await connection.workflowService.getSystemInfo({});

    await connection.close();
    expect(serverVersion).toMatch(/^1\./);
  });

  it('says no where nobody listens', async () => {
    const known = await hasNamespace('127.0.0.1:1', 'uptake');

    expect(known).toBe(false);
  });
});
