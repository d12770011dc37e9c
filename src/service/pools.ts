// License pools: seats as dated terms, and what happens when there is none left. The command line calls it.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import type { Pool } from '../domain/license';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { PoolOverview } from '../store/pool-store';
import type { Stores } from '../store/stores';
import type { Licensing } from './licensing';

/** What a pool is to be; what is left out stays, or is the default of a new pool (app, waitlist, no seats). */
export interface PoolWish {
  readonly seats?: number;
  readonly overSeat?: Pool['overSeat'];
  readonly name?: string;
  /** Of a new pool: something else than the app. */
  readonly isAddOn?: boolean;
}

/** The pools. */
export interface Pools {
  /**
   * Makes or changes a pool. Other seats end the term of now and begin another one, so the past stays as it was; nobody
   * loses a seat. Seats that this makes free go to the oldest waiters. @throws input.invalid
   */
  set(caller: Caller, code: string, wish: PoolWish): Promise<PoolOverview>;
  list(caller: Caller): Promise<PoolOverview[]>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly licensing: Licensing;
  /** Waiters in one transaction. */
  readonly pageSize?: number;
}

const mostSeats = 4_000_000_000;
const poolCode = /^[\w.:-]{1,64}$/;

/** The pools. */
export function createPools({ database, clock, newId, licensing, pageSize = 1000 }: Dependencies): Pools {
  const save = async (stores: Stores, caller: Caller, code: string, wish: PoolWish, at: Date): Promise<Pool> => {
    const pools = await stores.pools.list(at);
    const found = pools.find((it) => it.code.toLowerCase() === code.toLowerCase());
    const pool = found ?? (await make(stores, code, wish, pools, at));
    await stores.licenses.lockPools([pool.id]);
    if (found !== undefined && wish.seats !== undefined && wish.seats !== found.seats)
      await stores.pools.setSeats(newId, found.id, wish.seats, at);
    await stores.pools.save(pool.id, {
      overSeat: wish.overSeat ?? pool.overSeat,
      ...(wish.name !== undefined && { name: wish.name }),
    });
    const detail = { code: pool.code, seats: wish.seats ?? pool.seats, overSeat: wish.overSeat ?? pool.overSeat };
    await stores.audit.add({ caller, action: 'pool.set', targetKind: 'license_pool', targetId: pool.id, detail, at });
    return pool;
  };

  const make = async (
    stores: Stores,
    code: string,
    { seats = 0, overSeat = 'waitlist', name = code, isAddOn = false }: PoolWish,
    pools: readonly Pool[],
    at: Date,
  ): Promise<Pool> => {
    const sortOrder = Math.max(0, ...pools.map((it) => it.sortOrder)) + 1;
    const id = await stores.pools.create(newId, { code, name, isApp: !isAddOn, seats, sortOrder }, at);
    return { id, code, isApp: !isAddOn, overSeat, seats, assigned: 0, sortOrder };
  };

  const fill = async (caller: Caller, pool: Pool): Promise<void> => {
    for (let given = pageSize; given === pageSize;) {
      given = await database.inTransaction(caller.organizationId, async (stores) => {
        await stores.licenses.lockPools([pool.id]);
        return licensing.fill(stores, caller, pool, pageSize, clock.now());
      });
    }
  };

  return {
    set: async (caller, code, wish) => {
      check(code, wish);
      const pool = await database.inTransaction(caller.organizationId, (stores) =>
        save(stores, caller, code, wish, clock.now()),
      );
      await fill(caller, pool);
      const all = await database.read(caller.organizationId, (stores) => stores.pools.overview(clock.now()));
      return all.find((it) => it.id === pool.id) as PoolOverview;
    },
    list: (caller) => database.read(caller.organizationId, (stores) => stores.pools.overview(clock.now())),
  };
}

/** @throws input.invalid */
function check(code: string, { seats = 0, name = code }: PoolWish): void {
  const reason = !poolCode.test(code)
    ? 'A pool code has 1 to 64 letters, digits or . : _ -'
    : !Number.isInteger(seats) || seats < 0 || seats > mostSeats
      ? 'Seats are a whole number from 0.'
      : name.trim() === '' || name.length > 120
        ? 'A name has 1 to 120 characters.'
        : undefined;
  if (reason !== undefined) throw new AppError('input.invalid', { reason });
}
