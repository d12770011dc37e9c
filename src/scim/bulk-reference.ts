// `bulkId:` references: which operation needs which, in what order they can be tried, and the ids put in their place. Pure;
// called by bulk.ts. Source: RFC 7644 3.7.2.
import { AppError } from '../errors';
import { isObject } from './coerce';
import type { BulkOperation } from './bulk-request';

const prefix = 'bulkId:';
/** Inside the filter of a path: `members[value eq "bulkId:x"]`. */
const quoted = /"bulkId:((?:[^"\\]|\\.)*)"/g;

/** One operation in its turn. */
export interface Turn {
  /** Its number in the request. */
  readonly index: number;
  /** References of a circle: what they name is made after it, and they are set then. */
  readonly later: ReadonlySet<string>;
}

/** The order of operations: as sent, but what is named comes before what names it. */
export function turnsOf(operations: readonly BulkOperation[]): Turn[] {
  const makers = new Map<string, number>();
  for (const [index, { method, bulkId, refusal }] of operations.entries()) {
    if (method === 'POST' && bulkId !== undefined && refusal === undefined) makers.set(bulkId, index);
  }
  const turns: Turn[] = [];
  const state = new Map<number, 'open' | 'done'>();
  const visit = (index: number): void => {
    if (state.has(index)) return;
    state.set(index, 'open');
    const later = new Set<string>();
    for (const name of referencesOf(operations[index] as BulkOperation)) {
      const maker = makers.get(name);
      if (maker === undefined) continue;
      visit(maker);
      if (state.get(maker) === 'open') later.add(name);
    }
    state.set(index, 'done');
    turns.push({ index, later });
  };
  for (const index of operations.keys()) visit(index);
  return turns;
}

function referencesOf({ id, data }: BulkOperation): Set<string> {
  const found = new Set<string>();
  const note = (name: string): string => {
    found.add(name);
    return '';
  };
  if (id?.startsWith(prefix)) note(id.slice(prefix.length));
  replaced(data, note);
  return found;
}

/** The id a path means. @throws body.value for a reference to nothing that was made */
export function resolveId(id: string, ids: ReadonlyMap<string, string>): string {
  return id.startsWith(prefix) ? idOf(id.slice(prefix.length), ids) : id;
}

/** The data with ids for references. @throws body.value for a reference to nothing that was made */
export function resolveData(data: unknown, ids: ReadonlyMap<string, string>): unknown {
  return replaced(data, (name) => idOf(name, ids));
}

function idOf(name: string, ids: ReadonlyMap<string, string>): string {
  const id = ids.get(name);
  if (id !== undefined) return id;
  throw new AppError('body.value', { reason: `"${prefix}${name.slice(0, 64)}" names nothing this request has made.` });
}

function replaced(node: unknown, idFor: (name: string) => string): unknown {
  if (typeof node === 'string') {
    if (node.startsWith(prefix)) return idFor(node.slice(prefix.length));
    return node.replaceAll(quoted, (_, name: string) => `"${idFor(name)}"`);
  }
  if (Array.isArray(node)) return node.map((item) => replaced(item, idFor));
  if (!isObject(node)) return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, replaced(value, idFor)]));
}

/** Data of a circle in two halves: what can be made now, and the attributes that wait for the rest of the circle. */
export function split(data: object, later: ReadonlySet<string>): { now: object; rest: object } {
  const waits = (value: unknown): boolean => {
    let isWaiting = false;
    replaced(value, (name) => {
      isWaiting ||= later.has(name);
      return '';
    });
    return isWaiting;
  };
  const entries = Object.entries(data);
  return {
    now: Object.fromEntries(entries.filter(([, value]) => !waits(value))),
    rest: Object.fromEntries(entries.filter(([, value]) => waits(value))),
  };
}
