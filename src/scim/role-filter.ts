// Value paths of app roles: Entra writes the role's whole JSON text into the filter. Pure; called by the dialect, and for
// removals, whose meaning hangs on what is there, by elements.ts. Source: rows E13, E14 of docs/scim.md.
import type { Condition } from '../domain/condition';
import { isRoles, roleOf } from './coerce';
import { matches } from './match';
import type { Target } from './path';
import type { Element } from './resource';
import type { Attribute } from './schemas';

/** The target with JSON texts in `roles[value eq …]` read as the role's value; a removal keeps them, see `roleMeant`. */
export function forRole(target: Target): Target {
  if (target.filter === undefined || target.attribute === undefined || !isRoles(target.attribute)) return target;
  return { ...target, filter: rewrite(target.filter, ({ byValue }) => byValue) };
}

/** The condition of a removal: each JSON text means the role of that value, and where none has it, the one of that id. */
export function roleMeant(filter: Condition, before: readonly Element[], attribute: Attribute): Condition {
  if (!isRoles(attribute)) return filter;
  return rewrite(filter, ({ byValue, byId }) =>
    byId === undefined || before.some((element) => matches(byValue, element, attribute)) ? byValue : byId,
  );
}

interface Readings {
  readonly byValue: Condition;
  /** undefined = the text names no id. */
  readonly byId: Condition | undefined;
}

function rewrite(condition: Condition, choose: (readings: Readings) => Condition): Condition {
  if (condition.kind === 'and' || condition.kind === 'or') {
    return { ...condition, terms: condition.terms.map((term) => rewrite(term, choose)) };
  }
  if (condition.kind === 'not') return { ...condition, term: rewrite(condition.term, choose) };
  const isText = condition.kind === 'compare' && condition.operator === 'eq' && condition.attribute === 'value';
  if (!isText || typeof condition.value !== 'string') return condition;
  const { value, id } = roleOf(condition.value);
  if (value === condition.value || value === undefined) return condition;
  const byId = id === undefined ? undefined : { ...condition, attribute: 'id', value: String(id) };
  return choose({ byValue: { ...condition, value: String(value) }, byId });
}
