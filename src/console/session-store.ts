// express-session's store over the service's rows: only a digest of the id is kept, and an ended row stays ended.
// Called by session.ts.
import { Store, type SessionData } from 'express-session';
import type { ConsoleSessions, SessionOwner } from '../service/console-session';

type Done<T> = (error: unknown, value?: T) => void;

/** A class because the library demands one. */
export class ConsoleSessionStore extends Store {
  readonly #sessions: ConsoleSessions;

  constructor(sessions: ConsoleSessions) {
    super();
    this.#sessions = sessions;
  }

  override get(sessionId: string, done: Done<SessionData | null>): void {
    const found = this.#sessions.find(sessionId) as Promise<SessionData | undefined>;
    settle(
      found.then((data) => data ?? null),
      done,
    );
  }

  override set(sessionId: string, data: SessionData, done: Done<void> = () => undefined): void {
    const owner = data.owner as SessionOwner | undefined;
    settle(owner ? this.#sessions.save(sessionId, owner, data) : Promise.resolve(), done);
  }

  override destroy(sessionId: string, done: Done<void> = () => undefined): void {
    settle(this.#sessions.end(sessionId, 'ended'), done);
  }

  /** `get` has noted the visit already. */
  override touch(_sessionId: string, _data: SessionData, done: () => void = () => undefined): void {
    done();
  }
}

/** Hands a promise to a callback; what the callback throws is not the promise's failure. */
function settle<T>(work: Promise<T>, done: Done<T>): void {
  work.then(
    (value) => setImmediate(done, null, value),
    (error: unknown) => setImmediate(done, error),
  );
}
