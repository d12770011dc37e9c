// POST /Bulk: every operation by the verbs of its resource, in its own transaction, with its own deadline. Called by
// router.ts. Source: RFC 7644 3.7; docs/scim.md.
import { AppError } from '../errors';
import type { Log } from '../log';
import { resolveData, resolveId, split, turnsOf, type Turn } from './bulk-reference';
import { readBulk, type BulkOperation } from './bulk-request';
import type { Exchange } from './exchange';
import { errorBody, isBug, toScimError } from './scim-error';
import type { Verbs } from './verbs';

/** What became of one operation. Source: RFC 7644 3.7.3. */
export interface BulkResult {
  readonly method: string;
  readonly bulkId?: string;
  readonly version?: string;
  readonly location?: string;
  readonly status: string;
  readonly response?: object;
}

/** Answers a Bulk request. @throws body.shape, body.value, body.too_large; what the first operation meets when a dependency is away */
export type Bulk = (
  exchange: Exchange,
) => Promise<{ readonly schemas: readonly string[]; readonly Operations: readonly BulkResult[] }>;

interface Dependencies {
  readonly kinds: readonly Verbs[];
  readonly log: Log;
  /** `https://host/scim/v2` */
  readonly baseUrl: string;
  /** For each operation. */
  readonly deadlineMs: number;
}

/** One request on its way. */
interface Run {
  readonly exchange: Exchange;
  readonly operations: readonly BulkOperation[];
  /** bulkId -> id of what was made. */
  readonly ids: Map<string, string>;
  /** Halves of circles that wait for their references. */
  readonly waiting: {
    readonly index: number;
    readonly id: string;
    readonly data: object;
    readonly later: ReadonlySet<string>;
  }[];
  readonly results: BulkResult[];
}

const responseUrn = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

/** Makes the function. */
export function createBulk({ kinds, log, baseUrl, deadlineMs }: Dependencies): Bulk {
  const byEndpoint = new Map(kinds.map((kind) => [kind.schema.endpoint.toLowerCase(), kind]));

  const failed = ({ exchange, operations }: Run, index: number, error: unknown): BulkResult => {
    if (isBug(error)) log.error({ error, requestId: exchange.requestId }, 'an operation of a SCIM bulk failed');
    const refusal = toScimError(error);
    const { method, bulkId, path, id } = operations[index] as BulkOperation;
    return {
      method,
      ...(bulkId === undefined ? {} : { bulkId }),
      ...(id === undefined ? {} : { location: baseUrl + path }),
      status: String(refusal.status),
      response: errorBody(refusal, exchange),
    };
  };

  const act = async (run: Run, { index, later }: Turn): Promise<BulkResult> => {
    const operation = run.operations[index] as BulkOperation;
    const { method, bulkId, refusal, version } = operation;
    if (refusal !== undefined) throw refusal;
    const verbs = byEndpoint.get(operation.endpoint);
    if (verbs === undefined) throw new AppError('route.not_found');
    const halves = later.size === 0 ? undefined : split(operation.data as object, later);
    const exchange = partOf(run.exchange, version);
    const id = operation.id === undefined ? undefined : resolveId(operation.id, run.ids);
    const data = resolveData(halves?.now ?? operation.data, run.ids);
    const status = await within(deadlineMs, perform(verbs, method, id, data, exchange)).finally(() => {
      if (exchange.subjectId !== undefined) run.exchange.concerned.push(exchange.subjectId);
    });
    const newId = method === 'POST' ? exchange.subjectId : undefined;
    if (newId !== undefined && bulkId !== undefined) run.ids.set(bulkId, newId);
    if (newId !== undefined && halves !== undefined) {
      run.waiting.push({ index, id: newId, data: halves.rest, later });
    }
    const location = exchange.target?.location ?? `${baseUrl}${verbs.schema.endpoint}/${id}`;
    return {
      method,
      ...(bulkId === undefined ? {} : { bulkId }),
      ...versionOf(exchange),
      location,
      status,
    };
  };

  /** Sets the references of circles whose last member is there; at the end of a run the others cannot be set any more. */
  const close = async (run: Run, isEnd: boolean): Promise<void> => {
    for (const half of run.waiting.slice()) {
      if (!isEnd && ![...half.later].every((name) => run.ids.has(name))) continue;
      run.waiting.splice(run.waiting.indexOf(half), 1);
      const result = run.results[half.index] as BulkResult;
      try {
        const verbs = byEndpoint.get((run.operations[half.index] as BulkOperation).endpoint) as Verbs;
        const exchange = partOf(run.exchange, undefined);
        const body = { Operations: [{ op: 'replace', value: resolveData(half.data, run.ids) }] };
        await within(deadlineMs, verbs.patch(half.id, body, exchange));
        run.results[half.index] = { ...result, ...versionOf(exchange) };
      } catch (error) {
        run.results[half.index] = { ...result, ...failed(run, half.index, error) };
        if (isUnavailable(error)) throw error;
      }
    }
  };

  /** Tries one after the other. Once a dependency is away, this and all that follow are 503. */
  const tryAll = async (run: Run, turns: readonly Turn[], failOnErrors: number): Promise<void> => {
    for (const [number, turn] of turns.entries()) {
      try {
        run.results[turn.index] = await act(run, turn);
        await close(run, number === turns.length - 1);
      } catch (error) {
        if (isUnavailable(error) && number === 0) throw error;
        run.results[turn.index] ??= failed(run, turn.index, error);
        if (isUnavailable(error))
          for (const { index } of turns.slice(number + 1)) run.results[index] = failed(run, index, error);
        if (isUnavailable(error)) return;
      }
      if (failuresOf(run) >= failOnErrors) return;
    }
    await close(run, true);
  };

  return async (exchange) => {
    // From here on each operation has a deadline of its own.
    clearTimeout(exchange.timer);
    const { operations, failOnErrors } = readBulk(exchange.body);
    const run: Run = { exchange, operations, ids: new Map(), waiting: [], results: [] };
    await tryAll(run, turnsOf(operations), failOnErrors);
    exchange.decision = 'bulk';
    exchange.affected = { operations: operations.length, failures: failuresOf(run) };
    return { schemas: [responseUrn], Operations: Object.values(run.results) };
  };
}

function failuresOf({ results }: Run): number {
  return Object.values(results).filter(({ response }) => response !== undefined).length;
}

function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.kind === 'unavailable';
}

function versionOf({ target }: Exchange): { version?: string } {
  return target?.version === undefined ? {} : { version: target.version };
}

/** The exchange as one operation sees it: its own version and outcome, and nothing to be shown of the resource. */
function partOf(exchange: Exchange, version: string | undefined): Exchange {
  const fresh = { target: undefined, subjectId: undefined, operations: undefined, change: undefined };
  return { ...exchange, ...fresh, ifMatch: version, query: { attributes: 'id' } };
}

async function perform(
  verbs: Verbs,
  method: string,
  id: string | undefined,
  data: unknown,
  exchange: Exchange,
): Promise<string> {
  if (id === undefined) {
    await verbs.create(data, exchange);
    return '201';
  }
  if (method === 'PUT') await verbs.replace(id, data, exchange);
  else if (method === 'PATCH') return (await verbs.patch(id, data, exchange)) === undefined ? '204' : '200';
  else await verbs.remove(id, exchange);
  return method === 'PUT' ? '200' : '204';
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('deadline.passed')), ms).unref();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
