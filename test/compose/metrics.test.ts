// Metrics as text: their form, a source that is away, and how directories fare.
import { createProvisioningMetrics, gatherMetrics, requestLogMetrics } from '../../src/compose/metrics';
import type { Measured } from '../../src/service/provisioning-watch';
import { keptLog } from '../support/api';

const recent = { requests: 40, failures: 12, referenceFailures: 2, byStatus: new Map(), failedByStatus: new Map() };
const standing: Measured['standing'] = {
  state: 'quarantine_expected',
  ratio: 0.5,
  line: 'failures',
  failuresLeft: 3,
  expectedInMs: 60_000,
  recent,
  recentRatio: 0.25,
  lastAt: new Date('2026-03-02T09:00:00.500Z'),
};

describe('metrics', () => {
  it('say of each directory what it asked, what failed, and how near it is to quarantine', async () => {
    const measured = [
      { slug: 'main', standing },
      { slug: 'acme', standing: { ...standing, state: 'ok' as const } },
    ];

    const text = await gatherMetrics([createProvisioningMetrics({ measure: async () => measured })], keptLog());

    expect(text).toContain(
      '# TYPE uptake_scim_failure_ratio gauge\nuptake_scim_failure_ratio{organization="main"} 0.25\n',
    );
    expect(text).toContain('uptake_scim_requests{organization="main"} 40\n');
    expect(text).toContain('uptake_scim_failures{organization="acme"} 12\n');
    expect(text).toContain(
      'uptake_scim_failure_level{organization="main"} 2\nuptake_scim_failure_level{organization="acme"} 0\n',
    );
    expect(text).toContain('uptake_scim_last_request_timestamp_seconds{organization="main"} 1772442000.5\n');
    expect(text).toMatch(/uptake_metrics_failed 0\n$/);
  });

  it('leave out a source that is away, and say so; the others are there', async () => {
    const log = keptLog();

    const text = await gatherMetrics(
      [() => Promise.reject(new Error('away')), () => requestLogMetrics({ queued: 7, dropped: 3 })],
      log,
    );

    expect(text).toContain(
      '# TYPE uptake_scim_request_log_dropped_total counter\nuptake_scim_request_log_dropped_total 3\n',
    );
    expect(text).toContain('uptake_scim_request_log_queued 7\n');
    expect(text).toMatch(/uptake_metrics_failed 1\n$/);
    expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
  });

  it('write nothing of a metric without a value, and labels that cannot end their line', async () => {
    const of = (slug: string) => createProvisioningMetrics({ measure: async () => [{ slug, standing }] });

    const none = await gatherMetrics([createProvisioningMetrics({ measure: async () => [] })], keptLog());
    const hostile = await gatherMetrics([of('a"b\\c')], keptLog());

    expect(none).not.toContain('uptake_scim_');
    expect(hostile).toContain('uptake_scim_requests{organization="a\\"b\\\\c"} 40\n');
  });
});
