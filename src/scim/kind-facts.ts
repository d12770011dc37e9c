// What a filter asks of `meta.resourceType` and `schemas`: the same for all resources of a kind, so it is answered while the
// filter is read and costs no look at a row. Pure; called by filter.ts. Source: RFC 7643 3.1; row E40 of docs/scim.md.
import type { Condition } from '../domain/condition';
import { AppError } from '../errors';
import { matches } from './match';
import { isForeignUrn } from './place';
import type { Attribute, Extension, ResourceSchema } from './schemas';

type Term = Extract<Condition, { kind: 'compare' | 'present' }>;

/** Terms joined; what always or never holds leaves nothing behind. */
export function joined(kind: 'and' | 'or', all: readonly Condition[]): Condition {
  const isAnd = kind === 'and';
  if (all.some((term) => term.kind === 'constant' && term.holds !== isAnd)) return { kind: 'constant', holds: !isAnd };
  const terms = all.filter((term) => term.kind !== 'constant');
  const [only] = terms;
  if (only === undefined) return { kind: 'constant', holds: isAnd };
  return terms.length === 1 ? only : { kind, terms };
}

/** The reverse of a term. */
export function negated(term: Condition): Condition {
  return term.kind === 'constant' ? { ...term, holds: !term.holds } : { kind: 'not', term };
}

/** Whether any value of an attribute is there. A complex one is there when its `value` is, else when any of its parts is. */
export function presence(attribute: Attribute, name: string): Condition {
  if (attribute.type !== 'complex' || attribute.isMulti) return { kind: 'present', attribute: name };
  const value = attribute.subs.get('value');
  const parts = value === undefined ? [...attribute.subs.values()].filter((sub) => !sub.isReadOnly) : [value];
  return joined(
    'or',
    parts.map((sub): Condition => ({ kind: 'present', attribute: `${name}.${sub.name}` })),
  );
}

/** The term, answered where it is about the kind. @throws filter.invalid for a question about `schemas` that is too wide */
export function settled(term: Term, schema: ResourceSchema): Condition {
  if (term.attribute === 'meta.resourceType') {
    const meta = schema.attributes.get('meta') as Attribute;
    return constant(matches({ ...term, attribute: 'resourceType' }, { resourceType: schema.name }, meta));
  }
  return term.attribute === 'schemas' ? ofSchemas(term, schema) : term;
}

function constant(holds: boolean): Condition {
  return { kind: 'constant', holds };
}

/** Every resource has its core schema, and those extensions that have a value. URNs have no case. */
function ofSchemas(term: Term, schema: ResourceSchema): Condition {
  if (term.kind === 'present' || term.value === null)
    return constant(term.kind === 'present' || term.operator === 'ne');
  const holdsFor = (urn: string): boolean => matches({ ...term, attribute: 'urn' }, { urn }, schemaNames);
  if (holdsFor(schema.urn)) return constant(true);
  const some = [...schema.extensions.values()].filter(({ urn }) => holdsFor(urn)).map(inUse);
  if (!schema.keepsForeign || (term.operator === 'eq' && some.length > 0)) return joined('or', some);
  if (term.operator !== 'eq') {
    throw new AppError('filter.invalid', { reason: 'Compare "schemas" by eq with the URN of an extension.' });
  }
  const urn = String(term.value);
  return isForeignUrn(schema, urn) ? { kind: 'present', attribute: `schemas.${urn}` } : constant(false);
}

/** As an attribute whose values are compared without case. */
const schemaNames = { subs: new Map() } as unknown as Attribute;

function inUse({ urn, attributes }: Extension): Condition {
  const kept = [...attributes.values()].filter((attribute) => !attribute.isReadOnly);
  return joined(
    'or',
    kept.map((attribute) => presence(attribute, `${urn}:${attribute.name}`)),
  );
}
