// How an answer leaves: plain JSON written once, `application/scim+json` without parameters, entity tags, no body where none
// belongs. Over Node's own response, so that both doors send the same bytes. Called by exchange.ts.
import type { IncomingMessage, ServerResponse } from 'node:http';

/** An answer about to be sent. `location` and `version` stand for a single resource. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly location?: string;
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends an answer; 304 instead where the client holds this version already. Answers the status sent. */
export function send(req: IncomingMessage, res: ServerResponse, answer: Answer): number {
  const headers: Record<string, string | number> = { ...answer.headers };
  if (answer.location !== undefined) headers['Location'] = answer.location;
  if (answer.version !== undefined) headers['ETag'] = answer.version;
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  const isKnown = isRead && answer.status === 200 && holds(req.headers['if-none-match'], answer.version);
  const status = isKnown ? 304 : answer.status;
  res.removeHeader('Content-Type');
  if (status === 304 || status === 204 || answer.body === undefined) {
    if (status !== 304 && status !== 204) headers['Content-Length'] = 0;
    res.writeHead(status, headers).end();
    return status;
  }
  const text = JSON.stringify(answer.body);
  headers['Content-Type'] = 'application/scim+json';
  headers['Content-Length'] = Buffer.byteLength(text);
  res.writeHead(status, headers).end(req.method === 'HEAD' ? undefined : text);
  return status;
}

/** Whether a list of entity tags names the version; compared weakly. Source: RFC 9110 8.8.3.2. */
function holds(header: string | undefined, version: string | undefined): boolean {
  if (header === undefined || version === undefined) return false;
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');
  return header.split(',').some((tag) => tag.trim() === '*' || opaque(tag) === opaque(version));
}
