// A change of a request in the words of the command line's JSON. Called by the commands that show requests.
import type { RequestedChange } from '../domain/request-record';

/** Snake case, as all of the command line's JSON. */
export function shownChange({ action, targetKind, targetId, detail }: RequestedChange): object {
  return { action, target_kind: targetKind, target_id: targetId, detail };
}
