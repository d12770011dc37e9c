// What /metrics says, in the text format of Prometheus: gathered anew each time it is asked. Called by ops.ts.
// Source: Prometheus documentation, "Exposition formats", text format 0.0.4.
import type { Log } from '../log';
import type { Measured, ProvisioningWatch } from '../service/provisioning-watch';
import type { QuarantineState } from '../domain/entra-quarantine';

/** A metric with its values. */
export interface Metric {
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  /** One sentence without a line break. */
  readonly help: string;
  readonly values: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[];
}

/** Where metrics come from. */
export type MetricSource = () => readonly Metric[] | Promise<readonly Metric[]>;

const states: readonly QuarantineState[] = ['ok', 'at_risk', 'quarantine_expected'];

/** All metrics as text. A source that fails is left out, logged and counted: the others are wanted then most of all. */
export async function gatherMetrics(sources: readonly MetricSource[], log: Log): Promise<string> {
  const metrics: Metric[] = [];
  let failed = 0;
  for (const source of sources) {
    try {
      metrics.push(...(await source()));
    } catch (error) {
      failed += 1;
      log.warn({ error }, 'metrics could not be gathered');
    }
  }
  metrics.push(one('uptake_metrics_failed', 'gauge', 'Sources of metrics that could not be read this time.', failed));
  return metrics.map(textOf).join('');
}

/** The request log of this process. */
export function requestLogMetrics({
  queued,
  dropped,
}: {
  readonly queued: number;
  readonly dropped: number;
}): Metric[] {
  return [
    one('uptake_scim_request_log_queued', 'gauge', 'Rows of the SCIM request log that wait to be written.', queued),
    one(
      'uptake_scim_request_log_dropped_total',
      'counter',
      'Rows of the SCIM request log this process gave up.',
      dropped,
    ),
  ];
}

/** How each directory fares against the lines of Entra's quarantine. */
export function createProvisioningMetrics(watch: Pick<ProvisioningWatch, 'measure'>): MetricSource {
  return async () => {
    const measured = await watch.measure();
    const each = (name: string, help: string, read: (it: Measured['standing']) => number): Metric => ({
      name: `uptake_scim_${name}`,
      kind: 'gauge',
      help,
      values: measured.map(({ slug, standing }) => ({ labels: { organization: slug }, value: read(standing) })),
    });
    return [
      each('requests', 'SCIM requests of the last 40 minutes.', ({ recent }) => recent.requests),
      each('failures', 'Those of them that failed, as Entra counts.', ({ recent }) => recent.failures),
      each('failure_ratio', 'Share that failed, 0 to 1, members and managers apart.', ({ recentRatio }) => recentRatio),
      each('failure_level', '0 ok, 1 at risk, 2 quarantine by Entra expected.', ({ state }) => states.indexOf(state)),
      each('last_request_timestamp_seconds', 'When the directory last asked.', ({ lastAt }) => Number(lastAt) / 1000),
    ];
  };
}

function one(name: string, kind: Metric['kind'], help: string, value: number): Metric {
  return { name, kind, help, values: [{ value }] };
}

function textOf({ name, kind, help, values }: Metric): string {
  if (values.length === 0) return '';
  const lines = values.map(({ labels = {}, value }) => `${name}${labelsOf(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${lines.join('')}`;
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replaceAll(/["\\]/g, '\\$&')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
