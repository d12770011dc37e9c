// What a PATCH means, worked out step by step on the JSON of a user: plain, slow, and written from the request table of
// docs/scim.md and RFC 7644 3.5.2 alone. Shares nothing with the product. Called by suites with generated requests.
import { type Element, enterpriseUrn, type Filter, folded, holds, type Resource } from './scim-filters';
import type { Intent } from './scim-patches';

/** The resource afterwards, or the scimType of the refusal. */
export type Outcome = { readonly after: Resource } | { readonly refused: string };

interface Drawn {
  element: Element;
  /** Whether this operation made or set it. */
  isSet: boolean;
}

/** Works a request out. `before` stays as it is. */
export function expected(before: Resource, intents: readonly Intent[]): Outcome {
  for (const intent of intents) {
    const scimType = refusalOf(intent);
    if (scimType !== undefined) return { refused: scimType };
  }
  if (intents.every(({ kind }) => kind === 'unknown')) return { refused: 'invalidPath' };
  const after = JSON.parse(JSON.stringify(before)) as Resource;
  for (const intent of intents) if (!carryOut(after, intent)) return { refused: 'noTarget' };
  const extension = after[enterpriseUrn] as Resource | undefined;
  const parts = [after, after['name'], extension, extension?.['manager']];
  const isLong = parts.some((part) => hasLong(part as Resource | undefined));
  return isLong ? { refused: 'invalidValue' } : { after };
}

/** Why an operation is refused before anything is looked up. */
function refusalOf(intent: Intent): string | undefined {
  if (intent.kind === 'broken') return intent.scimType;
  if (intent.kind !== 'single' || intent.place[0] !== 'userName') return undefined;
  if (intent.verb === 'remove') return 'mutability';
  return intent.value === null ? 'invalidValue' : undefined;
}

function hasLong(part: Resource | undefined): boolean {
  return (
    typeof part === 'object' &&
    Object.entries(part).some(([key, held]) => typeof held === 'string' && held.length > 255 && isShort(key))
  );
}

/** Attributes of up to 1,024 characters are out of the generator's reach. */
function isShort(key: string): boolean {
  return !['nickName', 'locale', 'timezone', 'preferredLanguage', 'badge'].includes(key);
}

/** False when a filter that says nothing of a new element matches none. */
function carryOut(resource: Resource, intent: Intent): boolean {
  if (intent.kind === 'single') setSingle(resource, intent);
  if (intent.kind === 'whole') delete resource[intent.place[0] as string];
  if (intent.kind === 'many') setMany(resource, intent);
  return intent.kind !== 'some' || setSome(resource, intent);
}

function setSingle(resource: Resource, { place, verb, value }: Intent & { kind: 'single' }): void {
  const isGone = verb === 'remove' || value === null;
  if (place[0] === 'active') {
    if (!isGone) resource['active'] = value;
    return;
  }
  const holders: Resource[] = [resource];
  for (const key of place.slice(0, -1)) {
    const holder = holders.at(-1) as Resource;
    holder[key] ??= {};
    holders.push(holder[key] as Resource);
  }
  const last = holders.at(-1) as Resource;
  if (isGone) delete last[place.at(-1) as string];
  else last[place.at(-1) as string] = value;
  for (let depth = place.length - 2; depth >= 0; depth -= 1) {
    if (Object.keys(holders[depth + 1] as Resource).length === 0)
      delete (holders[depth] as Resource)[place[depth] as string];
  }
}

function setMany(resource: Resource, { attribute, verb, elements }: Intent & { kind: 'many' }): void {
  const held = (resource[attribute] ?? []) as Element[];
  const sent = (elements ?? []).map((element) => ({ element: { ...element }, isSet: true }));
  const kept = held.map((element) => ({ element, isSet: false }));
  if (verb === 'add' && elements === null) return;
  if (verb === 'add') return store(resource, attribute, [...kept, ...sent]);
  if (verb === 'replace') return store(resource, attribute, sent);
  if (elements === null) return store(resource, attribute, []);
  const leaving = elements.flatMap((wanted) => named(attribute, held, wanted));
  return store(
    resource,
    attribute,
    kept.filter(({ element }) => !leaving.includes(element)),
  );
}

