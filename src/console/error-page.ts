// Errors of the console: a page in the frame that says what happened, what was not changed, and the request id.
// Called by router.ts, last.
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { AppError, toAppError, type ErrorKind } from '../errors';
import type { Log } from '../log';
import { requestIdOf } from './context';
import type { Pages } from './page';

/** How a kind of error is shown. */
interface Shown {
  readonly status: number;
  readonly title: string;
  readonly advice: string;
}

const overview = 'Go back, or start at the overview.';
const notFound = { status: 404, title: 'Nothing is here', advice: overview };
const broken = { status: 400, title: 'This cannot be read', advice: 'Nothing was changed. Go back and try again.' };
const failed = {
  status: 500,
  title: 'Something went wrong on our side',
  advice: 'Nothing more was changed. Try again; if it stays, tell your administrator the request id.',
};

const shown: Readonly<Record<ErrorKind, Shown>> = {
  not_found: notFound,
  method: { status: 405, title: 'This address cannot be used that way', advice: overview },
  unimplemented: { status: 501, title: 'This is not offered', advice: overview },
  conflict: { status: 409, title: 'This exists already', advice: 'Nothing was changed.' },
  stale: { status: 412, title: 'This was changed meanwhile', advice: 'Nothing was changed. Reload and look again.' },
  invalid: broken,
  too_large: { ...broken, status: 413 },
  unsupported: { ...broken, status: 415 },
  unauthenticated: { status: 401, title: 'Please sign in', advice: 'Nothing was changed.' },
  forbidden: {
    status: 403,
    title: 'This is not allowed',
    advice: 'Nothing was changed. Go back and open the page again.',
  },
  limited: { status: 429, title: 'Too many tries', advice: 'Nothing was changed. Wait a moment.' },
  unavailable: { status: 503, title: 'Not available right now', advice: 'Try again in a moment.' },
  bug: failed,
};

/** Ends a request that no page took. */
export const refuseUnknown: RequestHandler = () => {
  throw new AppError('route.not_found');
};

/** Ends a request whose page does not take its method. @param methods what the page takes */
export function refuseMethod(...methods: string[]): RequestHandler {
  return (_req, res) => {
    res.setHeader('Allow', methods.join(', '));
    throw new AppError('route.method');
  };
}

/** Answers every error of the console; who has to sign in is led there and back. */
export function createErrorHandler({ pages, log }: { pages: Pages; log: Log }): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) return next(error);
    const known = fromExpress(error);
    const requestId = requestIdOf(res);
    if (known.code === 'sign_in.required') return res.redirect(303, `/login${returnTo(req.method, req.originalUrl)}`);
    if (known.kind === 'bug') log.error({ requestId, error }, 'a page failed');
    const { status, title, advice } = shown[known.kind];
    if (status === 503) res.setHeader('Retry-After', '5');
    if (known.details['retryAfter'] !== undefined) res.setHeader('Retry-After', String(known.details['retryAfter']));
    const model = {
      heading: title,
      sentence: known.kind === 'bug' ? 'The error was written to the log.' : known.message,
      advice,
      requestId,
      code: status,
    };
    return pages.show(req, res, { template: 'error', title, status, model });
  };
}

/** Express and its body readers throw errors of their own, with a status below 500. */
function fromExpress(error: unknown): AppError {
  const status = (error as { status?: unknown } | undefined)?.status;
  if (error instanceof AppError || typeof status !== 'number' || status >= 500) return toAppError(error);
  if (status === 413) return new AppError('body.too_large', { limit: '8 kB' }, { cause: error });
  if (status === 415) return new AppError('body.encoding', {}, { cause: error });
  return new AppError('input.invalid', { reason: 'The request cannot be read.' }, { cause: error });
}

/** Where sign-in leads back to; only pages that can be opened by a link. */
function returnTo(method: string, url: string): string {
  return method === 'GET' && url !== '/' ? `?next=${encodeURIComponent(url)}` : '';
}
