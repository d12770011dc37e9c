// How often an API token may ask: windows of 60 s, counted in the database, so that all web processes share them.
// Called by the API's rate-limit middleware.
import type { Clock } from '../clock';
import { addSeconds, instantDate, instantText } from '../domain/instant';
import { AppError } from '../errors';
import type { Database } from '../store/database';
import type { Stores } from '../store/stores';

/** Requests that share a window. */
export type RateFamily = 'adoption' | 'reads' | 'writes' | 'events';

/** What is left of a window. */
export interface RateState {
  readonly limit: number;
  readonly remaining: number;
}

/** Who asks, and for what. */
export interface RateRequest {
  readonly organizationId: number;
  readonly tokenId: string;
  readonly family: RateFamily;
}

/** The limits. */
export interface RateLimits {
  /**
   * Counts a request against its window.
   * @throws rate.limited with `limit` and `retryAfter` (whole seconds until the window ends)
   */
  take(request: RateRequest): Promise<RateState>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
}

const windowSeconds = 60;

/** Requests per window, unless the organization's setting `limit.<family>` says otherwise. */
const defaults: Readonly<Record<RateFamily, number>> = { adoption: 30, reads: 120, writes: 60, events: 600 };

/** The rate limits. */
export function createRateLimits({ database, clock }: Dependencies): RateLimits {
  return {
    take: ({ organizationId, tokenId, family }) =>
      database.read(organizationId, async (stores) => {
        const limit = await limitOf(stores, family);
        const now = instantText(clock.now());
        const key = { tokenId, family };
        const used = await stores.rateWindows.take(key, now, addSeconds(now, -windowSeconds));
        if (used <= limit) return { limit, remaining: limit - used };
        const startedAt = (await stores.rateWindows.findStart(key)) ?? now;
        const leftMs = instantDate(addSeconds(startedAt, windowSeconds)).getTime() - instantDate(now).getTime();
        throw new AppError('rate.limited', { limit, retryAfter: Math.max(1, Math.ceil(leftMs / 1000)) });
      }),
  };
}

async function limitOf(stores: Stores, family: RateFamily): Promise<number> {
  const set = await stores.settings.find(`limit.${family}`);
  return typeof set === 'number' && set > 0 ? set : defaults[family];
}
