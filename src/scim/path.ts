// PATCH paths -> targets in the schema: `emails[type eq "work"].value`, `urn:…:User:manager`. Pure; called by the dialect.
import type { Condition } from '../domain/condition';
import { AppError } from '../errors';
import { parseFilter } from './filter';
import { printCondition } from './match';
import { findPlace, type Place, placeName } from './place';
import { redactExpression } from './redaction';
import type { ResourceSchema } from './schemas';

/** A place, and which elements of it. */
export interface Target extends Place {
  readonly filter: Condition | undefined;
}

/**
 * Reads a PATCH path; undefined when it names nothing known.
 * @throws path.invalid for broken syntax, filter.invalid for a broken or unknown condition inside the brackets
 */
export function parsePath(schema: ResourceSchema, text: string, warnings: string[] = []): Target | undefined {
  const path = text.trim();
  if (path.length > 2048) throw new AppError('path.invalid', { reason: 'A path is at most 2,048 characters long.' });
  const open = path.indexOf('[');
  if (open < 0) {
    if (!/^[^\s()"\]]+$/.test(path))
      throw new AppError('path.invalid', {
        reason: `The path "${redactExpression(path).slice(0, 80)}" cannot be read.`,
      });
    const place = findPlace(schema, path);
    return place && { ...place, filter: undefined };
  }
  const close = closing(path, open);
  const rest = path.slice(close + 1);
  if (close < 0 || (rest !== '' && !/^\.[^\s()"[\]]+$/.test(rest))) {
    throw new AppError('path.invalid', { reason: `The path "${redactExpression(path).slice(0, 80)}" cannot be read.` });
  }
  const place = findPlace(schema, path.slice(0, open) + rest);
  if (place?.attribute === undefined) return undefined;
  if (!place.attribute.isMulti) {
    throw new AppError('path.invalid', { reason: `"${place.attribute.name}" has one value, so it takes no filter.` });
  }
  try {
    const filter = parseFilter(path.slice(open + 1, close), { element: place.attribute }, warnings);
    return { ...place, filter };
  } catch (error) {
    // A condition on a name nobody knows makes the whole path one nobody knows.
    if (error instanceof AppError && error.details['unknown'] !== undefined) return undefined;
    throw error;
  }
}

/** The canonical text of a target; read again it gives the same target. */
export function printPath({ filter, ...place }: Target): string {
  if (filter === undefined || place.attribute === undefined) return placeName(place);
  const head = placeName({ ...place, sub: undefined });
  return `${head}[${printCondition(filter)}]${place.sub === undefined ? '' : `.${place.sub.name}`}`;
}

/** Index of the bracket that ends the one at `open`; brackets inside strings do not count. */
function closing(text: string, open: number): number {
  let isQuoted = false;
  for (let at = open + 1; at < text.length; at += 1) {
    const sign = text[at];
    if (isQuoted && sign === '\\') at += 1;
    else if (sign === '"') isQuoted = !isQuoted;
    else if (sign === ']' && !isQuoted) return at;
  }
  return -1;
}
