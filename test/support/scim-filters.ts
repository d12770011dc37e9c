// Filters from the grammar of RFC 7644 3.4.2.2: as a tree, as text in many spellings, and what they mean, looked up slowly in
// the JSON of a resource. Shares nothing with the product. Called by suites with generated requests.
import * as fc from 'fast-check';
import { createDice, spelled, type Dice } from './scim-dice';

/** JSON as it travels. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** One element of a multi-valued attribute. */
export type Element = Record<string, string | boolean>;

/** A resource as an answer shows it. */
export type Resource = Record<string, Json>;

/** A filter. `path` as a document would write it: `name.givenName`, `urn:…:User:department`, in brackets the sub-attribute. */
export type Filter = Leaf | Joined;

type Leaf =
  | {
      readonly kind: 'compare';
      readonly path: string;
      readonly operator: string;
      readonly value: string | boolean | null;
    }
  | { readonly kind: 'present'; readonly path: string };

type Joined =
  | { readonly kind: 'some'; readonly path: string; readonly where: Filter }
  | { readonly kind: 'and'; readonly terms: readonly Filter[] }
  | { readonly kind: 'or'; readonly terms: readonly Filter[] }
  | { readonly kind: 'not'; readonly term: Filter };

export const coreUrn = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const enterpriseUrn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const foreignUrn = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';

const exact = new Set(['id', 'externalId', `${enterpriseUrn}:manager.value`]);
const manyValued = new Set(['emails', 'phoneNumbers', 'addresses', 'ims', 'photos', 'roles', 'entitlements']);

/** What two texts have in common when case does not count. */
export function folded(text: string): string {
  return foldedPart(text).trimEnd();
}

/** Sigma has two small letters, and a part may end where the whole goes on. */
function foldedPart(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC').replaceAll('ς', 'σ');
}

/** Whether the filter holds. `element` is where the names inside brackets are looked up. */
export function holds(filter: Filter, resource: Resource, element?: Element): boolean {
  if (filter.kind === 'and') return filter.terms.every((term) => holds(term, resource, element));
  if (filter.kind === 'or') return filter.terms.some((term) => holds(term, resource, element));
  if (filter.kind === 'not') return !holds(filter.term, resource, element);
  if (filter.kind === 'some') return elementsAt(resource, filter.path).some((it) => holds(filter.where, resource, it));
  if (element !== undefined) return isTrueOf(filter, element[filter.path]);
  const [head = '', sub = 'value'] = filter.path.startsWith('urn:') ? [filter.path] : filter.path.split('.', 2);
  if (!manyValued.has(head)) return isTrueOf(filter, at(resource, filter.path));
  const elements = elementsAt(resource, head);
  if (filter.kind === 'present' && !filter.path.includes('.')) return elements.length > 0;
  // "Equal to null" is about the attribute: no element has a value. Anything else is about one element.
  const isAbsence = filter.kind === 'compare' && filter.value === null && filter.operator === 'eq';
  if (isAbsence) return !elements.some((it) => isHeld(it[sub]));
  return elements.some((it) => isTrueOf(filter, it[sub]));
}

function elementsAt(resource: Resource, name: string): Element[] {
  return (resource[name] ?? []) as Element[];
}

function at(resource: Resource, path: string): Json | undefined {
  const colon = path.lastIndexOf(':');
  const keys = [...(colon < 0 ? [] : [path.slice(0, colon)]), ...path.slice(colon + 1).split('.')];
  return keys.reduce<Json | undefined>((held, key) => (held as Resource | undefined)?.[key], resource);
}

/** A complex value is held when any part of it is. */
function isHeld(value: Json | undefined): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(isHeld);
  return value !== undefined && value !== '' && value !== null;
}

function isTrueOf(filter: Leaf, held: Json | undefined): boolean {
  if (filter.kind === 'present') return isHeld(held);
  const { operator, value, path } = filter;
  if (value === null) return operator === 'eq' ? !isHeld(held) : isHeld(held);
  if (typeof value === 'boolean') return (held === true) === value ? operator === 'eq' : operator === 'ne';
  if (!isHeld(held)) return operator === 'ne';
  const text = typeof held === 'string' ? held : JSON.stringify(held);
  const isExact = exact.has(path);
  // A blank at the end of a part counts: "jane " does not begin "janet".
  const wanted = ['co', 'sw', 'ew'].includes(operator) ? foldedPart(value) : folded(value);
  const [left, right] = isExact ? [text, value] : [folded(text), wanted];
  const order = Buffer.compare(Buffer.from(left), Buffer.from(right));
  switch (operator) {
    case 'eq':
      return order === 0;
    case 'ne':
      return order !== 0;
    case 'co':
      return left.includes(right);
    case 'sw':
      return left.startsWith(right);
    case 'ew':
      return left.endsWith(right);
    case 'gt':
      return order > 0;
    case 'ge':
      return order >= 0;
    case 'lt':
      return order < 0;
    default:
      return order <= 0;
  }
}

