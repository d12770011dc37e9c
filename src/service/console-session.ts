// Sessions of the console: kept as rows under the digest of their id, so that ending them works at once everywhere.
// Called by the console's session store and its profile page.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import { digestOf } from './secret-code';
import type { SignInStage } from './sign-in';

/** Whose a session is and how far its sign-in has come. */
export interface SessionOwner {
  readonly organizationId: number;
  readonly adminId: string;
  readonly stage: SignInStage;
}

/** A session of one's own, for the list on the profile page. */
export interface OwnSession {
  readonly id: string;
  readonly startedAt: Date;
  readonly lastSeenAt: Date;
  readonly isCurrent: boolean;
}

/** Handed in by createAdministration. */
export interface ConsoleSessionDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
}

const minuteMs = 60_000;
const idleMs = 30 * minuteMs;
const longestMs = 12 * 60 * minuteMs;
const halfWayMs = 10 * minuteMs;
const mostPerAdmin = 5;

/** Reading, keeping and ending sessions. Idle 30 min, 12 h in all, five an admin; 10 min between password and code. */
export function createConsoleSessions(dependencies: ConsoleSessionDependencies) {
  return { ...keeping(dependencies), ...owning(dependencies) };
}

/** The verbs of the console's sessions. */
export type ConsoleSessions = ReturnType<typeof createConsoleSessions>;

function keeping({ database, clock, newId }: ConsoleSessionDependencies) {
  return {
    /** The data of a session that lives and whose admin may sign in; asked at every request, never kept. */
    find: async (sessionId: string): Promise<unknown> => {
      const at = clock.now();
      const signIn = await database.acrossOrganizations((scan) =>
        scan.signIns.findLive(digestOf(sessionId), at, before(at, idleMs)),
      );
      if (!signIn) return undefined;
      if (at.getTime() - signIn.lastSeenAt.getTime() > minuteMs)
        await database.read(signIn.organizationId, (stores) => stores.signIns.touch(digestOf(sessionId), at));
      return signIn.data;
    },
    /** Keeps a session: the first time as a new row, then by its data. One that was ended stays ended. */
    save: async (sessionId: string, owner: SessionOwner, data: object): Promise<void> => {
      const tokenHash = digestOf(sessionId);
      const at = clock.now();
      const known = await database.acrossOrganizations((scan) => scan.signIns.findKnown(tokenHash));
      await database.inTransaction(owner.organizationId, async (stores) => {
        if (known) return stores.signIns.save(tokenHash, data, at);
        await stores.admins.lock(owner.adminId);
        const live = await stores.signIns.listLive(owner.adminId, at, before(at, idleMs));
        const surplus = live.slice(mostPerAdmin - 1).map((session) => session.id);
        await stores.signIns.end(surplus, 'too_many', at);
        const expiresAt = new Date(at.getTime() + (owner.stage === 'totp' ? halfWayMs : longestMs));
        return stores.signIns.add({ id: newId(), adminId: owner.adminId, tokenHash, data, expiresAt, createdAt: at });
      });
    },
    /** Ends a session. */
    end: async (sessionId: string, reason: string): Promise<void> => {
      const known = await database.acrossOrganizations((scan) => scan.signIns.findKnown(digestOf(sessionId)));
      if (!known) return;
      await database.inTransaction(known.organizationId, (stores) =>
        stores.signIns.end([known.id], reason, clock.now()),
      );
    },
  };
}

function owning({ database, clock }: ConsoleSessionDependencies) {
  return {
    /** The live sessions of an admin, newest first. */
    list: async (caller: Caller, adminId: string, sessionId: string): Promise<OwnSession[]> => {
      const at = clock.now();
      const current = digestOf(sessionId);
      const live = await database.read(caller.organizationId, (stores) =>
        stores.signIns.listLive(adminId, at, before(at, idleMs)),
      );
      return live.map((session) => ({
        id: session.id,
        startedAt: session.createdAt,
        lastSeenAt: session.lastSeenAt,
        isCurrent: session.tokenHash === current,
      }));
    },
    /** Ends all sessions of an admin but the one that asks. */
    endOthers: (caller: Caller, adminId: string, sessionId: string): Promise<void> =>
      database.inTransaction(caller.organizationId, async (stores) => {
        const at = clock.now();
        const current = digestOf(sessionId);
        const live = await stores.signIns.listLive(adminId, at, before(at, longestMs));
        const others = live.filter((session) => session.tokenHash !== current).map((session) => session.id);
        await stores.signIns.end(others, 'ended_by_admin', at);
        await stores.audit.add({ caller, action: 'sign_in.others_ended', targetKind: 'admin', targetId: adminId, at });
      }),
  };
}

function before(at: Date, milliseconds: number): Date {
  return new Date(at.getTime() - milliseconds);
}
