// Every shape in which Entra and other clients write a change -> a list of plain operations, each on one place of the
// schema, with typed values. The one file that knows the dialects. Pure, no I/O; called by user-resource.ts.
// Source: rows E2 to E20, E29 to E31, E40 to E45 of docs/scim.md; RFC 7644 3.5.2.
import { AppError } from '../errors';
import {
  leaveOut,
  type Notes,
  isEmpty,
  isObject,
  isRoles,
  roleOf,
  single,
  toElement,
  toElements,
  toForeignText,
  toScalar,
} from './coerce';
import { member, verbOf } from './message';
import { parsePath, printPath, type Target } from './path';
import { findPlace, foreignPlace, isForeignUrn, placeName } from './place';
import type { Operation as Change } from './resource';
import { forRole } from './role-filter';
import type { Attribute, ResourceSchema } from './schemas';

/** A normalized operation. */
export type Operation = Change<Target>;

/** What came out, and what to say about it in the request log. */
export interface Normalized extends Notes {
  readonly operations: readonly Operation[];
}

interface Reading extends Notes {
  readonly schema: ResourceSchema;
  /** The id of the resource that is changed; undefined while it is created. */
  readonly id: string | undefined;
  /** Whether anything asked for was understood. */
  isUnderstood: boolean;
}

type Verb = Operation['op'];

const maxOperations = 1000;

/**
 * A PatchOp message -> operations.
 * @throws body.shape, body.value, path.invalid, path.no_target, filter.invalid, attribute.mutability, body.too_large
 */
export function normalizePatch(schema: ResourceSchema, message: unknown, id?: string): Normalized {
  const list = isObject(message) ? member(message, 'operations') : undefined;
  if (!Array.isArray(list)) throw new AppError('body.shape', { reason: '"Operations" must be an array.' });
  if (list.length > maxOperations) throw new AppError('body.too_large', { limit: '1,000 operations' });
  const reading: Reading = { schema, id, warnings: [], ignored: [], isUnderstood: list.length === 0 };
  const operations = bounded(list.flatMap((item) => readOperation(reading, item)));
  if (!reading.isUnderstood) {
    throw new AppError('path.invalid', { reason: 'None of the operations names a known attribute.' });
  }
  return { operations, warnings: reading.warnings, ignored: reading.ignored };
}

/** A POST or PUT body -> the operations that build the resource. @throws body.shape, body.value */
export function normalizeResource(schema: ResourceSchema, body: unknown): Normalized {
  if (!isObject(body)) throw new AppError('body.shape', { reason: 'The body must be a JSON object.' });
  const reading: Reading = { schema, id: undefined, warnings: [], ignored: [], isUnderstood: true };
  const operations = bounded(explode(reading, 'replace', body));
  return { operations, warnings: reading.warnings, ignored: reading.ignored };
}

/** Operations in plain RFC 7644 form, for the request log; normalized again they are the same. */
export function printOperations(operations: readonly Operation[]): object[] {
  return operations.map(({ op, target, value }) => ({
    op,
    path: printPath(target),
    ...(value === undefined ? {} : { value }),
  }));
}

/** What objects without a path are taken apart into counts too. @throws body.too_large */
function bounded(operations: Operation[]): Operation[] {
  if (operations.length > maxOperations) throw new AppError('body.too_large', { limit: '1,000 changes' });
  return operations;
}

function readOperation(reading: Reading, item: unknown): Operation[] {
  if (!isObject(item)) throw new AppError('body.shape', { reason: 'An operation must be an object.' });
  const op = verbOf(member(item, 'op'));
  const path = member(item, 'path');
  const value = member(item, 'value');
  if (isEmpty(path)) return readPathless(reading, op, value);
  if (typeof path !== 'string') throw new AppError('path.invalid', { reason: 'A path must be a string.' });
  const target = parsePath(reading.schema, path, reading.warnings);
  if (target === undefined) {
    leaveOut(reading, path, 'ignored_patch');
    return [];
  }
  reading.isUnderstood = true;
  if (op !== 'remove' && isObject(value) && isForeignUrn(reading.schema, path.trim())) {
    return foreignChanges(reading, op, path.trim(), value);
  }
  if (op !== 'remove' && value === undefined) throw new AppError('body.value', { reason: `"${op}" needs a value.` });
  return changesOf(reading, op, target, value, 'path');
}

function readPathless(reading: Reading, op: Verb, value: unknown): Operation[] {
  if (op === 'remove') throw new AppError('path.no_target', { reason: '"remove" needs a path.' });
  if (!isObject(value)) throw new AppError('body.value', { reason: 'Without a path the value must be an object.' });
  if (Object.keys(value).length === 0) reading.isUnderstood = true;
  return explode(reading, op, value);
}

/** Each key of an object is a change of its own: dotted names, URNs, value paths and nested extensions alike. */
function explode(reading: Reading, op: Verb, object: Record<string, unknown>, prefix = ''): Operation[] {
  return Object.entries(object).flatMap(([key, value]) => {
    const name = prefix + key;
    if (isObject(value) && isForeignUrn(reading.schema, name)) return foreignChanges(reading, op, name, value);
    const target = targetOf(reading, name);
    if (target === undefined) {
      leaveOut(reading, name);
      return [];
    }
    reading.isUnderstood = true;
    return changesOf(reading, op, target, value, 'key');
  });
}

function targetOf(reading: Reading, name: string): Target | undefined {
  if (name.includes('[')) return parsePath(reading.schema, name, reading.warnings);
  const place = findPlace(reading.schema, name);
  return place && { ...place, filter: undefined };
}

