import { localTime, summaryLines } from '../../src/report/summary';
import { aMeta } from './samples';

describe('the summary', () => {
  it('says what the report is, for whom, as of when, filtered how, and how long it is', () => {
    const facts = summaryLines(aMeta(), 1204).flatMap((line) =>
      line.kind === 'fact' ? [[line.label, line.value]] : [],
    );

    expect(facts).toEqual([
      ['Organization', 'My organization'],
      ['As of', '2026-03-01 06:00 Europe/Berlin'],
      ['Filter', 'Enabled and deactivated users'],
      ['Rows', 1204],
      ['status (v1)', 'License and milestones, never recency.'],
      ['Known at', '2026-03-01 06:00 Europe/Berlin'],
      ['Run', '0190aaaa-bbbb-7ccc-8ddd-aaaabbbbcccc'],
      ['Code version', '0.1.0'],
    ]);
  });

  it('draws each count against the largest', () => {
    const counts = [
      { label: 'all', value: 200 },
      { label: 'half', value: 100 },
      { label: 'none', value: 0 },
    ];

    const bars = summaryLines(aMeta({ counts }), 0).flatMap((line) => (line.kind === 'count' ? [line.bar] : []));

    expect(bars).toEqual([1, 0.5, 0]);
  });

  it('leaves out the tables a report has nothing for', () => {
    const lines = summaryLines(aMeta({ counts: [], definitions: [] }), 0);

    expect(lines.filter((line) => line.kind === 'heading')).toEqual([{ kind: 'heading', text: 'Origin' }]);
  });

  it('tells local time on both sides of a clock change', () => {
    expect(localTime(new Date('2026-03-29T00:59:59Z'), 'Europe/Berlin')).toBe('2026-03-29 01:59 Europe/Berlin');
    expect(localTime(new Date('2026-03-29T01:00:00Z'), 'Europe/Berlin')).toBe('2026-03-29 03:00 Europe/Berlin');
  });
});
