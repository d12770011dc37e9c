// SCIM filters -> Condition, by recursive descent over the tokens: linear time, bounded depth. List filters and the
// brackets of PATCH paths share it. Pure; called by query.ts and path.ts. Source: RFC 7644 3.4.2.2.
import type { Comparison, Condition } from '../domain/condition';
import { licenseExtension } from '../domain/license-carrier';
import { AppError } from '../errors';
import { type Token, tokenize } from './filter-tokens';
import { joined, negated, presence, settled } from './kind-facts';
import { findPlace, placeName } from './place';
import { namesSecret } from './redaction';
import type { Attribute, ResourceSchema } from './schemas';

/** Where names are looked up: in a whole resource, or among the sub-attributes of one element. */
export type FilterScope = { readonly schema: ResourceSchema } | { readonly element: Attribute };

interface Reader {
  readonly tokens: readonly Token[];
  readonly warnings: string[];
  next: number;
  terms: number;
}

interface Name {
  readonly attribute: Attribute;
  /** As a Condition spells it. */
  readonly name: string;
}

const comparisons: ReadonlySet<string> = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']);
const maxDepth = 10;
const maxTerms = 64;

/**
 * Reads a filter.
 * @param warnings takes a sentence for each liberty taken (a value without quotes)
 * @throws filter.invalid for syntax, limits (2,048 characters, depth 10, 64 terms), unknown names, values of another type
 */
export function parseFilter(text: string, scope: FilterScope, warnings: string[] = []): Condition {
  try {
    return readAll({ tokens: tokenize(text), warnings, next: 0, terms: 0 }, scope);
  } catch (error) {
    throw namesSecret(text) ? unquoted(error) : error;
  }
}

function readAll(reader: Reader, scope: FilterScope): Condition {
  const condition = readOr(reader, scope, 0);
  if (peek(reader).kind !== 'end') throw unexpected(peek(reader));
  return condition;
}

/** What is wrong with a filter that names a secret, without a word of it. */
function unquoted(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const isUnknown = error.details['unknown'] !== undefined;
  const reason = 'The filter names a secret, and secrets cannot be searched.';
  return new AppError('filter.invalid', { reason, ...(isUnknown && { unknown: '' }) });
}

function readOr(reader: Reader, scope: FilterScope, depth: number): Condition {
  return readJoined(reader, 'or', () => readJoined(reader, 'and', () => readTerm(reader, scope, depth)));
}

function readJoined(reader: Reader, word: 'and' | 'or', read: () => Condition): Condition {
  const terms = [read()];
  while (isWord(peek(reader), word)) {
    take(reader);
    terms.push(read());
  }
  return joined(word, terms);
}

function readTerm(reader: Reader, scope: FilterScope, depth: number): Condition {
  if (depth > maxDepth) throw invalid('A filter is at most 10 levels deep.');
  const isNot = isWord(peek(reader), 'not') && reader.tokens[reader.next + 1]?.kind === '(';
  if (isNot) take(reader);
  if (peek(reader).kind !== '(') return readExpression(reader, scope, depth);
  take(reader);
  const term = readOr(reader, scope, depth + 1);
  expect(reader, ')');
  return isNot ? negated(term) : term;
}

function readExpression(reader: Reader, scope: FilterScope, depth: number): Condition {
  reader.terms += 1;
  if (reader.terms > maxTerms) throw invalid('A filter has at most 64 terms.');
  const token = take(reader);
  if (token.kind !== 'word') throw unexpected(token);
  const found = nameOf(token.text, scope);
  if (peek(reader).kind === '[') return readElement(reader, found, scope, depth);
  const term = readComparison(reader, found);
  const isTerm = term.kind === 'compare' || term.kind === 'present';
  return isTerm && 'schema' in scope ? settled(term, scope.schema) : term;
}

/** `emails[type eq "work"]`, and `emails[type eq "work"].value eq "x"`: both terms hold on one element. */
function readElement(reader: Reader, { attribute, name }: Name, scope: FilterScope, depth: number): Condition {
  if (!attribute.isMulti || 'element' in scope) throw invalid(`"${name}" takes no condition in brackets.`);
  take(reader);
  const where = readOr(reader, { element: attribute }, depth + 1);
  expect(reader, ']');
  const follower = peek(reader);
  if (follower.kind !== 'word' || !follower.text.startsWith('.')) return { kind: 'some', attribute: name, where };
  take(reader);
  const sub = nameOf(follower.text.slice(1), { element: attribute });
  const terms = [where, readComparison(reader, sub)];
  return { kind: 'some', attribute: name, where: { kind: 'and', terms } };
}

