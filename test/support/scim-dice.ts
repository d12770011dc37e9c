// Small choices about how a request is spelled, made from a number, so that a failure can be repeated. Called by the
// generators of filters and PATCH bodies.

/** A source of choices. */
export interface Dice {
  /** True with the given probability. */
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
}

/** The same number gives the same choices. Source: mulberry32, public domain. */
export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    chance: (share) => next() < share,
    pick: (list) => list[Math.floor(next() * list.length)] as never,
  };
}

/** A name in odd case now and then. */
export function spelled(dice: Dice, name: string): string {
  return dice.chance(0.7) ? name : dice.pick([name.toUpperCase(), name.toLowerCase()]);
}
