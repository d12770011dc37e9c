// Where a request comes from, behind the proxies the operator trusts. Over Node's own request. Called by oauth.ts.
import type { IncomingMessage } from 'node:http';

/**
 * The client's address: the socket's, or what the last trusted proxy saw.
 * @param trustProxy proxy hops in front of this process (TRUST_PROXY); further entries of X-Forwarded-For are the client's own words
 */
export function clientAddress(req: IncomingMessage, trustProxy: number): string {
  const socket = req.socket.remoteAddress ?? 'unknown';
  const header = req.headers['x-forwarded-for'];
  const forwarded = (typeof header === 'string' ? header : '').split(',').map((it) => it.trim());
  const hops = [socket, ...forwarded.filter((it) => it !== '').toReversed()];
  return hops[Math.min(trustProxy, hops.length - 1)] ?? socket;
}