function readComparison(reader: Reader, found: Name): Condition {
  const operator = take(reader);
  const word = operator.text.toLowerCase();
  if (operator.kind !== 'word') throw unexpected(operator);
  if (word === 'pr') return presence(found.attribute, found.name);
  if (!comparisons.has(word)) throw invalid(`"${operator.text.slice(0, 40)}" is no operator.`);
  const { attribute, name } = withValue(found);
  const value = take(reader);
  if (value.kind !== 'word' && value.kind !== 'string') throw unexpected(value);
  return {
    kind: 'compare',
    attribute: name,
    operator: word as Comparison,
    value: typed(reader, value, word, attribute),
  };
}

/** A complex attribute alone means its `value`. */
function withValue({ attribute, name }: Name): Name {
  if (attribute.type !== 'complex') return { attribute, name };
  const sub = attribute.subs.get('value');
  if (sub === undefined) throw invalid(`"${name}" has no value of its own; name a sub-attribute.`);
  return { attribute: sub, name: `${name}.value` };
}

/** The value as the attribute's type reads it. */
function typed(reader: Reader, token: Token, operator: string, attribute: Attribute): string | number | boolean | null {
  const isBare = token.kind === 'word';
  if (isBare && token.text.toLowerCase() === 'null') {
    if (operator !== 'eq' && operator !== 'ne') throw invalid('null can be compared by eq and ne alone.');
    return null;
  }
  if (attribute.type === 'boolean') {
    const text = token.text.toLowerCase();
    if (operator !== 'eq' && operator !== 'ne')
      throw invalid(`"${attribute.name}" can be compared by eq and ne alone.`);
    if (text !== 'true' && text !== 'false') throw invalid(`"${attribute.name}" is true or false.`);
    return text === 'true';
  }
  if (attribute.type === 'integer') return integer(token.text, operator, attribute);
  if (attribute.type === 'dateTime') return instant(token.text, operator, attribute);
  if (isBare && !/^(true|false|-?\d+(\.\d+)?([eE][+-]?\d+)?)$/.test(token.text)) {
    reader.warnings.push('A value of the filter has no quotes; it was read as a string.');
  }
  return token.text;
}

function integer(text: string, operator: string, attribute: Attribute): number {
  if (operator === 'co' || operator === 'sw' || operator === 'ew' || !/^-?\d{1,15}$/.test(text)) {
    throw invalid(`"${attribute.name}" is compared with an integer by eq, ne, gt, ge, lt or le.`);
  }
  return Number(text);
}

function instant(text: string, operator: string, attribute: Attribute): string {
  const isIso = /^[1-9]\d{3}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/i.test(text);
  const at = new Date(text);
  if (operator === 'co' || operator === 'sw' || operator === 'ew' || !isIso || Number.isNaN(at.getTime())) {
    throw invalid(`"${attribute.name}" is compared with an ISO 8601 instant by eq, ne, gt, ge, lt or le.`);
  }
  const iso = at.toISOString();
  // A zone may carry the instant beyond what the database compares rightly.
  if (!/^[1-9]\d{3}-/.test(iso))
    throw invalid(`"${attribute.name}" is compared with an instant of the years 1000 to 9999, in UTC.`);
  return iso;
}

function nameOf(text: string, scope: FilterScope): Name {
  if ('element' in scope) {
    const sub = scope.element.subs.get(text.toLowerCase());
    if (sub === undefined) throw unknown(text);
    return { attribute: sub, name: sub.name };
  }
  const place = findPlace(scope.schema, text);
  if (place?.attribute === undefined || !isSearchable(place.attribute, place.sub)) throw unknown(text);
  return { attribute: place.sub ?? place.attribute, name: placeName(place) };
}

/** What is stored can be searched, and what follows from the kind; of `meta` that is its type and the two instants. */
function isSearchable(attribute: Attribute, sub: Attribute | undefined): boolean {
  if (attribute.isDropped || attribute.name === licenseExtension.state || sub?.name === '$ref') return false;
  if (attribute.name === 'groups' || attribute.name === 'schemas') return true;
  if (attribute.name === 'meta') return sub?.type === 'dateTime' || sub?.name === 'resourceType';
  return sub === undefined || !sub.isReadOnly;
}

function unknown(text: string): AppError {
  const name = text.slice(0, 80);
  return new AppError('filter.invalid', { reason: `"${name}" is no attribute that can be searched.`, unknown: name });
}

function invalid(reason: string): AppError {
  return new AppError('filter.invalid', { reason });
}

function unexpected(token: Token): AppError {
  if (token.kind === 'end') return invalid('The filter ends too early.');
  return invalid(`"${token.text.slice(0, 40)}" at position ${token.at + 1} is not expected there.`);
}

function peek(reader: Reader): Token {
  return reader.tokens[reader.next] as Token;
}

function take(reader: Reader): Token {
  const token = peek(reader);
  if (token.kind !== 'end') reader.next += 1;
  return token;
}

function expect(reader: Reader, kind: Token['kind']): void {
  const token = take(reader);
  if (token.kind !== kind) throw unexpected(token);
}

function isWord(token: Token, word: string): boolean {
  return token.kind === 'word' && token.text.toLowerCase() === word;
}
