// Free ports, and waiting for a state of a server just started. Called by the private servers and the launcher.
import { type AddressInfo, createConnection, createServer } from 'node:net';

/** A TCP port on loopback that was free a moment ago. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Whether nothing listens at an address. */
export function isPortFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}

/**
 * Whether a server on loopback speaks first, as MySQL does with its greeting. An open port alone says too little: the
 * server binds it long before it answers.
 */
export function greets(port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => done(false));
    socket.once('data', () => done(true));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
  });
}

/** What to wait for, and until when. */
export interface Wait {
  /** Asked again and again until it says true. */
  readonly until: () => Promise<boolean>;
  /** Asked before each look; its text ends the wait with an error. */
  readonly failed?: () => string | undefined;
  readonly timeoutMs: number;
  /** What is waited for, as it stands in the error. */
  readonly what: string;
}

/**
 * Waits for a state.
 * @throws Error when the time is over or `failed` speaks
 */
export async function waitFor({ until, failed, timeoutMs, what }: Wait): Promise<void> {
  const deadlineAt = Date.now() + timeoutMs;
  while (!(await until())) {
    const reason = failed?.();
    if (reason !== undefined) throw new Error(reason);
    if (Date.now() > deadlineAt) throw new Error(`${what} took longer than ${timeoutMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
