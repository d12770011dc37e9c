// `uptake scim dry-run METHOD PATH [FILE]`: what a request would do, without doing it.
import { readFileSync } from 'node:fs';
import type { RequestedChange } from '../domain/request-record';
import { AppError } from '../errors';
import type { Output } from './output';
import { shownChange } from './requested-change';

/** What a request would have done. */
export interface Rehearsed {
  readonly status: number;
  readonly decision: string | null;
  /** The normalized operations. */
  readonly operations: readonly object[];
  readonly warnings: readonly string[];
  /** The resource as it stands; null where the request names none. */
  readonly before: unknown;
  /** The resource as it would stand; null once removed. */
  readonly after: unknown;
  readonly error: unknown;
  readonly changes: readonly RequestedChange[];
}

interface Parts {
  readonly rehearse: (body: string | undefined) => Promise<Rehearsed>;
  readonly output: Output;
}

/** Tries a request; `-` reads its body from stdin. Answers whether it would succeed. @throws input.invalid without the file */
export async function dryRun({ rehearse, output }: Parts, file: string | undefined): Promise<boolean> {
  const it = await rehearse(file === undefined ? undefined : readBody(file));
  const { status, decision, operations, warnings, before, after, error, changes } = it;
  const delta = deltaOf(before, after);
  output.result(
    {
      dry_run: true,
      status,
      decision,
      operations,
      warnings,
      before,
      after,
      delta,
      error,
      changes: changes.map(shownChange),
    },
    [
      `${status} ${decision ?? ''} (tried and taken back; nothing is changed)`,
      ...operations.map((one) => `  operation  ${JSON.stringify(one)}`),
      ...warnings.map((text) => `  warning    ${text}`),
      ...delta.map(({ attribute, from, to }) => `  ${attribute}: ${JSON.stringify(from)} -> ${JSON.stringify(to)}`),
      ...changes.map(({ action, targetKind, targetId }) => `  change     ${action} ${targetKind} ${targetId ?? ''}`),
      ...(error === null ? [] : [`  answer     ${JSON.stringify(error)}`]),
    ],
  );
  return status < 400;
}

function readBody(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    throw new AppError('input.invalid', { reason: `The file "${file}" cannot be read.` }, { cause });
  }
}

/** Attributes that would differ; `meta` moves with every change. */
function deltaOf(before: unknown, after: unknown): { attribute: string; from: unknown; to: unknown }[] {
  const [old, next] = [(before ?? {}) as Record<string, unknown>, (after ?? {}) as Record<string, unknown>];
  const names = [...new Set([...Object.keys(old), ...Object.keys(next)])].filter((name) => name !== 'meta');
  return names
    .filter((name) => JSON.stringify(old[name]) !== JSON.stringify(next[name]))
    .map((attribute) => ({ attribute, from: old[attribute] ?? null, to: next[attribute] ?? null }));
}
