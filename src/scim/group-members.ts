// Operations on the members of a group -> one netted edit: the last word on each person counts, so what is added and taken
// out again in one PATCH is no change. Pure; called by group-resource.ts. Source: rows E22 to E28 of docs/scim.md.
import type { Condition } from '../domain/condition';
import type { MemberEdit } from '../domain/group';
import { AppError } from '../errors';
import { ignored, type Warnings } from './coerce';
import type { Operation } from './entra-dialect';
import { matches } from './match';
import { isResourceId, type Element, type Scalar } from './resource';
import type { Attribute } from './schemas';

/** Whether an operation is about members. */
export function isAboutMembers({ target }: Operation): boolean {
  return target.extension === undefined && target.attribute?.name === 'members';
}

/**
 * Nets operations.
 * @param warnings takes a sentence for each element that names nobody
 * @throws filter.invalid for a filter that chooses members by anything but `value`
 */
export function memberEditOf(operations: readonly Operation[], warnings: Warnings): MemberEdit {
  let others: MemberEdit['others'] = 'stay';
  const wanted = new Map<string, boolean>();
  const leave = (): void => {
    others = 'leave';
    wanted.clear();
  };
  for (const operation of operations) {
    const { everybodyLeaves, joining, leaving } = stepOf(operation, warnings);
    if (everybodyLeaves) leave();
    for (const id of leaving) wanted.set(id, false);
    for (const id of joining) wanted.set(id, true);
  }
  return { others, wanted };
}

/** The warning about somebody named as a member who does not live here. */
export function unknownMember(id: string): string {
  return ignored(`members[value eq "${id}"]`);
}

interface Step {
  readonly everybodyLeaves: boolean;
  readonly joining: readonly string[];
  readonly leaving: readonly string[];
}

const nobody: Step = { everybodyLeaves: false, joining: [], leaving: [] };

function stepOf({ op, target, value }: Operation, warnings: Warnings): Step {
  const { attribute, filter, sub } = target;
  if (attribute === undefined) return nobody;
  if (filter !== undefined) return filteredStep(op, chosenBy(filter, attribute), sub, value, warnings);
  // All members are users: a type sent for them says nothing.
  if (sub !== undefined && sub.name !== 'value') return nobody;
  if (op === 'remove' && value === undefined) return { ...nobody, everybodyLeaves: true };
  const elements = sub === undefined ? (value as readonly Element[]) : [{ value: value as Scalar }];
  const ids = idsOf(elements, warnings);
  if (op === 'remove') return { ...nobody, leaving: ids };
  return { ...nobody, joining: ids, everybodyLeaves: op === 'replace' };
}

function filteredStep(
  op: Operation['op'],
  chosen: readonly string[] | 'everybody',
  sub: Attribute | undefined,
  value: Operation['value'],
  warnings: Warnings,
): Step {
  const isWhole = sub === undefined || sub.name === 'value';
  if (op === 'remove') {
    if (!isWhole) return nobody;
    return chosen === 'everybody' ? { ...nobody, everybodyLeaves: true } : { ...nobody, leaving: chosen };
  }
  const sent = sub === undefined ? (value as Element)['value'] : isWhole ? value : undefined;
  if (sent === undefined) return chosen === 'everybody' ? nobody : { ...nobody, joining: knownIds(chosen, warnings) };
  const joining = idsOf([{ value: sent as Scalar }], warnings);
  if (chosen === 'everybody') return { ...nobody, joining, everybodyLeaves: true };
  return { ...nobody, joining, leaving: chosen };
}

function idsOf(elements: readonly Element[], warnings: Warnings): string[] {
  return knownIds(
    elements.map((element) => String(element['value'] ?? '')),
    warnings,
  );
}

function knownIds(texts: readonly string[], warnings: Warnings): string[] {
  const ids = texts.map((text) => text.toLowerCase());
  for (const id of ids) if (!isResourceId(id)) warnings.push(unknownMember(id));
  return ids.filter(isResourceId);
}

/** Whom a filter chooses, without a look at the members: by the ids it names. */
function chosenBy(filter: Condition, attribute: Attribute): readonly string[] | 'everybody' {
  const ids = namedIn(filter);
  const isChosen = (id: string): boolean => matches(filter, { value: id, type: 'User' }, attribute);
  if (!isChosen('')) return ids.filter(isChosen);
  if (ids.every(isChosen)) return 'everybody';
  throw unsupported();
}

function namedIn(filter: Condition): string[] {
  if (filter.kind === 'and' || filter.kind === 'or') return filter.terms.flatMap(namedIn);
  if (filter.kind === 'not') return namedIn(filter.term);
  if (filter.kind === 'constant') return [];
  if (filter.attribute === 'type') return [];
  const isById = filter.kind === 'compare' && filter.attribute === 'value' && typeof filter.value === 'string';
  if (!isById || (filter.operator !== 'eq' && filter.operator !== 'ne')) throw unsupported();
  return [filter.value.toLowerCase()];
}

function unsupported(): AppError {
  return new AppError('filter.invalid', { reason: 'Members are chosen by their value: members[value eq "<id>"].' });
}
