// The filter tree that SCIM filters and list filters share: the parser builds it, the store turns it into a where clause.

/** Comparison operators of RFC 7644 3.4.2.2; `pr` is its own node. */
export type Comparison = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';

/** Whether an operator looks for a part of a text. */
export function isPart(operator: Comparison): operator is 'co' | 'sw' | 'ew' {
  return operator === 'co' || operator === 'sw' || operator === 'ew';
}

/**
 * One condition. `attribute` is the canonical path: `userName`, `name.givenName`, `emails.value`, `meta.lastModified`,
 * `urn:…:User:department`; `schemas.urn:…` is a whole extension nobody declared. In `some`, inner attributes are the
 * sub-attributes of one element. A constant is the whole condition, never a part.
 */
export type Condition =
  | {
      readonly kind: 'compare';
      readonly attribute: string;
      readonly operator: Comparison;
      readonly value: string | number | boolean | null;
    }
  | { readonly kind: 'present'; readonly attribute: string }
  | { readonly kind: 'constant'; readonly holds: boolean }
  | { readonly kind: 'some'; readonly attribute: string; readonly where: Condition }
  | { readonly kind: 'and'; readonly terms: readonly Condition[] }
  | { readonly kind: 'or'; readonly terms: readonly Condition[] }
  | { readonly kind: 'not'; readonly term: Condition };
