// @ts-check
// A small closed-loop loader: so many connections, each sending its next request when the last is answered. Rate, p50, p99.
// Called by benches.
'use strict';
const { Agent, request } = require('node:http');

const warmUpMs = 1000;
const measureMs = 4000;

/**
 * @typedef {{ method: string, path: string, body?: string, status: number }} Shot
 * @param {{ port: number, connections: number, headers: Record<string, string>, next: () => Shot }} options
 * @returns {Promise<{ rate: number, p50Ms: number, p99Ms: number }>}
 */
async function load({ port, connections, headers, next }) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times = /** @type {number[]} */ ([]);
  const startedMs = performance.now();
  const [fromMs, untilMs] = [startedMs + warmUpMs, startedMs + warmUpMs + measureMs];
  const client = async () => {
    for (let sentMs = performance.now(); sentMs < untilMs; sentMs = performance.now()) {
      await fire({ port, agent, headers }, next());
      const doneMs = performance.now();
      if (doneMs >= fromMs && doneMs < untilMs) times.push(doneMs - sentMs);
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (/** @type {number} */ part) => times[Math.floor(times.length * part)] ?? 0;
  return { rate: (times.length / measureMs) * 1000, p50Ms: at(0.5), p99Ms: at(0.99) };
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
