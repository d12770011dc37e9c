// The web role: one listener with SCIM, API and console. It listens at once and opens when the schema is there.
import { createApi } from '../api/router';
import { createApp } from '../app';
import type { Config } from '../config';
import { createConsole } from '../console/router';
import { createHealth } from '../health';
import type { Log } from '../log';
import { inPackage } from '../root';
import { createRequestLog } from '../scim/request-log';
import { createScim } from '../scim/scim';
import { createRateLimits } from '../service/rate-limits';
import { createEngine } from '../view/engine';
import { createCore, type Core } from './core';
import { startListener } from './listener';
import { startTicker } from './ticker';
import type { Running } from './role';

const webPool = 32;
/** How often the role looks whether the schema is there. */
const lookMs = 500;

/** Starts the role. */
export async function startWeb(config: Config, log: Log): Promise<Running> {
  const core = createCore({ config, log, pool: webPool });
  const scim = createScimDoors(core);
  const health = createHealth({ database: core.database, clock: core.clock, isMigrated: core.isMigrated });
  let isOpen = false;
  const app = createApp({
    scim,
    api: createApiRouter(core),
    console: createConsoleRouter(core),
    health,
    trustProxy: config.web.trustProxy,
    isOpen: () => isOpen,
  });
  const listener = await startListener(app, config.web.host, config.web.port);
  log.info({ port: listener.port }, 'listening');
  const opening = startTicker({
    name: 'opening',
    everyMs: lookMs,
    log,
    work: async () => {
      if (!isOpen && (await health.readiness()).isReady) isOpen = true;
    },
  });
  return {
    stop: async () => {
      health.stop();
      await opening.stop();
      await listener.close();
      await scim.close();
      await core.close();
    },
  };
}

function createScimDoors(core: Core) {
  const { access, membership, provisioning, clock, newId, log, database, config, secretKey } = core;
  const requestLog = createRequestLog({
    write: (rows) => database.acrossOrganizations((scan) => scan.requestLog.add(rows)),
    log,
  });
  const { publicUrl } = config.web;
  return createScim({ access, membership, provisioning, requestLog, clock, newId, log, publicUrl, secretKey });
}

function createApiRouter(core: Core) {
  return createApi({ ...core, rateLimits: createRateLimits(core) });
}

function createConsoleRouter(core: Core) {
  const { administration, adoption, suppression, clock, newId, log, config } = core;
  const engine = createEngine({
    folder: inPackage('templates', 'console'),
    partialsFolder: inPackage('templates', 'partials'),
  });
  return createConsole({
    administration,
    adoption,
    suppression,
    engine,
    assetsFolder: inPackage('templates', 'assets'),
    clock,
    newId,
    log,
    publicUrl: config.web.publicUrl,
    isLoopback: config.web.isLoopback,
  });
}
