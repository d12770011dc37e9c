// Whether an index serves a condition, so that its cost does not grow with the organization. Called by page-sql.ts.
import type { Condition } from '../domain/condition';
import type { Column, Searchable } from './searchable';

const indexed: ReadonlySet<Column['as']> = new Set(['key', 'exact', 'id']);
/** Of an element its value has an index; its type and the rest do not. */
const indexedInElement: ReadonlySet<Column['as']> = new Set(['value_key', 'id']);

/** Whether some equality that must hold is one of an indexed column. */
export function isKeyed(condition: Condition, search: Searchable): boolean {
  if (condition.kind === 'and') return condition.terms.some((term) => isKeyed(term, search));
  if (condition.kind === 'or') return condition.terms.every((term) => isKeyed(term, search));
  if (condition.kind === 'some') {
    const elements = search.elements(condition.attribute);
    return elements !== undefined && isElementKeyed(condition.where, elements.column);
  }
  // What never holds reads nothing.
  if (condition.kind === 'constant') return !condition.holds;
  if (condition.kind !== 'compare' || !isEquality(condition)) return false;
  const [head = '', sub = ''] = condition.attribute.split('.', 2);
  const elements = search.elements(head);
  if (elements !== undefined) return indexedInElement.has(elements.column(sub).as);
  return indexed.has(search.root(condition.attribute).as);
}

function isElementKeyed(condition: Condition, column: (sub: string) => Column): boolean {
  if (condition.kind === 'and') return condition.terms.some((term) => isElementKeyed(term, column));
  if (condition.kind === 'or') return condition.terms.every((term) => isElementKeyed(term, column));
  return condition.kind === 'compare' && isEquality(condition) && indexedInElement.has(column(condition.attribute).as);
}

function isEquality({ operator, value }: Extract<Condition, { kind: 'compare' }>): boolean {
  return operator === 'eq' && value !== null;
}
