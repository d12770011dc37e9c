// The listener for operators: /metrics and /version, apart from the one the world reaches. Called by web.ts.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../log';
import { codeVersion } from './code-version';
import { startListener, type Listener } from './listener';
import { gatherMetrics, type MetricSource } from './metrics';

interface OpsOptions {
  readonly host: string;
  /** Without one nothing is opened. */
  readonly port: number | undefined;
  readonly sources: readonly MetricSource[];
  readonly log: Log;
}

const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

/** Listens where it is told to; undefined where it is not. @throws the system's error, such as EADDRINUSE */
export async function startOps({ host, port, sources, log }: OpsOptions): Promise<Listener | undefined> {
  if (port === undefined) return undefined;
  const answer = async ({ method, url = '' }: IncomingMessage, res: ServerResponse): Promise<void> => {
    const path = method === 'GET' ? url.split('?', 1)[0] : undefined;
    if (path === '/metrics') return send(res, 200, metricsType, await gatherMetrics(sources, log));
    if (path === '/version') return send(res, 200, 'application/json', JSON.stringify({ version: codeVersion() }));
    send(res, 404, 'application/json', JSON.stringify({ error: 'Here are GET /metrics and GET /version.' }));
  };
  const listener = await startListener((req, res) => void answer(req, res), host, port);
  log.info({ port: listener.port }, 'listening for operators');
  return listener;
}

function send(res: ServerResponse, status: number, type: string, text: string): void {
  res.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  res.end(text);
}
