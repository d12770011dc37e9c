// `uptake finding list|resolve`: what the directory sent that Uptake accepted but could not use.
import type { Caller } from '../domain/caller';
import type { OpenFinding } from '../domain/finding';
import type { Findings } from '../service/findings';
import type { Output } from './output';

interface Parts {
  readonly findings: Findings;
  readonly caller: Caller;
  readonly output: Output;
}

/** Which findings to show. */
export interface FindingPage {
  readonly limit: number;
  readonly after?: string;
}

/** Shows a page of open findings, in the order of their first sight. */
export async function listFindings({ findings, caller, output }: Parts, page: FindingPage): Promise<void> {
  const items = await findings.list(caller, page);
  const next = items.length < page.limit ? null : (items.at(-1)?.id ?? null);
  output.result({ items: items.map(shown), next_cursor: next }, [
    ...(items.length === 0 ? ['Nothing odd.'] : items.map(line)),
    ...(next === null ? [] : [`More: --after ${next}`]),
  ]);
}

/** Closes a finding. */
export async function resolveFinding({ findings, caller, output }: Parts, findingId: string): Promise<void> {
  await findings.resolve(caller, findingId);
  output.result({ finding_id: findingId, state: 'resolved' }, [`Resolved: ${findingId}`]);
}

function shown({ id, kind, userId, detail, firstSeenAt, lastSeenAt, seen }: OpenFinding): object {
  return {
    finding_id: id,
    kind,
    user_id: userId,
    detail,
    first_seen_at: firstSeenAt.toISOString(),
    last_seen_at: lastSeenAt.toISOString(),
    seen,
  };
}

function line({ id, kind, userId, detail, lastSeenAt, seen }: OpenFinding): string {
  const about = userId ?? 'mapping';
  return `${id}  ${kind.padEnd(17)}  ${about}  ${JSON.stringify(detail)}  ${seen} times, last ${lastSeenAt.toISOString()}`;
}
