// A namespace of its own for each suite that needs Temporal: queue names and Schedule ids are the product's, so suites
// that shared one would take each other's tasks.
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { DefaultLogger } from '@temporalio/worker';
import { searchAttributes } from '../../workflows/contract';

const keyword = temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;

/** A client of a new namespace on the server of TEST_TEMPORAL_ADDRESS, with Uptake's search attributes. */
export async function connectTestClient(): Promise<Client> {
  const connection = await Connection.connect({ address: testTemporalAddress() });
  const namespace = `uptake-test-${randomUUID()}`;
  const client = new Client({ connection, namespace });
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  const wanted = Object.fromEntries(Object.values(searchAttributes).map((name) => [name, keyword]));
  await eventually(() => connection.operatorService.addSearchAttributes({ namespace, searchAttributes: wanted }));
  await eventually(() => client.workflow.count());
  return client;
}

/** host:port of the suites' server. @throws Error `not run` without one */
export function testTemporalAddress(): string {
  const address = process.env['TEST_TEMPORAL_ADDRESS'];
  if (!address) throw new Error('not run: no Temporal server; run the suites with npm test');
  return address;
}

/** Waits for a state of a server, with a deadline of 20 s. */
export async function eventually<T>(check: () => Promise<T>, deadlineMs = 20_000): Promise<T> {
  const until = Date.now() + deadlineMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** The log of the SDK's test environments, errors alone. */
export const quietSdkLog = new DefaultLogger('ERROR');
