// The demo's services: the product's own, over a clock that stands where the story is.
import { systemClock } from '../clock';
import type { Config } from '../config';
import type { Log } from '../log';
import { createDemo, type StoryClock } from '../service/demo';
import { createProvisioning } from '../service/provisioning';
import { endSignIns } from '../service/admin-account';
import { createLicenseSwitch } from '../service/license-switch';
import { createCore } from './core';

const demoPool = 4;

/** Builds core and demo over one clock. */
export function createDemoCore(config: Config, log: Log) {
  const clock = createStoryClock();
  const core = createCore({ config, log, pool: demoPool, clock });
  const { database, newId, licensing, ingestion } = core;
  const unclaimed = {
    ...licensing,
    grantNew: async (_stores: unknown, _caller: unknown, user: Parameters<typeof licensing.grantNew>[2]) => ({
      user,
      events: [],
      audit: [],
      others: [],
    }),
  };
  const consequences = { endSignIns, matchQuarantined: ingestion.matchQuarantined };
  const withoutSeats = createProvisioning({ database, clock, newId, licensing: unclaimed, consequences });
  const { release } = createLicenseSwitch({ database, clock, licensing });
  return { core, demo: createDemo({ ...core, clock, withoutSeats, release }) };
}

function createStoryClock(): StoryClock {
  let at: Date | undefined;
  return {
    now: () => at ?? systemClock.now(),
    set: (next) => {
      at = next;
    },
  };
}
