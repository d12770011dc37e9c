// A BulkRequest body -> its operations, each read or refused by itself. Pure; called by bulk.ts.
// Source: RFC 7644 3.7.
import { AppError } from '../errors';
import { isObject } from './coerce';

/** The most operations of a request; ServiceProviderConfig says so. */
export const maxBulkOperations = 1000;

/** What one operation asks for. */
export interface BulkOperation {
  readonly method: string;
  /** `/users` in lower case. */
  readonly endpoint: string;
  /** The id in the path; undefined for POST. May be a reference. */
  readonly id: string | undefined;
  readonly path: string;
  readonly bulkId: string | undefined;
  readonly version: string | undefined;
  readonly data: unknown;
  /** Why it cannot be tried. */
  readonly refusal: AppError | undefined;
}

/** The whole request. */
export interface BulkRequest {
  readonly operations: readonly BulkOperation[];
  /** Failures after which the rest is not tried; Infinity unless said. */
  readonly failOnErrors: number;
}

const methods = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** @throws body.shape, body.value, body.too_large */
export function readBulk(body: unknown): BulkRequest {
  const given = membersOf(body, 'The body must be a BulkRequest.');
  const list = given.get('operations');
  if (!Array.isArray(list)) throw new AppError('body.shape', { reason: '"Operations" must be an array.' });
  if (list.length > maxBulkOperations) throw new AppError('body.too_large', { limit: '1,000 operations' });
  const failOnErrors = given.get('failonerrors') ?? Infinity;
  const isCount = failOnErrors === Infinity || (Number.isInteger(failOnErrors) && (failOnErrors as number) >= 1);
  if (!isCount) throw new AppError('body.value', { reason: '"failOnErrors" must be an integer of 1 or more.' });
  const known = new Set<string>();
  return { failOnErrors: failOnErrors as number, operations: list.map((item) => readOperation(item, known)) };
}

function readOperation(item: unknown, known: Set<string>): BulkOperation {
  const given = membersOf(item, 'An operation must be an object.');
  const text = (name: string): string | undefined => {
    const value = given.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const method = text('method')?.toUpperCase() ?? '';
  const path = text('path') ?? '';
  const [, collection = '', id] = /^(\/[^/]+)(?:\/([^/]+))?\/?$/.exec(path) ?? [];
  const bulkId = text('bulkid');
  const operation = { method, endpoint: collection.toLowerCase(), id, path, bulkId, version: text('version') };
  const refusal = faultOf(operation, given.get('data'), known);
  if (bulkId !== undefined) known.add(bulkId);
  return { ...operation, data: given.get('data'), refusal };
}

function faultOf(
  { method, endpoint, id, bulkId }: Omit<BulkOperation, 'data' | 'refusal'>,
  data: unknown,
  known: ReadonlySet<string>,
): AppError | undefined {
  const fault = (reason: string) => new AppError('body.value', { reason });
  if (!methods.has(method)) return fault('"method" must be POST, PUT, PATCH or DELETE.');
  if (endpoint === '') return fault('"path" must be the address of a resource below the base address.');
  if (method === 'POST' && id !== undefined) return fault('"path" of a POST names no single resource.');
  if (method !== 'POST' && id === undefined) return fault(`"path" of a ${method} names a single resource.`);
  if (method === 'POST' && !bulkId) return fault('A POST needs a "bulkId".');
  if (bulkId !== undefined && known.has(bulkId)) return fault(`The bulkId "${bulkId.slice(0, 64)}" is used twice.`);
  if (method !== 'DELETE' && !isObject(data)) return fault('"data" must be an object.');
  return undefined;
}

/** The members of an object, whatever the case of their names. */
function membersOf(object: unknown, reason: string): ReadonlyMap<string, unknown> {
  if (!isObject(object)) throw new AppError('body.shape', { reason });
  return new Map(Object.entries(object).map(([key, value]) => [key.toLowerCase(), value]));
}
