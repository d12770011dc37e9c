// A client of the suites' Temporal server, with Uptake's search attributes registered.
import { Client, Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { DefaultLogger } from '@temporalio/worker';
import { searchAttributes } from '../../workflows/contract';

const keyword = temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;

/** Connects to the server of TEST_TEMPORAL_ADDRESS, namespace `uptake`. */
export async function connectTestClient(): Promise<Client> {
  const address = process.env['TEST_TEMPORAL_ADDRESS'];
  if (!address) throw new Error('not run: no Temporal server; run the suites with npm test');
  const connection = await Connection.connect({ address });
  const wanted = Object.fromEntries(Object.values(searchAttributes).map((name) => [name, keyword]));
  await connection.operatorService
    .addSearchAttributes({ namespace: 'uptake', searchAttributes: wanted })
    .catch((error: { code?: number }) => {
      const alreadyExists = 6;
      if (error.code !== alreadyExists) throw error;
    });
  return new Client({ connection, namespace: 'uptake' });
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
