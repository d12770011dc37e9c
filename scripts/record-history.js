// @ts-check
// A finished run as a file the replay test reads: npm run record-history -- ADDRESS NAMESPACE WORKFLOW_ID NAME [RUN_ID].
// The file is test/workflows/histories/<type>/<NAME>.json. Names of machines and paths of stack traces are left out.
'use strict';
const { mkdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { Client, Connection } = require('@temporalio/client');
const { historyToJSON } = require('@temporalio/common/lib/proto-utils');

const folder = path.join(__dirname, '..', 'test', 'workflows', 'histories');

/** Keys whose values tell of the machine the run was recorded on. Replay reads none of them. */
const local = new Map([
  ['identity', 'worker'],
  ['stackTrace', ''],
]);

/**
 * @param {unknown} value
 * @returns {unknown}
 */
function scrub(value) {
  if (Array.isArray(value)) return value.map(scrub);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, local.has(key) ? local.get(key) : scrub(inner)]);
  return Object.fromEntries(entries);
}

/**
 * @param {string} address
 * @param {string} namespace
 * @param {string} workflowId
 * @param {string} name
 * @param {string} [runId]
 */
async function record(address, namespace, workflowId, name, runId) {
  const connection = await Connection.connect({ address });
  try {
    const handle = new Client({ connection, namespace }).workflow.getHandle(workflowId, runId);
    const { type } = await handle.describe();
    const history = scrub(JSON.parse(historyToJSON(await handle.fetchHistory())));
    const file = path.join(folder, type, `${name}.json`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(history, null, 1)}\n`);
    console.log(path.relative(process.cwd(), file));
  } finally {
    await connection.close();
  }
}

const [address, namespace, workflowId, name, runId] = process.argv.slice(2);
if (!address || !namespace || !workflowId || !name || !/^[a-z0-9-]+$/.test(name)) {
  console.error('usage: npm run record-history -- ADDRESS NAMESPACE WORKFLOW_ID NAME [RUN_ID]');
  process.exitCode = 2;
} else {
  record(address, namespace, workflowId, name, runId).catch((error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