/** The filter as a client may write it. */
export function filterText(filter: Filter, dice: Dice, isInBrackets = false): string {
  const nested = (term: Filter): string => filterText(term, dice, isInBrackets);
  const blank = (): string => (dice.chance(0.9) ? ' ' : '  ');
  if (filter.kind === 'and' || filter.kind === 'or') {
    const terms = filter.terms.map((term) => {
      const mustClose = term.kind === 'and' || term.kind === 'or' || dice.chance(0.05);
      return mustClose ? `(${nested(term)})` : nested(term);
    });
    return terms.join(`${blank()}${spelled(dice, filter.kind)}${blank()}`);
  }
  if (filter.kind === 'not') return `${spelled(dice, 'not')}${blank()}(${nested(filter.term)})`;
  if (filter.kind === 'some') return someText(filter, dice);
  const name = isInBrackets ? spelled(dice, filter.path) : nameText(filter.path, dice, filter.kind === 'compare');
  if (filter.kind === 'present') return `${name}${blank()}${spelled(dice, 'pr')}`;
  return `${name}${blank()}${spelled(dice, filter.operator)}${blank()}${valueText(filter.value, dice)}`;
}

/** Of two terms on one element the second may stand behind the brackets. */
function someText({ path, where }: Filter & { kind: 'some' }, dice: Dice): string {
  const name = nameText(path, dice, false);
  const [first, second] = where.kind === 'and' && where.terms.length === 2 ? where.terms : [];
  const canFollow = first !== undefined && (second?.kind === 'compare' || second?.kind === 'present');
  if (!canFollow || dice.chance(0.5)) return `${name}[${filterText(where, dice, true)}]`;
  return `${name}[${filterText(first, dice, true)}].${filterText(second, dice, true)}`;
}

/** @param isCompared a complex attribute alone is then its value */
function nameText(path: string, dice: Dice, isCompared: boolean): string {
  if (path === `${enterpriseUrn}:manager.value`) {
    return dice.pick([path, 'manager.value', ...(isCompared ? [`${enterpriseUrn}:manager`, 'manager'] : [])]);
  }
  if (path.startsWith(`${enterpriseUrn}:`)) {
    return dice.chance(0.5) ? path : spelled(dice, path.slice(enterpriseUrn.length + 1));
  }
  if (path.startsWith('urn:')) return path;
  const isValue = isCompared && path.endsWith('.value') && dice.chance(0.3);
  const name = spelled(dice, isValue ? path.slice(0, -6) : path);
  return dice.chance(0.1) ? `${coreUrn}:${name}` : name;
}

function valueText(value: string | boolean | null, dice: Dice): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return dice.pick([String(value), `"${value ? 'True' : 'False'}"`]);
  const quoted = JSON.stringify(value);
  if (dice.chance(0.9)) return quoted;
  return quoted.replaceAll(/[^\\"\u0020-\u007e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** JSON with its keys in order, so that two texts are equal when two documents are. */
export function canonical(value: unknown): string {
  const inOrder = (_: string, held: unknown): unknown =>
    typeof held === 'object' && held !== null && !Array.isArray(held)
      ? Object.fromEntries(Object.entries(held).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : held;
  return JSON.stringify(value, inOrder);
}

/** Names, their values and what else a tree may hold. */
export interface Grammar {
  readonly texts: readonly string[];
  readonly flags: readonly string[];
  readonly words: readonly string[];
  /** Complex attributes with one value: present or not, and nothing else. */
  readonly wholes?: readonly string[];
}

const operators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;

/** Trees over the names of a grammar, three levels deep at most. */
export function filters(
  { texts, flags, words, wholes = [] }: Grammar,
  more: readonly fc.Arbitrary<Filter>[] = [],
): fc.Arbitrary<Filter> {
  const compare = { kind: fc.constant('compare' as const), path: fc.constantFrom(...texts) };
  const text = fc.record({ ...compare, operator: fc.constantFrom(...operators), value: fc.constantFrom(...words) });
  const named = fc.constantFrom(...texts, ...flags);
  const none = fc.record({ ...compare, path: named, operator: fc.constantFrom('eq', 'ne'), value: fc.constant(null) });
  const flag = fc.record({
    ...compare,
    path: fc.constantFrom(...flags),
    operator: fc.constantFrom('eq', 'ne'),
    value: fc.boolean(),
  });
  const path = fc.oneof(
    { weight: 4, arbitrary: named },
    ...(wholes.length > 0 ? [{ weight: 1, arbitrary: fc.constantFrom(...wholes) }] : []),
  );
  const present = fc.record({ kind: fc.constant('present' as const), path });
  const leaf = fc.oneof(
    { weight: 8, arbitrary: text },
    { weight: 1, arbitrary: none },
    ...(flags.length > 0 ? [{ weight: 2, arbitrary: flag }] : []),
    { weight: 2, arbitrary: present },
    ...more.map((arbitrary) => ({ weight: 4, arbitrary })),
  );
  return fc.letrec<{ node: Filter }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      leaf,
      ...(['and', 'or'] as const).map((kind) =>
        fc.record({ kind: fc.constant(kind), terms: fc.array(tie('node'), { minLength: 2, maxLength: 3 }) }),
      ),
      fc.record({ kind: fc.constant('not' as const), term: tie('node') }),
    ),
  })).node;
}

/** A filter with the text it was sent as. */
export function written(filter: Filter, seed: number): string {
  return filterText(filter, createDice(seed));
}
