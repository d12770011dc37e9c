// A fixed number of places and a fair queue for them. Called by mailer: as many mails at once as connections are kept.

/** Places that are taken and given back. */
export interface Slots {
  /** Waits for a place. @returns false when the deadline came first */
  take(deadline: AbortSignal): Promise<boolean>;
  give(): void;
  /** Resolves once no place is taken. */
  idle(): Promise<void>;
}

/** @param count places, at least 1 */
export function createSlots(count: number): Slots {
  let free = count;
  const waiting = new Set<() => void>();
  const watching = new Set<() => void>();
  return {
    take(deadline) {
      if (free > 0) {
        free -= 1;
        return Promise.resolve(true);
      }
      return new Promise((resolve) => {
        const late = () => {
          waiting.delete(next);
          resolve(false);
        };
        const next = () => {
          deadline.removeEventListener('abort', late);
          resolve(true);
        };
        waiting.add(next);
        deadline.addEventListener('abort', late, { once: true });
      });
    },
    give() {
      const [next] = waiting;
      if (next) {
        waiting.delete(next);
        next();
        return;
      }
      free += 1;
      if (free < count) return;
      for (const done of watching) done();
      watching.clear();
    },
    idle: () => (free === count ? Promise.resolve() : new Promise((resolve) => void watching.add(resolve))),
  };
}
