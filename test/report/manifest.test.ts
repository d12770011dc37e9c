import { manifestJson } from '../../src/report/manifest';
import { aMeta } from './samples';

describe('the manifest', () => {
  it('says what the files are, what they are true for, and their digests', () => {
    const file = { format: 'csv' as const, fileName: 'a.csv', sha256: 'f'.repeat(64), sizeBytes: 12 };

    const text = manifestJson(aMeta(), { files: [file], rows: 2, rowsSha256: 'e'.repeat(64), guardedCells: 1 });

    expect(text.endsWith('}\n')).toBe(true);
    expect(JSON.parse(text)).toEqual({
      manifest_version: 1,
      run_id: '0190aaaa-bbbb-7ccc-8ddd-aaaabbbbcccc',
      report: 'users-and-adoption',
      kind: 'user_list',
      title: 'Users and adoption',
      organization: 'main',
      as_of: '2026-03-01T05:00:00.000Z',
      known_at: '2026-03-01T05:00:07.000Z',
      zone: 'Europe/Berlin',
      filter: 'Enabled and deactivated users',
      definitions: [{ metric: 'status', version: 'v1', description: 'License and milestones, never recency.' }],
      rows: 2,
      rows_sha256: 'e'.repeat(64),
      files: [{ name: 'a.csv', sha256: 'f'.repeat(64), bytes: 12 }],
      guarded_cells: 1,
      code_version: '0.1.0',
    });
  });
});
