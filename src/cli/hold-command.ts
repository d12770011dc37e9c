// `uptake hold list|approve|reject`: mass deactivations that wait for an answer.
import type { Caller } from '../domain/caller';
import type { Holds } from '../service/holds';
import type { Output } from './output';

interface Parts {
  readonly holds: Holds;
  readonly caller: Caller;
  readonly output: Output;
}

type Hold = Awaited<ReturnType<Holds['list']>>[number];

/** Shows holds, newest first. */
export async function listHolds({ holds, caller, output }: Parts): Promise<void> {
  const found = await holds.list(caller);
  output.result({ items: found.map(shown) }, found.length === 0 ? ['Nothing is held.'] : found.map(line));
}

/** Makes the deactivations of a hold, or gives them up. */
export async function decideHold(
  { holds, caller, output }: Parts,
  verb: 'approve' | 'reject',
  holdId: string,
): Promise<void> {
  const hold = await holds[verb](caller, holdId);
  output.result(shown(hold), [line(hold)]);
}

function shown({ id, state, openedAt, threshold, waiting, applied, dropped, decidedAt }: Hold): object {
  return {
    hold_id: id,
    state,
    opened_at: openedAt.toISOString(),
    threshold,
    waiting,
    applied,
    dropped,
    decided_at: decidedAt?.toISOString() ?? null,
  };
}

function line({ id, state, openedAt, waiting, applied, dropped }: Hold): string {
  return `${id}  ${state.padEnd(8)}  since ${openedAt.toISOString()}  ${waiting} waiting, ${applied} applied, ${dropped} dropped`;
}
