// The clock every room is handed; tests hand in their own. All instants are UTC.

/** Tells the time. */
export interface Clock {
  /** The current instant, in UTC. */
  now(): Date;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() };
