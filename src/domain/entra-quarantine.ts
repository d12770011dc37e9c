// How near the directory's job is to Microsoft's quarantine, in which a cycle runs once a day. Called by
// service/request-history.

/** What a span of requests held. */
export interface RequestCounts {
  readonly requests: number;
  /** Answers of 400 and above. */
  readonly failures: number;
  /** Those about members and managers; they count against the ceiling alone. */
  readonly referenceFailures: number;
}

/** The lines. Source: Microsoft Entra, "Application provisioning in quarantine status". */
export const quarantineLines = { evaluatedFrom: 5000, ratio: 0.4, failures: 40_000, ceiling: 60_000 } as const;

/** Where a job stands: `failing` = it would be quarantined if the failures went on to 5,000. */
export type QuarantineState = 'ok' | 'failing' | 'quarantine';

/** The standing of a job with the share that fails and how many failures are left before the next line. */
export interface QuarantineRisk {
  readonly state: QuarantineState;
  /** 0 to 1, member and manager failures apart. */
  readonly ratio: number;
  readonly line: 'ratio' | 'failures' | 'ceiling' | null;
  /** Failures until the evaluation begins (or, past it, until the ceiling of failures); 0 in quarantine. */
  readonly failuresLeft: number;
}

/** Judges counts against the lines. */
export function quarantineRisk({ requests, failures, referenceFailures }: RequestCounts): QuarantineRisk {
  const own = failures - referenceFailures;
  const ratio = requests === 0 ? 0 : own / requests;
  const line = lineOf(own, failures, ratio);
  if (line !== null) return { state: 'quarantine', ratio, line, failuresLeft: 0 };
  const { evaluatedFrom, failures: most, ceiling } = quarantineLines;
  const toEvaluation = own < evaluatedFrom ? evaluatedFrom - own : most + 1 - own;
  const failuresLeft = Math.min(toEvaluation, ceiling - failures);
  return { state: ratio > quarantineLines.ratio ? 'failing' : 'ok', ratio, line, failuresLeft };
}

function lineOf(own: number, all: number, ratio: number): QuarantineRisk['line'] {
  if (all >= quarantineLines.ceiling) return 'ceiling';
  if (own < quarantineLines.evaluatedFrom) return null;
  if (own > quarantineLines.failures) return 'failures';
  return ratio > quarantineLines.ratio ? 'ratio' : null;
}
