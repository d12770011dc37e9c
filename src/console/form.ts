// Forms: reads a body by a zod shape, and makes the view models of fields and of the summary of faults.
// Called by the pages that have a form.
import express, { type RequestHandler } from 'express';
import { z } from 'zod';
import { isAddress } from '../domain/address';

/** Sentences by the name of their field. */
export type Faults = Readonly<Record<string, string>>;

/** One field as the partial `field` shows it; every value is there. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly value: string;
  readonly autocomplete: string;
  readonly hint: string;
  readonly hasHint: boolean;
  readonly fault: string;
  readonly hasFault: boolean;
  readonly describedBy: string;
  readonly isDescribed: boolean;
  readonly isRequired: boolean;
  readonly isFocused: boolean;
  readonly inputMode: string;
}

/** What a page says of a field; the rest has a default. */
export type FieldWords = Pick<Field, 'name' | 'label'> & Partial<Field>;

/** Reads an urlencoded body of at most 8 kB without nesting. */
export const readBody: RequestHandler = express.urlencoded({ extended: false, limit: '8kb', parameterLimit: 50 });

/** A line of text: trimmed, without control characters, at most `most` characters. */
export function line(what: string, most: number) {
  return z
    .string(`${what} is missing.`)
    .trim()
    .min(1, `${what} is missing.`)
    .refine((text) => Array.from(text).length <= most, `${what} has more than ${most} characters.`)
    .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), `${what} holds a character that cannot be shown.`);
}

/** What is typed blindly: a password or a code, as it is. */
export function secretText(what: string) {
  return z.string(`${what} is missing.`).min(1, `${what} is missing.`).max(1024, `${what} is too long.`);
}

/** One plain mail address. */
export function address() {
  return line('The e-mail address', 320).refine(isAddress, 'This is not a plain e-mail address.');
}

/** The values of a form, or what is wrong with it. */
export function readForm<T>(shape: z.ZodType<T>, body: unknown): { values: T } | { faults: Faults } {
  const parsed = shape.safeParse(body ?? {});
  if (parsed.success) return { values: parsed.data };
  const faults: Record<string, string> = {};
  for (const issue of parsed.error.issues)
    faults[String(issue.path[0] ?? 'form')] ??= issue.path.length > 0 ? issue.message : 'The form is not complete.';
  return { faults };
}

/** What was typed into a field, to be shown again; never asked for passwords. */
export function typed(body: unknown, name: string): string {
  const value = (body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value.slice(0, 500) : '';
}

/** The complete model of a field. */
export function field(words: FieldWords, faults: Faults = {}): Field {
  const fault = faults[words.name] ?? '';
  const hint = words.hint ?? '';
  const described = [hint && `${words.name}-hint`, fault && `${words.name}-fault`].filter(Boolean);
  const rest = { type: 'text', value: '', autocomplete: 'off', inputMode: 'text', isRequired: true };
  const said = {
    hint,
    hasHint: hint !== '',
    fault,
    hasFault: fault !== '',
    describedBy: described.join(' '),
    isDescribed: described.length > 0,
  };
  const isFocused = words.isFocused === true && Object.keys(faults).length === 0;
  return { ...rest, ...words, ...said, isFocused };
}

/** The summary of faults above a form: a link to each field. */
export function summaryOf(faults: Faults): { hasFaults: boolean; faults: { name: string; text: string }[] } {
  const all = Object.entries(faults).map(([name, text]) => ({ name, text }));
  return { hasFaults: all.length > 0, faults: all };
}