function foreignChanges(reading: Reading, op: Verb, urn: string, object: Record<string, unknown>): Operation[] {
  return Object.entries(object).flatMap(([key, value]) => {
    const place = foreignPlace(urn, key);
    if (place === undefined) {
      leaveOut(reading, `${urn}:${key}`);
      return [];
    }
    reading.isUnderstood = true;
    return changesOf(reading, op, { ...place, filter: undefined }, value, 'key');
  });
}

/** @param from a read-only attribute is refused when a path names it, and left out when an object holds it */
function changesOf(reading: Reading, op: Verb, target: Target, sent: unknown, from: 'path' | 'key'): Operation[] {
  const { attribute, sub } = target;
  if (attribute === undefined) return extensionChanges(reading, op, target, sent);
  if (isWithheld(reading, target, sent, from)) return [];
  const leaf = sub ?? attribute;
  const isWhole = op === 'remove' || leaf.isMulti || leaf.isForeign;
  const raw = isWhole ? sent : single(sent, leaf.name);
  if (attribute.name === 'active' && (op === 'remove' || isEmpty(raw))) {
    reading.warnings.push('Ignored: active without a value');
    return [];
  }
  if (isNobody(op, target, raw)) {
    reading.warnings.push(`Ignored: ${op} of ${placeName(target)} without a value`);
    return [];
  }
  if (op === 'remove') return [removal(reading, target, raw)];
  if (isEmpty(raw)) return [clearing(target, leaf)];
  if (leaf.isMulti) return [elementChange(reading, op, target, leaf, raw)];
  if (leaf.type === 'complex') return complexChanges(reading, op, target, leaf, raw, from);
  const value = scalarOf(target, leaf, raw);
  return [value === undefined ? clearing(target, leaf) : { op, target: forRole(target), value }];
}

/** Read-only attributes and those that are accepted but not kept. */
function isWithheld(
  reading: Reading,
  { attribute, sub, ...rest }: Target,
  raw: unknown,
  from: 'path' | 'key',
): boolean {
  if (attribute?.isDropped) {
    if (attribute.name !== 'password') leaveOut(reading, attribute.name);
    return true;
  }
  if (!attribute?.isReadOnly && !sub?.isReadOnly) return false;
  const name = placeName({ ...rest, attribute, sub });
  const isForeignId = attribute?.name === 'id' && reading.id !== undefined && !isEmpty(raw) && raw !== reading.id;
  if (isForeignId || (from === 'path' && name !== 'schemas')) {
    throw new AppError('attribute.mutability', { reason: `"${name}" is read-only.` });
  }
  return true;
}

function extensionChanges(reading: Reading, op: Verb, target: Target, raw: unknown): Operation[] {
  if (target.extension === undefined) return isObject(raw) ? explode(reading, op, raw) : [];
  if (op === 'remove' || isEmpty(raw)) return [{ op: 'remove', target }];
  if (!isObject(raw)) throw new AppError('body.value', { reason: `"${target.extension}" takes an object.` });
  return explode(reading, op, raw, `${target.extension}:`);
}

/** Null or "" beside a whole list: `add` brings nothing, and a removal whose value is there names nobody. */
function isNobody(op: Verb, { attribute, sub, filter }: Target, raw: unknown): boolean {
  const isWhole = attribute?.isMulti && sub === undefined && filter === undefined;
  return isWhole === true && isEmpty(raw) && (op === 'add' || (op === 'remove' && raw !== undefined));
}

/** A removal keeps the elements it names; beside a filter or a sub-attribute a value says nothing. */
function removal(reading: Reading, target: Target, raw: unknown): Operation {
  const { attribute, sub, filter } = target;
  if ((sub ?? attribute)?.isRequired) {
    throw new AppError('attribute.mutability', { reason: `"${attribute?.name}" is required and cannot be removed.` });
  }
  const isNamed = attribute?.isMulti && sub === undefined && filter === undefined && !isEmpty(raw);
  if (!isNamed) return { op: 'remove', target };
  return { op: 'remove', target, value: toElements(attribute, raw, reading) };
}

function clearing(target: Target, leaf: Attribute): Operation {
  if (leaf.isRequired) throw new AppError('body.value', { reason: `"${leaf.name}" must not be empty.` });
  return { op: 'remove', target };
}

function elementChange(reading: Reading, op: Verb, target: Target, leaf: Attribute, raw: unknown): Operation {
  if (target.filter === undefined) return { op, target, value: toElements(leaf, raw, reading) };
  return { op, target: forRole(target), value: toElement(leaf, raw, reading) };
}

/** A complex value sets its sub-attributes one by one, so that those not named stay. */
function complexChanges(
  reading: Reading,
  op: Verb,
  target: Target,
  leaf: Attribute,
  raw: unknown,
  from: 'path' | 'key',
): Operation[] {
  const object = isObject(raw) ? raw : leaf.subs.has('value') ? { value: raw } : undefined;
  if (object === undefined) throw new AppError('body.value', { reason: `"${leaf.name}" takes an object.` });
  return Object.entries(object).flatMap(([key, held]) => {
    const sub = leaf.subs.get(key.toLowerCase());
    if (sub !== undefined) return changesOf(reading, op, { ...target, sub }, held, from === 'path' ? 'key' : from);
    leaveOut(reading, `${leaf.name}.${key}`);
    return [];
  });
}

function scalarOf({ attribute }: Target, leaf: Attribute, raw: unknown) {
  if (leaf.isForeign) return toForeignText(raw);
  const value = toScalar(leaf, raw, leaf.name);
  const isRole = attribute !== undefined && isRoles(attribute) && leaf.name === 'value' && typeof value === 'string';
  return isRole ? roleOf(value)['value'] : value;
}
