// Reports for the tests of this room: a small description, tables from rows, streams that keep what they get.
import { Writable } from 'node:stream';
import type { Column, ReportMeta, ReportTable, Row } from '../../src/report/table';

/** A report's description; what matters to a test is handed in. */
export function aMeta(over: Partial<ReportMeta> = {}): ReportMeta {
  return {
    kind: 'user_list',
    title: 'Users and adoption',
    slug: 'users-and-adoption',
    organization: { slug: 'main', name: 'My organization' },
    asOf: new Date('2026-03-01T05:00:00.000Z'),
    knownAt: new Date('2026-03-01T05:00:07.000Z'),
    zone: 'Europe/Berlin',
    filter: 'Enabled and deactivated users',
    definitions: [{ metric: 'status', version: 'v1', description: 'License and milestones, never recency.' }],
    counts: [
      { label: 'Users with a license', value: 812 },
      { label: 'Using', value: 413 },
    ],
    runId: '0190aaaa-bbbb-7ccc-8ddd-aaaabbbbcccc',
    codeVersion: '0.1.0',
    ...over,
  };
}

/** A column of each kind; the tag is tinted. */
export const allKinds: readonly Column[] = [
  { key: 'user_id', label: 'User ID', kind: 'id' },
  { key: 'name', label: 'Name', kind: 'name' },
  { key: 'email', label: 'E-mail', kind: 'email' },
  { key: 'status', label: 'Status', kind: 'tag', toneOf: (text) => (text.startsWith('Using') ? 'good' : undefined) },
  { key: 'note', label: 'Note', kind: 'text' },
  { key: 'used_at', label: 'Used', kind: 'datetime' },
  { key: 'used_on', label: 'Day', kind: 'date' },
  { key: 'devices', label: 'Devices', kind: 'number' },
  { key: 'part', label: 'Part', kind: 'share' },
  { key: 'never', label: 'Never', kind: 'boolean' },
];

/** A table of rows, given in batches of `size`. */
export function aTable(columns: readonly Column[], rows: readonly Row[], size = 1000): ReportTable {
  async function* batches(): AsyncGenerator<readonly Row[]> {
    for (let from = 0; from < rows.length; from += size) yield rows.slice(from, from + size);
  }
  return { name: 'Users', columns, rows: batches() };
}

/** One text column. */
export const noteColumn: readonly Column[] = [{ key: 'note', label: 'Note', kind: 'text' }];

/** A stream that keeps its bytes. */
export function aBucket(): { stream: Writable; bytes: () => Buffer } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return { stream, bytes: () => Buffer.concat(chunks) };
}

/** A stream that throws its bytes away. */
export function aHole(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => setImmediate(done) });
}

/** Contents that break careless writers. */
export const hostileTexts: readonly string[] = [
  '',
  ' lead and trail ',
  'line\nbreak\r\nand\rreturn\ttab',
  'a "quoted" , ; | cell',
  '&lt;b&gt; & <c> ]]> \' "',
  '=1+1',
  '+49 30 1234',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '  =1',
  '"=1"',
  '\uff1d1+1',
  'Meier;=HYPERLINK("http://x")',
  "'=already",
  '_x0041_ _x000D_ _x0041_x0042_ _xzzzz_ _x00e4_',
  '\u0000\u0001\u000b\u001f',
  'non \ufffe\uffff characters',
  'halves \ud800 and \udc00',
  'emoji 👩‍🚀 and 𠮷 and \u202eRTL\u202c',
  'null',
  '__proto__',
  '#REF!',
  '1e5',
  '00123',
  'x'.repeat(40_000),
  `${'y'.repeat(32_760)}👩👩👩👩👩👩👩👩`,
];
