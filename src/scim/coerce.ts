// Values as clients send them -> values as the schema types them: "True" for true, numbers for strings, one-element arrays,
// app roles as JSON text. Pure; called by the dialect. Source: rows E4, E10 to E13, E18, E42 to E44 of docs/scim.md.
import { AppError } from '../errors';
import type { IgnoredName } from '../domain/finding';
import type { Element, Scalar } from './resource';
import type { Attribute } from './schemas';

/** Sentences for the request log about what was ignored or read liberally. */
export type Warnings = string[];

/** What is to be said of a body, in words for the request log and as names for the findings. */
export interface Notes {
  readonly warnings: Warnings;
  readonly ignored: IgnoredName[];
}

/** Null and the empty string mean "none". */
export function isEmpty(raw: unknown): boolean {
  return raw === null || raw === undefined || raw === '';
}

/** Whether a value is a JSON object. */
export function isObject(raw: unknown): raw is Record<string, unknown> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

/** The one value where one is wanted: an array of one gives its element, an empty one gives none. */
export function single(raw: unknown, name: string): unknown {
  if (!Array.isArray(raw)) return raw;
  if (raw.length > 1) throw wrong(name, 'one value');
  return raw[0];
}

/**
 * A simple value; undefined for none.
 * @throws body.value for what cannot be read as the type
 */
export function toScalar(attribute: Attribute, raw: unknown, name: string): Scalar | undefined {
  const value = single(raw, name);
  if (isEmpty(value)) return undefined;
  if (attribute.type === 'boolean') return toBoolean(value, name);
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw wrong(name, 'a string');
}

function toBoolean(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  if (text !== 'true' && text !== 'false') throw wrong(name, 'true or false');
  return text === 'true';
}

/** Text of an undeclared extension's attribute: other JSON is kept as text. */
export function toForeignText(raw: unknown): string | undefined {
  if (isEmpty(raw)) return undefined;
  return typeof raw === 'string' ? raw : JSON.stringify(raw);
}

/** The elements of a multi-valued attribute; one value counts as an array of one. */
export function toElements(attribute: Attribute, raw: unknown, notes: Notes): Element[] {
  const list: unknown[] = Array.isArray(raw) ? raw : [raw];
  return list.filter((it) => !isEmpty(it)).map((it) => toElement(attribute, it, notes));
}

/** One element: known sub-attributes alone, typed; a bare value is its `value`. */
export function toElement(attribute: Attribute, raw: unknown, notes: Notes): Element {
  const value = single(raw, attribute.name);
  const holdsRoles = isRoles(attribute);
  if (!isObject(value)) {
    const text = toScalar(attribute.subs.get('value') ?? attribute, value, `${attribute.name}.value`);
    if (text === undefined) return {};
    return holdsRoles && typeof text === 'string' ? roleOf(text) : { value: text };
  }
  const element: Record<string, Scalar> = {};
  for (const [key, held] of Object.entries(value)) {
    const sub = attribute.subs.get(holdsRoles && key.toLowerCase() === 'displayname' ? 'display' : key.toLowerCase());
    if (sub === undefined) {
      if (key !== '$ref') leaveOut(notes, `${attribute.name}.${key}`);
    } else if (!sub.isReadOnly) {
      const scalar = toScalar(sub, held, `${attribute.name}.${sub.name}`);
      if (scalar !== undefined) element[sub.name] = scalar;
    }
  }
  return holdsRoles && typeof element['value'] === 'string' ? { ...element, ...roleOf(element['value']) } : element;
}

/** Whether values of the attribute may be app roles written as JSON text. */
export function isRoles(attribute: Attribute): boolean {
  return attribute.name === 'roles' || attribute.name === 'entitlements';
}

/** An app role as Entra's AppRoleAssignmentsComplex writes it: JSON text with id, value and displayName. */
export function roleOf(text: string): Element {
  const role = text.startsWith('{') ? parsed(text) : undefined;
  if (role === undefined) return { value: text };
  const pick = (key: string): string | undefined => {
    const held = Object.entries(role).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
    return typeof held === 'string' && held !== '' ? held : undefined;
  };
  const value = pick('value') ?? pick('displayName') ?? pick('display') ?? pick('id');
  if (value === undefined) return { value: text };
  const display = pick('displayName') ?? pick('display');
  const id = pick('id');
  return { value, ...(display === undefined ? {} : { display }), ...(id === undefined ? {} : { id }) };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Says that an unknown attribute, or the unknown path of a PATCH, was left out. Without the filter of a path: the value in it
 * may be an address, and warnings are kept for long.
 */
export function leaveOut(notes: Notes, path: string, kind: IgnoredName['kind'] = 'ignored_attribute'): void {
  const name = withoutFilter(path).slice(0, 200);
  notes.warnings.push(ignored(name));
  notes.ignored.push({ kind, name });
}

function withoutFilter(path: string): string {
  const [start, end] = [path.indexOf('['), path.lastIndexOf(']')];
  return start === -1 ? path : `${path.slice(0, start)}[…]${end > start ? path.slice(end + 1) : ''}`;
}

/** The warning about a name that was left out. */
export function ignored(name: string): string {
  return `Ignored: ${name.slice(0, 200)}`;
}

function wrong(name: string, wanted: string): AppError {
  return new AppError('body.value', { reason: `"${name}" takes ${wanted}.` });
}
