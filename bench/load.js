// @ts-check
// A small closed-loop loader: so many connections, each sending its next request when the last is answered. Rate, p50, p99 and
// CPU of the warm server. Called by benches.
'use strict';
const { Agent, request } = require('node:http');

/**
 * A fresh process compiles its code while it answers: of a create's CPU, the first 1,000 requests show three times what the
 * 2,500th and all later ones take, and a floor of forty lines is warm long before a product. So nothing is measured before.
 */
const warmUpRequests = 3000;
const warmUpMs = { least: 1000, most: 15_000 };
const measureMs = 4000;

/**
 * @typedef {{ method: string, path: string, body?: string, status: number }} Shot
 * @param {{ port: number, connections: number, headers: Record<string, string>, next: () => Shot, cpuSeconds: () => number }} options
 *   cpuSeconds: what the server has used so far
 * @returns {Promise<{ rate: number, p50Ms: number, p99Ms: number, cpuUs: number }>} cpuUs: per request
 */
async function load({ port, connections, headers, next, cpuSeconds }) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const run = { isOver: false, answered: 0, times: /** @type {number[]} */ ([]) };
  const client = async () => {
    while (!run.isOver) {
      const sentMs = performance.now();
      await fire({ port, agent, headers }, next());
      run.answered += 1;
      run.times.push(performance.now() - sentMs);
    }
  };
  const clients = Promise.all(Array.from({ length: connections }, client));
  await Promise.race([clients, warmUp(run)]);
  const [startedMs, cpuBefore] = [performance.now(), cpuSeconds()];
  run.times = [];
  await Promise.race([clients, pause(measureMs)]);
  const [tookMs, cpu, times] = [performance.now() - startedMs, cpuSeconds() - cpuBefore, run.times];
  run.isOver = true;
  run.times = [];
  await clients;
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (/** @type {number} */ part) => times[Math.floor(times.length * part)] ?? 0;
  return { rate: (times.length / tookMs) * 1000, p50Ms: at(0.5), p99Ms: at(0.99), cpuUs: (cpu * 1e6) / times.length };
}

/** @param {{ answered: number }} run */
async function warmUp(run) {
  const startedMs = performance.now();
  const passedMs = () => performance.now() - startedMs;
  while (passedMs() < warmUpMs.least || (run.answered < warmUpRequests && passedMs() < warmUpMs.most)) await pause(50);
}

/** @param {number} ms @returns {Promise<void>} */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * @param {{ port: number, agent: Agent, headers: Record<string, string> }} to
 * @param {Shot} shot
 * @returns {Promise<void>}
 */
function fire({ port, agent, headers }, { method, path, body, status }) {
  return new Promise((resolve, reject) => {
    const length =
      body === undefined ? {} : { 'Content-Type': 'application/scim+json', 'Content-Length': Buffer.byteLength(body) };
    const req = request({ host: '127.0.0.1', port, agent, method, path, headers: { ...headers, ...length } }, (res) => {
      const chunks = /** @type {Buffer[]} */ ([]);
      res.on('data', (chunk) => chunks.push(chunk));
      res.on('end', () => {
        if (res.statusCode === status) return resolve();
        return reject(new Error(`${method} ${path}: ${res.statusCode} ${Buffer.concat(chunks).toString()}`));
      });
    });
    req.on('error', reject);
    req.end(body);
  });
}

module.exports = { load };
