// Writes answers. Over Node's own response, so that the content type is exactly `application/json`.
import type { Response } from 'express';

/** Answers with compact JSON. */
export function reply(res: Response, status: number, body: object): void {
  const text = JSON.stringify(body);
  res.statusCode = status;
  res.setHeader('Content-Type', 'application/json');
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.setHeader('Cache-Control', 'no-store');
  res.end(text);
}
