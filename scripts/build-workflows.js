// @ts-check
// workflows/index.ts and what it imports as one file, as the worker loads it. Called by build.js, or by hand:
// node scripts/build-workflows.js [FILE], by default dist/workflow-bundle.js.
'use strict';
const { mkdirSync, renameSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { bundleWorkflowCode, DefaultLogger } = require('@temporalio/worker');

/** @param {string} target */
async function bundleTo(target) {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(__dirname, '..', 'workflows', 'index.ts'),
    logger: new DefaultLogger('WARN'),
  });
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(`${target}.part`, code);
  renameSync(`${target}.part`, target);
}

bundleTo(process.argv[2] ?? path.join(__dirname, '..', 'dist', 'workflow-bundle.js')).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
