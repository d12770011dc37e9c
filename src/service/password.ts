// Password hashes: argon2id, two at once and a short waiting room, so that sign-ins cannot starve everything else.
// Called by service/sign-in, service/setup and service/admin-account.
import { hash as argonHash, verify as argonVerify } from '@node-rs/argon2';
import { AppError } from '../errors';

/** Hashing and checking; both wait for their turn. @throws AppError `sign_in.busy` when the waiting room is full */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** Checks a password; without a hash it does the same work against a fixed one and answers false. */
  verify(hash: string | null | undefined, password: string): Promise<boolean>;
  /** Whether a hash was made with other parameters than today's. */
  isOutdated(hash: string): boolean;
}

// Source: OWASP Password Storage Cheat Sheet, argon2id with 19 MiB, two passes, one lane.
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const mark = '$argon2id$v=19$m=19456,t=2,p=1$';
const fixedHash = `${mark}boxWDdawePVg3nlsQRFnRQ$p8Ku0ASWd6HiUy41M8UBPuCh94m0hVDLHF9+eA3O5ZI`;

/** @param rooms how many hash at once, and how many may wait */
export function createPasswords(rooms = { atOnce: 2, waiting: 20 }): Passwords {
  const inTurn = createTurns(rooms);
  return {
    hash: (password) => inTurn(() => argonHash(password, parameters)),
    verify: async (hash, password) => {
      const isRight = await inTurn(() => argonVerify(hash ?? fixedHash, password));
      return isRight && hash !== null && hash !== undefined;
    },
    isOutdated: (hash) => !hash.startsWith(mark),
  };
}

function createTurns({ atOnce, waiting }: { atOnce: number; waiting: number }) {
  const queue: (() => void)[] = [];
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (queue.length >= waiting) throw new AppError('sign_in.busy', { retryAfter: 5 });
      await new Promise<void>((resolve) => queue.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
