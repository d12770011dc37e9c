// Conditions over one element of a multi-valued attribute, in memory: whether it holds, what it would stamp on a new
// element, and its canonical text. Pure; called by PATCH.
import { isPart, type Comparison, type Condition } from '../domain/condition';
import { fold, foldPart } from '../domain/user';
import type { Attribute } from './schemas';
import type { Element, Scalar } from './resource';

/** Whether the element satisfies the condition; same rules as the SQL of list filters. */
export function matches(condition: Condition, element: Element, attribute: Attribute): boolean {
  const holds = (term: Condition): boolean => matches(term, element, attribute);
  if (condition.kind === 'and') return condition.terms.every(holds);
  if (condition.kind === 'or') return condition.terms.some(holds);
  if (condition.kind === 'not') return !holds(condition.term);
  if (condition.kind === 'constant') return condition.holds;
  if (condition.kind === 'some') return false;
  const held = element[condition.attribute];
  if (condition.kind === 'present') return isPresent(held);
  return compares(condition.operator, held, condition.value, isExact(attribute, condition.attribute));
}

function isExact(attribute: Attribute, sub: string): boolean {
  return attribute.subs.get(sub.toLowerCase())?.isCaseExact === true;
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function compares(
  operator: Comparison,
  held: Scalar | undefined,
  wanted: Scalar | null,
  isCaseExact: boolean,
): boolean {
  if (wanted === null) return operator === 'eq' ? !isPresent(held) : operator === 'ne' && isPresent(held);
  if (typeof wanted === 'boolean') {
    const isSame = (held ?? false) === wanted;
    return operator === 'eq' ? isSame : operator === 'ne' && !isSame;
  }
  if (held === undefined) return operator === 'ne';
  if (typeof wanted === 'number') return comparesOrder(operator, Number(held) - wanted);
  if (isCaseExact) return comparesText(operator, String(held), wanted);
  return comparesText(operator, fold(String(held)), (isPart(operator) ? foldPart : fold)(wanted));
}

function comparesText(operator: Comparison, held: string, wanted: string): boolean {
  if (operator === 'eq') return held === wanted;
  if (operator === 'ne') return held !== wanted;
  if (operator === 'co') return held.includes(wanted);
  if (operator === 'sw') return held.startsWith(wanted);
  if (operator === 'ew') return held.endsWith(wanted);
  // Byte order of UTF-8, as the database compares.
  return comparesOrder(operator, Buffer.compare(Buffer.from(held), Buffer.from(wanted)));
}

/** @param order below, at or above zero, as what is held stands to what is wanted */
function comparesOrder(operator: Comparison, order: number): boolean {
  if (operator === 'eq') return order === 0;
  if (operator === 'ne') return order !== 0;
  if (operator === 'gt') return order > 0;
  if (operator === 'ge') return order >= 0;
  return operator === 'lt' ? order < 0 : order <= 0;
}

/** What `eq` terms joined by `and` say of a new element; undefined for any other condition. */
export function stampOf(condition: Condition): Element | undefined {
  if (condition.kind === 'compare' && condition.operator === 'eq') {
    return condition.value === null ? {} : { [condition.attribute]: condition.value };
  }
  if (condition.kind !== 'and') return undefined;
  const stamps = condition.terms.map(stampOf);
  return stamps.includes(undefined) ? undefined : Object.assign({}, ...stamps);
}

/** The condition as filter text; read again it gives the same condition. */
export function printCondition(condition: Condition): string {
  if (condition.kind === 'and' || condition.kind === 'or') {
    return condition.terms.map(nested).join(` ${condition.kind} `);
  }
  if (condition.kind === 'not') return `not (${printCondition(condition.term)})`;
  if (condition.kind === 'some') return `${condition.attribute}[${printCondition(condition.where)}]`;
  if (condition.kind === 'present') return `${condition.attribute} pr`;
  if (condition.kind === 'constant') return String(condition.holds);
  return `${condition.attribute} ${condition.operator} ${JSON.stringify(condition.value)}`;
}

function nested(term: Condition): string {
  const text = printCondition(term);
  return term.kind === 'and' || term.kind === 'or' ? `(${text})` : text;
}
