// The web role's HTTP server: how long connections may take, and a stop that cuts nobody off. Called by web.ts.
import { createServer, type RequestListener } from 'node:http';
import { Server as NetServer, type AddressInfo } from 'node:net';
import { refuseHead } from './refused-head';

/** A server that listens. */
export interface Listener {
  readonly port: number;
  /** Takes no new connection, answers every request of those it has, then closes them. */
  close(): Promise<void>;
}

/** Times of a connection: idle, whole request, its head (docs/operations.md). */
const serverTimes = { keepAliveTimeout: 65_000, requestTimeout: 30_000, headersTimeout: 15_000 };
/** Twice the longest URL: a head has room for the rest, and who sends a longer URL is told so by 414. */
const maxHeaderSize = 32_768;
/** How long a kept connection may stay silent once the stop has begun. */
const lastCallMs = 500;

/** Listens. @throws the system's error, such as EADDRINUSE */
export async function startListener(app: RequestListener, host: string, port: number): Promise<Listener> {
  let isClosing = false;
  const take: RequestListener = (req, res) => {
    if (isClosing) res.setHeader('Connection', 'close');
    app(req, res);
  };
  const server = createServer({ ...serverTimes, maxHeaderSize }, take);
  server.on('clientError', refuseHead);
  // A client that asks first hears "go on" when somebody begins to read its body, so never before its token was checked.
  server.on('checkContinue', (req, res) => {
    req.on('newListener', (event) => {
      if (event === 'data' || event === 'readable') res.writeContinue();
    });
    take(req, res);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      isClosing = true;
      const idle = setInterval(() => server.closeIdleConnections(), lastCallMs);
      return new Promise((resolve) => {
        // HTTP's own close also cuts kept connections that look idle, while a request may be on its way in one of them.
        NetServer.prototype.close.call(server, () => {
          clearInterval(idle);
          resolve();
        });
      });
    },
  };
}
