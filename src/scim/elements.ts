// What add, replace and remove do to the elements of one multi-valued attribute. Pure; called by patch.ts.
import { AppError } from '../errors';
import { fold } from '../domain/user';
import { isRoles } from './coerce';
import type { Operation } from './entra-dialect';
import { matches, stampOf } from './match';
import type { Element, Scalar } from './resource';
import { roleMeant } from './role-filter';
import type { Attribute } from './schemas';

/** An element on its way: `isFresh` when this operation made or set it. */
export interface Draft {
  readonly element: Element;
  readonly isFresh: boolean;
}

/** Unites: what is there stays, what is new follows. */
export function addElements(before: readonly Element[], values: readonly Element[]): Draft[] {
  return [...before.map(kept), ...values.map(fresh)];
}

/** Exactly these. */
export function replaceElements(values: readonly Element[]): Draft[] {
  return values.map(fresh);
}

/** Only the named ones leave; without a value all do, with an empty list nobody. */
export function removeElements(
  before: readonly Element[],
  attribute: Attribute,
  values: readonly Element[] | undefined,
): Draft[] {
  if (values === undefined) return [];
  const leaving = new Set(values.flatMap((value) => meant(before, attribute, value)));
  return before.filter((element) => !leaving.has(element)).map(kept);
}

/** The elements a removal means: by value (and type, if named), for app roles else by id, without a value by all that is named. */
function meant(before: readonly Element[], attribute: Attribute, wanted: Element): Element[] {
  const agrees = (element: Element, names: readonly string[]): boolean =>
    names.every((name) => keyText(element[name]) === keyText(wanted[name]));
  if (wanted['value'] === undefined) {
    const names = Object.keys(wanted);
    return names.length === 0 ? [] : before.filter((element) => agrees(element, names));
  }
  const hasType = wanted['type'] !== undefined && !isRoles(attribute);
  const byValue = before.filter((element) => agrees(element, hasType ? ['value', 'type'] : ['value']));
  if (byValue.length > 0 || wanted['id'] === undefined) return byValue;
  return before.filter((element) => agrees(element, ['id']));
}

/** Sets, clears or removes what a value path names; makes the element where none matches and the filter says what it is. */
export function changeMatched(
  before: readonly Element[],
  attribute: Attribute,
  { op, target, value }: Operation,
): Draft[] {
  const { sub } = target;
  const isRemoval = op === 'remove' && target.filter !== undefined;
  const filter = isRemoval ? roleMeant(target.filter, before, attribute) : target.filter;
  const isMeant = (element: Element): boolean => filter === undefined || matches(filter, element, attribute);
  if (op === 'remove') {
    if (sub === undefined) return before.filter((element) => !isMeant(element)).map(kept);
    return before.map((element) => (isMeant(element) ? fresh(omit(element, sub.name)) : kept(element)));
  }
  const stamp = filter === undefined ? {} : stampOf(filter);
  const part: Element = sub === undefined ? (value as Element) : { [sub.name]: value as Scalar };
  if (before.some(isMeant)) {
    const isWhole = op === 'replace' && sub === undefined;
    return before.map((element) =>
      isMeant(element) ? fresh({ ...(isWhole ? stamp : element), ...part }) : kept(element),
    );
  }
  if (stamp === undefined) {
    throw new AppError('path.no_target', { reason: `No element of "${attribute.name}" matches the filter.` });
  }
  return [...before.map(kept), fresh({ ...stamp, ...part })];
}

/** The rules at the end: no empty elements, none twice, one primary. */
export function tidy(attribute: Attribute, drafts: readonly Draft[]): Element[] {
  const united = new Map<string, Draft>();
  for (const draft of drafts) {
    if (isHollow(draft.element)) continue;
    const key = identity(attribute, draft.element);
    const twin = united.get(key);
    if (twin === undefined) united.set(key, draft);
    else if (draft.isFresh) united.set(key, fresh({ ...twin.element, ...draft.element }));
  }
  return onePrimary([...united.values()]);
}

/** Nothing but a type and a primary mark says nothing. */
function isHollow(element: Element): boolean {
  return Object.keys(element).every((name) => name === 'type' || name === 'primary');
}

/** Two elements are one when type and value agree; app roles when the value does; without a value when all does. */
function identity(attribute: Attribute, element: Element): string {
  if (element['value'] === undefined) {
    const names = Object.keys(element).filter((name) => name !== 'primary');
    return JSON.stringify(names.toSorted().map((name) => [name, keyText(element[name])]));
  }
  const type = attribute.name === 'roles' ? '' : keyText(element['type']);
  return `${type}\n${keyText(element['value'])}`;
}

/** The primary that this operation set wins, of several the last; the others become false. */
function onePrimary(drafts: readonly Draft[]): Element[] {
  const primary = drafts.filter(({ element }) => element['primary'] === true);
  if (primary.length <= 1) return drafts.map(({ element }) => element);
  const winner = primary.findLast(({ isFresh }) => isFresh) ?? primary.at(-1);
  return drafts.map((draft) =>
    draft.element['primary'] === true && draft !== winner ? { ...draft.element, primary: false } : draft.element,
  );
}

function keyText(value: Scalar | undefined): string {
  return value === undefined ? '' : fold(String(value));
}

function omit(element: Element, name: string): Element {
  const { [name]: _, ...rest } = element;
  return rest;
}

function kept(element: Element): Draft {
  return { element, isFresh: false };
}

function fresh(element: Element): Draft {
  return { element, isFresh: true };
}
