// One request and its one answer: id, deadline, caller, query, what there is to say in the request log. Both doors open an
// exchange, authenticate it, and end it by an answer or an error; the first end is the only one.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Log } from '../log';
import { bearerToken } from './bearer-token';
import { hasPendingBody } from './limits';
import { readQuery, type ScimQuery } from './query';
import { type Answer, send } from './reply';
import type { LoggedRequest } from './logged-request';
import type { RequestLog } from './request-log';
import { errorBody, isBug, toScimError } from './scim-error';

/** The token check that is needed of the access service. */
export interface TokenCheck {
  /** @throws token.invalid */
  scimCaller(token: string, requestId: string): Promise<KnownCaller>;
  /** @throws rate.limited */
  admit(caller: KnownCaller): void;
}

type KnownCaller = Caller & { readonly credentialId: string; readonly perSecond: number };

/** A request on its way. */
export interface Exchange extends LoggedRequest {
  readonly res: ServerResponse;
  readonly timer: NodeJS.Timeout;
  query: ScimQuery;
  /** The version a change insists on: the header If-Match, or what stands beside an operation of Bulk. */
  ifMatch: string | undefined;
  isAnswered: boolean;
}

interface Dependencies {
  readonly access: TokenCheck;
  readonly requestLog: Pick<RequestLog, 'add'>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  /** Until the answer must have left. */
  readonly deadlineMs: number;
}

/** What both doors do with exchanges. */
export interface Exchanges {
  /** The exchange of a request; the same one when both doors see it. */
  open(req: IncomingMessage, res: ServerResponse): Exchange;
  /** Checks the token before anything else is looked at. @throws token.invalid, rate.limited, query.value */
  authenticate(exchange: Exchange): Promise<void>;
  answer(exchange: Exchange, answer: Pick<Answer, 'status' | 'body'>): void;
  fail(exchange: Exchange, error: unknown): void;
}

type Carrier = IncomingMessage & { scim?: Exchange };

/** Makes the exchange functions of one SCIM service. */
export function createExchanges(dependencies: Dependencies): Exchanges {
  const { access, requestLog, log } = dependencies;

  const end = (exchange: Exchange, answer: Answer, scimType?: string): void => {
    if (exchange.isAnswered) return;
    exchange.isAnswered = true;
    clearTimeout(exchange.timer);
    if (exchange.res.headersSent) return;
    const statusCode = send(exchange.req, exchange.res, closing(exchange, answer));
    if (exchange.caller !== undefined) requestLog.add(exchange, statusCode, scimType);
  };

  const fail = (exchange: Exchange, error: unknown): void => {
    const refusal = toScimError(error);
    if (isBug(error)) log.error({ error, requestId: exchange.requestId }, 'a SCIM request failed');
    exchange.decision = error instanceof AppError ? error.code : isBug(error) ? 'bug' : 'query.value';
    const { status, scimType, headers } = refusal;
    const body = errorBody(refusal, exchange);
    end(exchange, { status, body, headers }, scimType);
  };

  return {
    open: (req, res) => (req as Carrier).scim ?? opened(dependencies, req, res, fail),
    authenticate: async (exchange) => {
      const caller = await access.scimCaller(bearerToken(exchange.req), exchange.requestId);
      // Known before it is refused: a limiter is what sends a directory into quarantine, so its answers are logged.
      exchange.caller = caller;
      access.admit(caller);
      exchange.query = readQuery(exchange.url);
    },
    answer: (exchange, { status, body }) => {
      const { target } = exchange;
      end(exchange, { status, body, ...(target && { location: target.location, version: target.version }) });
    },
    fail,
  };
}

function opened(
  { clock, newId, deadlineMs }: Dependencies,
  req: IncomingMessage,
  res: ServerResponse,
  fail: Exchanges['fail'],
): Exchange {
  const requestId = newId();
  res.setHeader('X-Request-Id', requestId);
  const late = (): void => fail(exchange, new AppError(hasPendingBody(req) ? 'body.slow' : 'deadline.passed'));
  const exchange: Exchange = {
    req,
    res,
    requestId,
    receivedAt: clock.now(),
    startedMs: performance.now(),
    url: (req as { originalUrl?: string }).originalUrl ?? req.url ?? '/',
    timer: setTimeout(late, deadlineMs).unref(),
    query: {},
    ifMatch: req.headers['if-match'],
    caller: undefined,
    body: undefined,
    operations: undefined,
    warnings: [],
    ignored: [],
    target: undefined,
    subjectId: undefined,
    concerned: [],
    takenNames: [],
    decision: undefined,
    change: undefined,
    affected: undefined,
    isAnswered: false,
  };
  (req as Carrier).scim = exchange;
  return exchange;
}

/** A body that is still coming is not read: the connection ends with the answer. */
function closing({ req }: Exchange, answer: Answer): Answer {
  return hasPendingBody(req) ? { ...answer, headers: { ...answer.headers, Connection: 'close' } } : answer;
}
