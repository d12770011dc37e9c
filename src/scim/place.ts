// Attribute names -> places in the schema. Names have no case, core names may carry their URN, and a name that only one
// extension has needs none. Pure; called by the dialect, the path and filter parsers and the projection.
import type { Attribute, ResourceSchema } from './schemas';

/** A named place: an attribute, one of its sub-attributes, or (attribute undefined) a whole extension. */
export interface Place {
  /** The URN of the extension it lives in; undefined = the core schema. */
  readonly extension: string | undefined;
  readonly attribute: Attribute | undefined;
  readonly sub: Attribute | undefined;
}

const maxSegments = 8;
const foreignName = /^[A-Za-z][\w$-]{0,127}$/;
const foreignUrn = /^urn:[\w.:$-]{1,250}$/i;
const reserved = new Set(['constructor', 'prototype', '__proto__']);

/** The place a name means, or undefined when the schema has none. Never throws. */
export function findPlace(schema: ResourceSchema, name: string): Place | undefined {
  if (name.slice(0, 4).toLowerCase() === 'urn:') return findByUrn(schema, name);
  const place = within(schema.attributes, undefined, name);
  if (place !== undefined) return place;
  const found = [...schema.extensions.values()]
    .map((extension) => within(extension.attributes, extension.urn, name))
    .filter((it) => it !== undefined);
  return found.length === 1 ? found[0] : undefined;
}

function findByUrn(schema: ResourceSchema, name: string): Place | undefined {
  const lower = name.toLowerCase();
  if (lower.startsWith(`${schema.urn.toLowerCase()}:`)) {
    return within(schema.attributes, undefined, name.slice(schema.urn.length + 1));
  }
  if (lower === schema.urn.toLowerCase()) return { extension: undefined, attribute: undefined, sub: undefined };
  for (const { urn, attributes } of schema.extensions.values()) {
    for (const spelling of [urn, misspelled(urn)]) {
      if (lower === spelling.toLowerCase()) return { extension: urn, attribute: undefined, sub: undefined };
      if (lower.startsWith(`${spelling.toLowerCase()}:`)) {
        return within(attributes, urn, name.slice(spelling.length + 1));
      }
    }
  }
  return schema.keepsForeign ? findForeign(name) : undefined;
}

/** One documented request writes `2.0User` for `2.0:User`. Source: Microsoft's SCIM tutorial. */
function misspelled(urn: string): string {
  return urn.replace(':2.0:', ':2.0');
}

/** Of a URN nobody declared, the part after the last colon is the attribute. */
function findForeign(name: string): Place | undefined {
  const colon = name.lastIndexOf(':');
  return foreignPlace(name.slice(0, colon), name.slice(colon + 1));
}

/** The place of an attribute of an undeclared extension; undefined when the names are not fit to be kept. */
export function foreignPlace(urn: string, name: string): Place | undefined {
  if (!foreignUrn.test(urn) || !foreignName.test(name) || reserved.has(name)) return undefined;
  return { extension: urn, attribute: foreignAttribute(name), sub: undefined };
}

/** Whether a key can be the URN of an undeclared extension that is kept. */
export function isForeignUrn(schema: ResourceSchema, key: string): boolean {
  return schema.keepsForeign && foreignUrn.test(key) && !isDeclared(schema, key);
}

/** A declared URN, or something in it; one that only begins with the same letters is another. */
function isDeclared(schema: ResourceSchema, key: string): boolean {
  const lower = `${key.toLowerCase()}:`;
  return [schema.urn, ...[...schema.extensions.values()].flatMap(({ urn }) => [urn, misspelled(urn)])].some((urn) =>
    lower.startsWith(`${urn.toLowerCase()}:`),
  );
}

function foreignAttribute(name: string): Attribute {
  const never = { isMulti: false, isReadOnly: false, isRequired: false, isCaseExact: false, isDropped: false };
  return { name, type: 'string', ...never, isForeign: true, subs: new Map() };
}

function within(
  attributes: ReadonlyMap<string, Attribute>,
  extension: string | undefined,
  name: string,
): Place | undefined {
  const [first = '', second, ...rest] = name.split('.', maxSegments);
  const attribute = attributes.get(first.toLowerCase());
  if (attribute === undefined || rest.length > 0) return undefined;
  if (second === undefined) return { extension, attribute, sub: undefined };
  const sub = attribute.subs.get(second.toLowerCase());
  return sub && { extension, attribute, sub };
}

/** The canonical spelling of a place: `userName`, `name.givenName`, `urn:…:User:manager.value`. */
export function placeName({ extension, attribute, sub }: Place): string {
  if (attribute === undefined) return extension ?? '';
  const name = sub === undefined ? attribute.name : `${attribute.name}.${sub.name}`;
  return extension === undefined ? name : `${extension}:${name}`;
}
