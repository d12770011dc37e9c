// Applies normalized operations to a plain resource, in order: (resource, operations) -> resource. Pure, so it may run again
// after a deadlock; applying it to its own result changes nothing. Called by user-resource.ts for POST, PUT and PATCH.
// Source: RFC 7644 3.5.2; where it is stricter than Entra, rows E9 to E16, E23, E54 of docs/scim.md.
import type { Condition } from '../domain/condition';
import { AppError } from '../errors';
import { addElements, changeMatched, removeElements, replaceElements, tidy } from './elements';
import type { Operation } from './entra-dialect';
import type { Container, Element, Held, Scalar } from './resource';
import type { Attribute } from './schemas';

/** A thousand operations on a thousand elements would hold up everybody else for minutes. */
const maxLooks = 200_000;

/**
 * The resource after all operations; the argument stays as it is.
 * @throws path.no_target when a filter that says nothing of a new element matches none; body.too_large for too much work
 */
export function patch(resource: Container, operations: readonly Operation[]): Container {
  let looks = 0;
  return operations.reduce((held, operation) => {
    looks += looksOf(held, operation);
    if (looks > maxLooks) throw new AppError('body.too_large', { limit: '200,000 comparisons; send fewer operations' });
    return applyOne(held, operation);
  }, resource);
}

/** How many comparisons an operation is about to make: elements held, for each term of its filter or value to remove. */
function looksOf(resource: Container, { op, target: { attribute, extension, filter }, value }: Operation): number {
  if (attribute === undefined || !attribute.isMulti || extension !== undefined) return 0;
  const held = ((resource[attribute.name] ?? []) as readonly Element[]).length;
  const brought = Array.isArray(value) ? value.length : 0;
  if (filter !== undefined) return held * (1 + termsOf(filter));
  return op === 'remove' ? held * (1 + brought) : held + brought;
}

function termsOf(condition: Condition): number {
  if (condition.kind === 'not') return termsOf(condition.term);
  if (condition.kind !== 'and' && condition.kind !== 'or') return 1;
  return condition.terms.reduce((sum, term) => sum + termsOf(term), 0);
}

function applyOne(resource: Container, operation: Operation): Container {
  const { extension, attribute } = operation.target;
  if (extension === undefined) return attribute === undefined ? resource : applyIn(resource, attribute, operation);
  const urn = keyOf(resource, extension);
  if (attribute === undefined) return without(resource, urn);
  // Of a URN nobody declared only what is there tells whether it names an attribute or a whole extension.
  const whole = keyOf(resource, `${extension}:${attribute.name}`);
  if (operation.op === 'remove' && attribute.isForeign && resource[whole] !== undefined)
    return without(resource, whole);
  const held = applyIn((resource[urn] ?? {}) as Container, ownCase(resource[urn], attribute), operation);
  return Object.keys(held).length === 0 ? without(resource, urn) : { ...resource, [urn]: held };
}

/** URNs have no case: one that is there already keeps its spelling. */
function keyOf(resource: Container, urn: string): string {
  if (resource[urn] !== undefined) return urn;
  return Object.keys(resource).find((key) => key.toLowerCase() === urn.toLowerCase()) ?? urn;
}

/** Likewise the attributes of an undeclared extension. */
function ownCase(extension: Held | undefined, attribute: Attribute): Attribute {
  if (extension === undefined || !attribute.isForeign) return attribute;
  return { ...attribute, name: keyOf(extension as Container, attribute.name) };
}

function applyIn(container: Container, attribute: Attribute, operation: Operation): Container {
  if (attribute.isMulti) return applyToElements(container, attribute, operation);
  const { sub } = operation.target;
  if (sub === undefined)
    return withHeld(container, attribute.name, operation.op === 'remove' ? undefined : operation.value);
  const complex = { ...(container[attribute.name] as Element | undefined) };
  const value = operation.op === 'remove' ? undefined : (operation.value as Scalar);
  return withHeld(container, attribute.name, withHeld(complex, sub.name, value));
}

function applyToElements(container: Container, attribute: Attribute, operation: Operation): Container {
  const before = (container[attribute.name] ?? []) as readonly Element[];
  const after = tidy(attribute, elementsAfter(before, attribute, operation));
  return withHeld(container, attribute.name, after.length === 0 ? undefined : after);
}

function elementsAfter(before: readonly Element[], attribute: Attribute, operation: Operation) {
  const { filter, sub } = operation.target;
  if (filter !== undefined || sub !== undefined) return changeMatched(before, attribute, operation);
  const values = operation.value as readonly Element[] | undefined;
  if (operation.op === 'remove') return removeElements(before, attribute, values);
  if (values === undefined) throw new AppError('body.value', { reason: `"${attribute.name}" needs a value.` });
  return operation.op === 'add' ? addElements(before, values) : replaceElements(values);
}

function withHeld<T extends Container>(container: T, name: string, held: Held | undefined): T {
  const isNothing = held === undefined || (typeof held === 'object' && Object.keys(held).length === 0);
  return isNothing ? without(container, name) : { ...container, [name]: held };
}

function without<T extends Container>(container: T, name: string): T {
  if (container[name] === undefined) return container;
  const { [name]: _, ...rest } = container;
  return rest as T;
}
