// attributes and excludedAttributes -> which parts of a resource an answer shows. `schemas` and `id` always stay. Pure.
// Source: RFC 7644 3.9, 3.10.
import { findPlace, type Place } from './place';
import type { ScimQuery } from './query';
import type { Container, Element, Held } from './resource';
import type { ResourceSchema } from './schemas';

const always = new Set(['schemas', 'id']);

/** The resource as the client wants to see it. Names nobody knows are ignored; the core URN names all that is core. */
export function project(resource: Container, query: ScimQuery, schema: ResourceSchema): Container {
  const settle = (place: Place): Place => settled(resource, place);
  if (query.attributes !== undefined && query.attributes.trim() !== '') {
    return filled(only(resource, placesOf(query.attributes, schema).map(settle)));
  }
  if (query.excludedAttributes === undefined) return resource;
  return filled(placesOf(query.excludedAttributes, schema).map(settle).reduce(exclude, resource));
}

/** Of a URN nobody declared only what is there tells whether it names an attribute or a whole extension. */
function settled(resource: Container, place: Place): Place {
  if (!place.attribute?.isForeign) return place;
  const whole = `${place.extension}:${place.attribute.name}`.toLowerCase();
  const extension = Object.keys(resource).find((key) => key.toLowerCase() === whole);
  return extension === undefined ? place : { extension, attribute: undefined, sub: undefined };
}

/** Without what a choice of sub-attributes has left empty. */
function filled(container: Container): Container {
  const kept = Object.entries(container).map(([name, held]) => [name, typeof held === 'object' ? fuller(held) : held]);
  return Object.fromEntries(kept.filter(([, held]) => held !== undefined)) as Container;
}

function fuller(held: Element | readonly Element[] | Container): Held | undefined {
  if (!Array.isArray(held)) return nonEmpty(filled(held as Container));
  return nonEmpty(
    (held as readonly (Element | string)[]).filter((it) => typeof it !== 'object' || nonEmpty(it)) as Held,
  );
}

function nonEmpty<T extends Held>(held: T): T | undefined {
  return Object.keys(held).length === 0 ? undefined : held;
}

/** Whether an answer is to show an attribute, of the core or an extension: by name, by default, or not at all. */
export function wants(
  query: ScimQuery,
  schema: ResourceSchema,
  name: string,
  urn?: string,
): 'by name' | 'by default' | 'no' {
  const isIt = ({ extension, attribute }: Place): boolean => extension === urn && attribute?.name === name;
  const isCore = (place: Place): boolean => urn === undefined && isWhole(place);
  if (query.attributes !== undefined && query.attributes.trim() !== '') {
    const places = placesOf(query.attributes, schema);
    if (places.some(isIt)) return 'by name';
    return places.some(isCore) ? 'by default' : 'no';
  }
  const excluded = placesOf(query.excludedAttributes ?? '', schema);
  return excluded.some((place) => isCore(place) || (isIt(place) && place.sub === undefined)) ? 'no' : 'by default';
}

function placesOf(list: string, schema: ResourceSchema): Place[] {
  const names = list.split(',').map((name) => name.replace(/\[[^\]]*\]/, '').trim());
  return names.map((name) => findPlace(schema, name)).filter((place) => place !== undefined);
}

/** Whether a place is the whole core schema. */
function isWhole({ extension, attribute }: Place): boolean {
  return extension === undefined && attribute === undefined;
}

/** The keys of the core attributes, or those of the extensions. */
function keysOf(resource: Container, of: 'core' | 'extensions'): string[] {
  return Object.keys(resource).filter((key) => /^urn:/i.test(key) === (of === 'extensions'));
}

function only(resource: Container, places: readonly Place[]): Container {
  const shown: Record<string, Held | undefined> = {};
  for (const name of always) shown[name] = resource[name];
  for (const { extension, attribute, sub } of places) {
    if (extension === undefined) {
      const names = attribute === undefined ? keysOf(resource, 'core') : [attribute.name];
      for (const name of names) show(shown, resource, name, sub?.name);
      continue;
    }
    const held = resource[extension] as Container | undefined;
    if (held === undefined) continue;
    if (attribute === undefined) shown[extension] = held;
    else {
      const chosen = { ...(shown[extension] as Container | undefined) };
      show(chosen, held, attribute.name, sub?.name);
      shown[extension] = chosen;
    }
  }
  return shown;
}

function show(shown: Record<string, Held | undefined>, from: Container, name: string, sub: string | undefined): void {
  const held = from[name];
  if (held === undefined) return;
  if (sub === undefined || typeof held !== 'object') shown[name] = held;
  else
    shown[name] = Array.isArray(held)
      ? merged(shown[name], held as Element[], sub)
      : { ...(shown[name] as Element), ...subOf(held as Element, sub) };
}

/** Sub-attributes of the same elements asked for one by one come together again. */
function merged(shown: Held | undefined, held: readonly Element[], sub: string): Element[] {
  const before = (shown ?? []) as readonly Element[];
  return held.map((element, index) => ({ ...before[index], ...subOf(element, sub) }));
}

function subOf(element: Element, sub: string): Element {
  return element[sub] === undefined ? {} : { [sub]: element[sub] };
}

function exclude(resource: Container, { extension, attribute, sub }: Place): Container {
  if (extension !== undefined) {
    const held = resource[extension] as Container | undefined;
    if (held === undefined) return resource;
    if (attribute === undefined) return without(resource, extension);
    return { ...resource, [extension]: exclude(held, { extension: undefined, attribute, sub }) };
  }
  if (attribute === undefined) return part(resource, [...always, ...keysOf(resource, 'extensions')]);
  if (always.has(attribute.name)) return resource;
  const held = resource[attribute.name];
  if (sub === undefined || typeof held !== 'object') return without(resource, attribute.name);
  const next = Array.isArray(held)
    ? (held as Element[]).map((it) => without(it, sub.name))
    : without(held as Element, sub.name);
  return { ...resource, [attribute.name]: next };
}

function without<T extends Container>(container: T, name: string): T {
  const { [name]: _, ...rest } = container;
  return rest as T;
}

function part(container: Container, names: readonly string[]): Container {
  return Object.fromEntries(names.map((name) => [name, container[name]]));
}
