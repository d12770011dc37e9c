// What the summary sheet of a workbook says, line by line, without a look. Painted by xlsx-frame.ts.
import { createZoneOffset } from './instant';
import type { ReportMeta } from './table';

/** One line of the summary sheet. `bar` is the part of the longest bar, 0..1. */
export type SummaryLine =
  | { readonly kind: 'title'; readonly text: string }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'fact'; readonly label: string; readonly value: string | number }
  | { readonly kind: 'count'; readonly label: string; readonly value: number; readonly bar: number }
  | { readonly kind: 'gap' };

/** The summary of a report with so many rows. */
export function summaryLines(meta: ReportMeta, rows: number): SummaryLine[] {
  return [
    { kind: 'title', text: meta.title },
    { kind: 'fact', label: 'Organization', value: meta.organization.name },
    { kind: 'fact', label: 'As of', value: localTime(meta.asOf, meta.zone) },
    { kind: 'fact', label: 'Filter', value: meta.filter },
    { kind: 'fact', label: 'Rows', value: rows },
    ...countLines(meta),
    ...definitionLines(meta),
    { kind: 'gap' },
    { kind: 'heading', text: 'Origin' },
    { kind: 'fact', label: 'Known at', value: localTime(meta.knownAt, meta.zone) },
    { kind: 'fact', label: 'Run', value: meta.runId },
    { kind: 'fact', label: 'Code version', value: meta.codeVersion },
  ];
}

function countLines({ counts }: ReportMeta): SummaryLine[] {
  if (counts.length === 0) return [];
  const most = Math.max(1, ...counts.map(({ value }) => value));
  return [
    { kind: 'gap' },
    { kind: 'heading', text: 'Counts' },
    ...counts.map(({ label, value }) => ({ kind: 'count' as const, label, value, bar: Math.max(0, value / most) })),
  ];
}

function definitionLines({ definitions }: ReportMeta): SummaryLine[] {
  if (definitions.length === 0) return [];
  return [
    { kind: 'gap' },
    { kind: 'heading', text: 'Definitions' },
    ...definitions.map(({ metric, version, description }) => ({
      kind: 'fact' as const,
      label: `${metric} (${version})`,
      value: description,
    })),
  ];
}

/** `2026-03-01 06:00 Europe/Berlin`. */
export function localTime(at: Date, zone: string): string {
  const local = new Date(at.getTime() + createZoneOffset(zone)(at.getTime()));
  return `${local.toISOString().slice(0, 16).replace('T', ' ')} ${zone}`;
}
