// The words of a PatchOp message, in any case. Pure; called by the dialect. Source: RFC 7644 3.5.2; row E2 of docs/scim.md.
import { AppError } from '../errors';
import type { Operation } from './resource';

/** What an operation does. @throws body.shape for anything but add, replace and remove */
export function verbOf(op: unknown): Operation<unknown>['op'] {
  const verb = typeof op === 'string' ? op.toLowerCase() : '';
  if (verb === 'add' || verb === 'replace' || verb === 'remove') return verb;
  throw new AppError('body.shape', { reason: '"op" must be add, replace or remove.' });
}

/** A member of a message, whatever the case of its name. */
export function member(object: Record<string, unknown>, lower: string): unknown {
  const key = Object.keys(object).find((it) => it.toLowerCase() === lower);
  return key === undefined ? undefined : object[key];
}
