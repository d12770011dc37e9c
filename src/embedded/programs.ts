// The product's own programs as processes of a start: run one to its end, ask web whether it is ready. Called by the launcher.
import { spawn } from 'node:child_process';
import { get } from 'node:http';
import { AppError } from '../errors';
import type { ChildOptions } from './child';

const askMs = 2000;

/** One program that runs to its end, with its output passed through. */
export interface Run {
  /** Stands in the error. */
  readonly name: string;
  /** Arguments after `node`. */
  readonly args: readonly string[];
  readonly environment: ChildOptions['environment'];
  /** Told the process, so that a stop meanwhile can end it. */
  readonly onStart: (kill: () => void) => void;
}

/**
 * Runs a program and waits for its end.
 * @throws AppError `server.failed` when it does not end with 0
 */
export async function runOnce({ name, args, environment, onStart }: Run): Promise<void> {
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'inherit', 'inherit'] });
  onStart(() => void child.kill('SIGTERM'));
  const how = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(code === 0 ? undefined : `ended with ${signal ?? `exit code ${String(code)}`}`),
    );
  });
  if (how !== undefined) throw new AppError('server.failed', { reason: `${name} ${how}; see its lines above.` });
}

/** Whether web says on /readyz that it can serve; a server on all addresses is asked on loopback. */
export function isReady(host: string, port: number): Promise<boolean> {
  const asked = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return new Promise((resolve) => {
    const request = get({ host: asked, port, path: '/readyz', timeout: askMs, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}
