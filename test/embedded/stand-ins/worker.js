// @ts-check
// Stands in for the worker in the launcher's tests: starts a child of its own and waits.
'use strict';
const { spawn } = require('node:child_process');

const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
console.log(`grandchild ${child.pid}`);
process.on('SIGTERM', () => process.exit(0));
