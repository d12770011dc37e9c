// Takes what browsers report when a page broke its own rules: counted, and one line in the log at most every minute.
// Called by router.ts.
import express, { type RequestHandler } from 'express';
import { z } from 'zod';
import type { Clock } from '../clock';
import type { Log } from '../log';

const report = z.object({
  'csp-report': z.object({
    'effective-directive': z.string().max(80).optional(),
    'violated-directive': z.string().optional(),
  }),
});

const minuteMs = 60_000;
const mostPerMinute = 60;

/** Reads the body of a report, at most 8 kB, whatever of the usual types it has. */
export const readReport: RequestHandler = express.json({
  limit: '8kb',
  type: ['application/csp-report', 'application/reports+json', 'application/json'],
});

/** Answers 204 to everything; the address of the page and what was blocked are not kept, they can name people. */
export function createReportHandler({ clock, log }: { clock: Clock; log: Log }): RequestHandler {
  let windowStart = 0;
  let taken = 0;
  return (req, res) => {
    const at = clock.now().getTime();
    if (at - windowStart >= minuteMs) [windowStart, taken] = [at, 0];
    taken += 1;
    if (taken === 1) {
      const parsed = report.safeParse(req.body);
      const directive = parsed.success ? (parsed.data['csp-report']['effective-directive'] ?? 'unknown') : 'unknown';
      log.warn(
        { directive: /^[a-z-]{1,40}$/.test(directive) ? directive : 'unknown' },
        'a page broke its content policy',
      );
    }
    res.status(taken > mostPerMinute ? 429 : 204).end();
  };
}
