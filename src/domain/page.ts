// One page of a list, as services and stores speak of it: where it begins, how long it is, what it leaves to the next.
import type { Condition } from './condition';

/** Where a page ends: the sort value of its last row (null = that row has none, or the order is that of ids) and its id. */
export interface PageKey {
  readonly value: string | null;
  readonly id: string;
}

/** One page asked for. */
export interface PageQuery {
  readonly where?: Condition;
  /** An attribute the store can sort by; ties and the default are creation order. */
  readonly sort?: { readonly attribute: string; readonly descending: boolean };
  readonly limit: number;
  /** Rows before the page; undefined when nobody knows, then `after` says where it begins. */
  readonly offset?: number;
  /** The end of the page before: the cost does not grow with the depth. */
  readonly after?: PageKey;
  /** The total of the whole list, when it was counted a short while ago. */
  readonly total?: number;
  /** Milliseconds a search without an index may take; 5,000 unless a test says otherwise. */
  readonly scanMs?: number;
}

/** A page. */
export interface Paged<T> {
  readonly items: T[];
  readonly total: number;
  /** Where it ends; undefined when nothing follows. */
  readonly end?: PageKey;
}
