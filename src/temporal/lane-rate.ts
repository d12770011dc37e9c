// How fast a lane may call: a bucket of starts that halves when the server is slow and climbs back. Called by the relay.
import type { Clock } from '../clock';

/** The valve of one lane. */
export interface LaneRate {
  /** Starts that may be made now. */
  available(): number;
  /** Notes calls that were made. */
  spend(cost: number): void;
  /** Notes how long a call took; many slow ones halve the rate. */
  observe(ms: number): void;
  /** The server asked for less. */
  halve(): void;
  /** Starts per second at this moment. */
  perSecond(): number;
}

const slowMs = 500;
const sample = 50;
const restMs = 5000;
const climbMs = 60_000;

/** @param perSecond the lane's full rate; Infinity = no limit */
export function createLaneRate({ perSecond, clock }: { perSecond: number; clock: Clock }): LaneRate {
  let current = perSecond;
  let tokens = perSecond;
  let filledAt = clock.now().getTime();
  let changedAt = filledAt;
  let durations: number[] = [];
  const refill = (): void => {
    const now = clock.now().getTime();
    const minutes = Math.max(0, Math.floor((now - changedAt) / climbMs));
    if (minutes > 0) {
      current = Math.min(perSecond, current * 1.1 ** minutes);
      changedAt += minutes * climbMs;
    }
    tokens = Math.min(current, tokens + (Math.max(0, now - filledAt) / 1000) * current);
    filledAt = now;
  };
  const halve = (): void => {
    refill();
    // One slow moment is noticed by many calls; it counts once.
    if (clock.now().getTime() - changedAt < restMs && current < perSecond) return;
    current = Math.max(1, current / 2);
    tokens = Math.min(tokens, current);
    changedAt = clock.now().getTime();
  };
  if (perSecond === Infinity) return unlimited;
  return {
    available: () => {
      refill();
      return tokens;
    },
    spend: (cost) => {
      tokens -= cost;
    },
    observe: (ms) => {
      durations.push(ms);
      if (durations.length < sample) return;
      const p95 = durations.toSorted((a, b) => a - b)[Math.floor(sample * 0.95)] ?? 0;
      durations = [];
      if (p95 > slowMs) halve();
    },
    halve,
    perSecond: () => current,
  };
}

const unlimited: LaneRate = {
  available: () => Infinity,
  spend: () => undefined,
  observe: () => undefined,
  halve: () => undefined,
  perSecond: () => Infinity,
};