/** Whom a removal names: by value, with the type where one is given; roles by value alone, then by id; else by all that is said. */
function named(attribute: string, held: readonly Element[], wanted: Element): Element[] {
  const agree = (subs: readonly string[]): Element[] =>
    held.filter((element) => subs.every((sub) => sameText(element[sub], wanted[sub])));
  const subs = Object.keys(wanted);
  if (subs.length === 0) return [];
  if (wanted['value'] === undefined) return agree(subs);
  const isRole = attribute === 'roles';
  const byValue = agree(wanted['type'] === undefined || isRole ? ['value'] : ['value', 'type']);
  return isRole && byValue.length === 0 && wanted['id'] !== undefined ? agree(['id']) : byValue;
}

function setSome(resource: Resource, intent: Intent & { kind: 'some' }): boolean {
  const { attribute, where, sub, verb, value } = intent;
  const held = (resource[attribute] ?? []) as Element[];
  const drawn: Drawn[] = held.map((element) => ({ element: { ...element }, isSet: false }));
  const chosen = drawn.filter(({ element }) => where === null || holds(where, {}, element));
  if (verb === 'remove' || value === null) {
    if (sub === null) return stored(drawn.filter((it) => !chosen.includes(it)));
    for (const it of chosen) {
      delete it.element[sub];
      it.isSet = true;
    }
    return stored(drawn);
  }
  const said = where === null ? {} : saidBy(where);
  const part = (sub === null ? value : { [sub]: value }) as Element;
  if (chosen.length === 0 && said === undefined) return false;
  if (chosen.length === 0) drawn.push({ element: {}, isSet: true });
  for (const it of chosen.length === 0 ? drawn.slice(-1) : chosen) {
    const isWhole = verb === 'replace' && sub === null;
    const base = chosen.length === 0 || isWhole ? said : it.element;
    it.element = { ...base, ...part };
    it.isSet = true;
  }
  return stored(drawn);

  function stored(list: readonly Drawn[]): true {
    store(resource, attribute, list);
    return true;
  }
}

/** What a filter says of an element that is not there yet: `eq` joined by `and`, and nothing else. */
function saidBy(where: Filter): Element | undefined {
  if (where.kind === 'compare' && where.operator === 'eq')
    return where.value === null ? {} : { [where.path]: where.value };
  if (where.kind !== 'and') return undefined;
  const parts = where.terms.map(saidBy);
  return parts.some((part) => part === undefined) ? undefined : Object.assign({}, ...parts);
}

/** The rules at the end: nothing empty, nothing twice, one primary. */
function store(resource: Resource, attribute: string, drawn: readonly Drawn[]): void {
  const list: Drawn[] = [];
  for (const { element, isSet } of drawn) {
    if (Object.keys(element).every((sub) => sub === 'type' || sub === 'primary')) continue;
    const twin = list.find((it) => isSame(attribute, it.element, element));
    if (twin === undefined) list.push({ element, isSet });
    else if (isSet) Object.assign(twin, { element: { ...twin.element, ...element }, isSet: true });
  }
  const primaries = list.filter(({ element }) => element['primary'] === true);
  const winner = primaries.findLast(({ isSet }) => isSet) ?? primaries.at(-1);
  for (const it of primaries) if (it !== winner) it.element = { ...it.element, primary: false };
  if (list.length === 0) delete resource[attribute];
  else resource[attribute] = list.map(({ element }) => element);
}

function isSame(attribute: string, one: Element, other: Element): boolean {
  if (one['value'] === undefined && other['value'] === undefined) {
    const subs = new Set([...Object.keys(one), ...Object.keys(other)].filter((sub) => sub !== 'primary'));
    return [...subs].every(
      (sub) => one[sub] !== undefined && other[sub] !== undefined && sameText(one[sub], other[sub]),
    );
  }
  if (one['value'] === undefined || other['value'] === undefined) return false;
  return sameText(one['value'], other['value']) && (attribute === 'roles' || sameText(one['type'], other['type']));
}

function sameText(one: string | boolean | undefined, other: string | boolean | undefined): boolean {
  return folded(String(one ?? '')) === folded(String(other ?? ''));
}
