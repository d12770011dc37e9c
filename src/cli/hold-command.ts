// `uptake hold list|show|approve|reject`: mass deactivations that wait for an answer.
import type { Caller } from '../domain/caller';
import type { Holds } from '../service/holds';
import type { Output } from './output';

interface Parts {
  readonly holds: Holds;
  readonly caller: Caller;
  readonly output: Output;
}

type Hold = Awaited<ReturnType<Holds['list']>>[number];
type Item = Awaited<ReturnType<Holds['show']>>['items'][number];

/** Which people of a hold to show. */
export interface HoldPageWish {
  readonly limit: number;
  readonly cursor?: string;
}

/** Shows holds, newest first. */
export async function listHolds({ holds, caller, output }: Parts): Promise<void> {
  const found = await holds.list(caller);
  output.result({ items: found.map(shown) }, found.length === 0 ? ['Nothing is held.'] : found.map(line));
}

/** Shows a page of the people of a hold. */
export async function showHold(
  { holds, caller, output }: Parts,
  holdId: string,
  { limit, cursor }: HoldPageWish,
): Promise<void> {
  const page = await holds.show(caller, holdId, { limit, ...(cursor !== undefined && { after: cursor }) });
  const { state, items, next } = page;
  output.result({ hold_id: holdId, state, items: items.map(shownItem), next_cursor: next }, [
    ...(items.length === 0 ? ['Nobody (more).'] : items.map(itemLine)),
    ...(next === null ? [] : [`More: --cursor ${next}`]),
  ]);
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

function shownItem({ userId, userName, displayName, state, requestedAt, requestId }: Item): object {
  return {
    user_id: userId,
    user_name: userName,
    display_name: displayName,
    state,
    requested_at: requestedAt.toISOString(),
    request_id: requestId,
  };
}

function itemLine({ userId, userName, displayName, state, requestedAt, requestId }: Item): string {
  const who = [userName, displayName].map((name) => printable(name ?? '-')).join('  ');
  return `${userId}  ${state.padEnd(7)}  ${requestedAt.toISOString()}  ${who}  request ${requestId ?? '-'}`;
}

/** A name without the signs by which it could steer a terminal. */
function printable(name: string): string {
  return name.replaceAll(/\p{C}/gu, '?');
}
