// Settles the seats of large moves in pages behind the answer that made them. Each page is a transaction of its own that keeps
// the place reached, so a process that dies leaves the rest to the next one, and pages made twice change nothing: what counts
// is who is a member by then. The worker calls it (docs/adr/0011).
import type { Clock } from '../clock';
import { stepAfter } from '../domain/group';
import type { Log } from '../log';
import type { Database } from '../store/database';
import type { GroupMoveMark, GroupMoveRow } from '../store/group-move-store';
import type { Stores } from '../store/stores';
import { eachApart } from './apart';
import type { Licensing } from './licensing';

/** The verb. */
export interface GroupMoves {
  /** Works off what there is, in all organizations; ends behind the page under way when the signal says so. */
  settle(signal: AbortSignal): Promise<{ readonly pages: number }>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly licensing: Pick<Licensing, 'settleMembers' | 'settleWaiters'>;
  /** People in one transaction: it holds the locks of a group and of a pool meanwhile. */
  readonly pageSize?: number;
}

/** The service of large moves. */
export function createGroupMoves({ database, clock, log, licensing, pageSize = 500 }: Dependencies): GroupMoves {
  /** The next people of a move and what becomes of the place; the group is locked before it. */
  const turn = async (stores: Stores, move: GroupMoveRow): Promise<'goes on' | 'done'> => {
    const { id, groupId, movedAt, step, afterUserId, caller } = move;
    const at = clock.now();
    const list = step === 'joins' ? stores.groupMembers.joinedAt : stores.groupMembers.leftAt;
    const isIdle = step === 'waits' && !(await hasWaiters(stores, groupId));
    const userIds = isIdle ? [] : await list(groupId, movedAt, afterUserId, pageSize);
    const settle = step === 'waits' ? licensing.settleWaiters : licensing.settleMembers;
    if (userIds.length > 0) await settle(stores, caller, { groupId, userIds }, at);
    if (userIds.length === pageSize) await stores.groupMoves.advance(id, step, userIds.at(-1));
    else {
      const next = stepAfter(step);
      if (next === undefined) {
        await stores.groupMoves.remove(id);
        return 'done';
      }
      await stores.groupMoves.advance(id, next);
    }
    return 'goes on';
  };

  const page = ({ organizationId, groupId, id }: GroupMoveMark): Promise<'goes on' | 'done'> =>
    database.inTransaction(organizationId, async (stores) => {
      // Every change of members holds this lock: it is over and seen here, or comes later and settles its own people.
      await stores.groups.lock(groupId);
      const move = await stores.groupMoves.lock(id);
      return move === undefined ? 'done' : turn(stores, move);
    });

  const finish = async (mark: GroupMoveMark, signal: AbortSignal): Promise<number> => {
    const startedMs = clock.now().getTime();
    let pages = 0;
    for (let state: 'goes on' | 'done' = 'goes on'; state !== 'done';) {
      if (signal.aborted) return pages;
      state = await page(mark);
      pages += 1;
    }
    const { organizationId, groupId } = mark;
    const ms = clock.now().getTime() - startedMs;
    log.info({ organizationId, groupId, pages, ms }, 'the seats of a large group have followed its members');
    return pages;
  };

  return {
    settle: async (signal) => {
      const open = await database.acrossOrganizations((scan) => scan.groupMoves.list());
      let pages = 0;
      await eachApart(open, async (mark) => {
        pages += await finish(mark, signal);
      });
      return { pages };
    },
  };
}

/** Whether anybody waits for what the group gives. */
async function hasWaiters(stores: Stores, groupId: string): Promise<boolean> {
  const rules = await stores.claims.listGroupRules(groupId);
  for (const poolId of new Set(rules.map((rule) => rule.poolId))) {
    if (await stores.licenses.hasWaiters(poolId)) return true;
  }
  return false;
}
