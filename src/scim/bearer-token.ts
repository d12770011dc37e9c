// The token of a request, before a byte of its body is read. Called by both doors through exchange.ts.
import type { IncomingMessage } from 'node:http';
import { AppError } from '../errors';

/**
 * The bearer token.
 * @throws token.invalid when it is missing, malformed or given twice, in the same words as a wrong one
 */
export function bearerToken(req: IncomingMessage): string {
  let header: string | undefined;
  let count = 0;
  for (let at = 0; at < req.rawHeaders.length; at += 2) {
    if (req.rawHeaders[at]?.toLowerCase() !== 'authorization') continue;
    header = req.rawHeaders[at + 1];
    count += 1;
  }
  const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(header ?? '')?.[1];
  if (token === undefined || count !== 1) throw new AppError('token.invalid');
  return token;
}
