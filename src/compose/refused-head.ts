// What a client hears whose request could not be read at all, so that no request exists: too large a head, too slow, no HTTP.
// Called by listener.ts.
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { newId } from '../ids';

const statuses: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};
/** How long what is still being sent is taken, so that the answer is not lost with it. */
const lingerMs = 1000;

/** Answers in the form of the API, with a request id, and closes; says nothing into an answer that has begun. */
export function refuseHead(error: NodeJS.ErrnoException, socket: Duplex): void {
  // Node's own handler looks at the same field: there is no public name for the answer in progress.
  const { _httpMessage: begun } = socket as { _httpMessage?: { readonly headersSent: boolean } | null };
  if (error.code === 'ECONNRESET' || !socket.writable || begun?.headersSent) return void socket.destroy();
  const status = statuses[error.code ?? ''] ?? 400;
  const requestId = newId();
  const description = `This is no request that can be read: ${STATUS_CODES[status]}.`;
  const body = JSON.stringify({ error: true, code: 'request_unreadable', description });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.resume();
  setTimeout(() => socket.destroy(), lingerMs).unref();
}
