// attributes and excludedAttributes -> which parts of a resource an answer shows. `schemas` and `id` always stay. Pure.
// Source: RFC 7644 3.9, 3.10.
import { findPlace, type Place } from './place';
import type { ScimQuery } from './query';
import type { Container, Element, Held } from './resource';
import type { ResourceSchema } from './schemas';

const always = new Set(['schemas', 'id']);

/** The resource as the client wants to see it. Names nobody knows are ignored. */
export function project(resource: Container, query: ScimQuery, schema: ResourceSchema): Container {
  if (query.attributes !== undefined && query.attributes.trim() !== '') {
    return only(resource, placesOf(query.attributes, schema));
  }
  if (query.excludedAttributes === undefined) return resource;
  return placesOf(query.excludedAttributes, schema).reduce(exclude, resource);
}

/** Whether an answer is to show an attribute, of the core or an extension: by name, by default, or not at all. */
export function wants(
  query: ScimQuery,
  schema: ResourceSchema,
  name: string,
  urn?: string,
): 'by name' | 'by default' | 'no' {
  const isIt = ({ extension, attribute }: Place): boolean => extension === urn && attribute?.name === name;
  if (query.attributes !== undefined && query.attributes.trim() !== '') {
    return placesOf(query.attributes, schema).some(isIt) ? 'by name' : 'no';
  }
  const excluded = placesOf(query.excludedAttributes ?? '', schema);
  return excluded.some((place) => isIt(place) && place.sub === undefined) ? 'no' : 'by default';
}

function placesOf(list: string, schema: ResourceSchema): Place[] {
  const names = list.split(',').map((name) => name.replace(/\[[^\]]*\]/, '').trim());
  return names.map((name) => findPlace(schema, name)).filter((place) => place !== undefined);
}

function only(resource: Container, places: readonly Place[]): Container {
  const shown: Record<string, Held | undefined> = {};
  for (const name of always) shown[name] = resource[name];
  for (const { extension, attribute, sub } of places) {
    if (extension === undefined) {
      if (attribute !== undefined) show(shown, resource, attribute.name, sub?.name);
      continue;
    }
    const held = resource[extension] as Container | undefined;
    if (held === undefined) continue;
    if (attribute === undefined) shown[extension] = held;
    else {
      const part = { ...(shown[extension] as Container | undefined) };
      show(part, held, attribute.name, sub?.name);
      if (Object.keys(part).length > 0) shown[extension] = part;
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
  if (attribute === undefined || always.has(attribute.name)) return resource;
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
