// The web role: one listener with SCIM, API and console. It listens at once and opens when the schema is there.
import { createApi } from '../api/router';
import { createApp } from '../app';
import type { Config } from '../config';
import { createConsole } from '../console/router';
import { createHealth } from '../health';
import type { Log } from '../log';
import { inPackage } from '../root';
import { createTokenEndpoint } from '../scim/oauth';
import { createRequestLog } from '../scim/request-log';
import { createScim } from '../scim/scim';
import { createRequestLogWriter } from '../service/request-log-writer';
import { createEngine } from '../view/engine';
import { createCore, type Core } from './core';
import { startListener } from './listener';
import { createProvisioningMetrics, requestLogMetrics } from './metrics';
import { startOps } from './ops';
import { startTicker } from './ticker';
import type { Running } from './role';

const webPool = 32;
/** How often the role looks whether the schema is there. */
const lookMs = 500;
/** How often the request log is promised ahead while nothing comes. */
const beatMs = 10_000;

/** Starts the role. */
export async function startWeb(config: Config, log: Log): Promise<Running> {
  const core = createCore({ config, log, pool: webPool });
  const { scim, recorder } = createScimDoors(core);
  const health = createHealth(core);
  let isOpen = false;
  const app = createApp({
    scim,
    oauthToken: createTokenEndpoint({ ...core, grants: core.tokenGrants, trustProxy: config.web.trustProxy }),
    api: createApi(core),
    console: createConsoleRouter(core),
    health,
    newId: core.newId,
    trustProxy: config.web.trustProxy,
    isOpen: () => isOpen,
  });
  const listener = await startListener(app, config.web.host, config.web.port);
  log.info({ port: listener.port }, 'listening');
  const ops = await startOps({
    ...config.ops,
    sources: [() => requestLogMetrics(recorder.stats()), createProvisioningMetrics(core.provisioningWatch)],
    log,
  });
  const opening = startTicker({
    name: 'opening',
    everyMs: lookMs,
    log,
    work: async () => {
      if (isOpen || !(await health.readiness()).isReady) return;
      await recorder.beat();
      isOpen = true;
    },
  });
  const recording = startTicker({
    name: 'request log',
    everyMs: beatMs,
    log,
    work: async () => {
      if (isOpen) await recorder.beat();
    },
  });
  return {
    stop: async () => {
      health.stop();
      await opening.stop();
      await recording.stop();
      await listener.close();
      await ops?.close();
      await scim.close();
      await recorder.close();
      await core.close();
    },
  };
}

function createScimDoors(core: Core) {
  const { access, membership, provisioning, clock, newId, log, config, secretKey } = core;
  const writer = createRequestLogWriter(core);
  const requestLog = createRequestLog({ write: writer.write, log });
  const { publicUrl } = config.web;
  const pools = config.scim.hasRoles ? core.pools : undefined;
  return {
    scim: createScim({ pools, access, membership, provisioning, requestLog, clock, newId, log, publicUrl, secretKey }),
    recorder: {
      stats: () => requestLog.stats(),
      /** Promises rows before they come, shows that this process lives, and tells of those that do not. */
      beat: async (): Promise<void> => {
        await requestLog.promise();
        await writer.tellLosses();
      },
      /** A database that is away keeps nobody from ending. */
      close: () => writer.close().catch((error: unknown) => log.warn({ error }, 'the request log could not be closed')),
    },
  };
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
