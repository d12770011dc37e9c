// Value paths of app roles: Entra writes the role's whole JSON text into the filter. Pure; called by the dialect.
import type { Condition } from '../domain/condition';
import { isRoles, roleOf } from './coerce';
import type { Target } from './path';

/** The target with JSON texts in `roles[value eq …]` read: matched on the value, for a removal also on the id. */
export function forRole(target: Target, op: 'add' | 'replace' | 'remove'): Target {
  if (target.filter === undefined || target.attribute === undefined || !isRoles(target.attribute)) return target;
  return { ...target, filter: rewrite(target.filter, op === 'remove') };
}

function rewrite(condition: Condition, withId: boolean): Condition {
  if (condition.kind === 'and' || condition.kind === 'or') {
    return { ...condition, terms: condition.terms.map((term) => rewrite(term, withId)) };
  }
  const isText = condition.kind === 'compare' && condition.operator === 'eq' && condition.attribute === 'value';
  if (!isText || typeof condition.value !== 'string') return condition;
  const role = roleOf(condition.value);
  if (role['value'] === condition.value) return condition;
  const byValue: Condition = { ...condition, value: String(role['value']) };
  if (!withId || role['id'] === undefined) return byValue;
  return { kind: 'or', terms: [byValue, { ...condition, attribute: 'id', value: String(role['id']) }] };
}
