// Joins the verbs of the command line with the services; each is built when its verb is called.
import { createChecks } from './checks';
import { recoverAdmin } from '../cli/admin-command';
import { printConfig } from '../cli/config-command';
import { runDemo } from '../cli/demo-command';
import { runDoctor } from '../cli/doctor-command';
import { rebuildJourneys } from '../cli/journeys-command';
import { runMigrate } from '../cli/migrate-command';
import type { Output } from '../cli/output';
import { setPolicy } from '../cli/policy-command';
import type { Handlers } from '../cli/program';
import { runReport, scheduleReport } from '../cli/report-command';
import type { Found } from '../cli/running';
import { takeSnapshot } from '../cli/snapshot-command';
import { describeConfig, type Config, type Environment } from '../config';
import { systemCaller, type Caller } from '../domain/caller';
import type { Log } from '../log';
import { createJourneys } from '../service/journeys';
import { createAlertHandlers } from './alert-commands';
import { createCore, type Core } from './core';
import { createDemoCore } from './demo';
import { createLicenseHandlers } from './license-commands';
import { createScimHandlers } from './scim-commands';
import { createTokenHandlers } from './token-commands';

interface Parts {
  readonly config: Config;
  readonly environment: Environment;
  /** What a running start has decided. */
  readonly found: Found;
  readonly log: Log;
  readonly output: Output;
  /** Slug of the organization a verb acts on. */
  readonly organization: () => string;
}

const commandPool = 4;

/** The handlers of every verb. */
export function createHandlers({ config, environment, found, log, output, organization }: Parts): Handlers {
  const { publicUrl } = config.web;
  const within = async (work: (core: Core) => Promise<boolean | void>): Promise<boolean> => {
    const core = createCore({ config, log, pool: commandPool });
    try {
      return (await work(core)) ?? true;
    } finally {
      await core.close();
    }
  };
  const forOne = (work: (core: Core, caller: Caller) => Promise<boolean | void>): Promise<boolean> =>
    within(async (core) => work(core, await callerOf(core, organization())));
  return {
    ...createAlertHandlers(forOne, output),
    ...createLicenseHandlers(forOne, output),
    ...createScimHandlers(forOne, output),
    ...createTokenHandlers({ config, within, forOne, output }),
    configPrint: async () => {
      const ofStart = (name: string) => (name in found ? { source: 'running start' } : {});
      printConfig(
        describeConfig(environment).map((it) => ({ ...it, ...ofStart(it.name) })),
        output,
      );
      return true;
    },
    migrate: () => within((core) => migrate(core, publicUrl, output)),
    rollback: () => within((core) => rollback(core, output)),
    doctor: () => within((core) => runDoctor(createChecks(core, config.temporal.address), output)),
    demo: () => fillDemo(config, log, output),
    adminRecover: () =>
      forOne(({ administration }, { organizationId }) =>
        recoverAdmin(() => administration.recover(organizationId), publicUrl, output),
      ),
    journeysRebuild: () => within((core) => rebuildJourneys({ journeys: createJourneys(core), output })),
    policySet: (stage, wish) => forOne(({ policies }, caller) => setPolicy({ policies, caller, output }, stage, wish)),
    snapshot: (day) =>
      forOne(({ snapshots, clock }, caller) => takeSnapshot({ snapshots, caller, now: clock.now(), output }, day)),
    reportRun: (slug, wait) => forOne(({ reports }, caller) => runReport({ reports, caller, output }, slug, wait)),
    reportSchedule: (slug, order) =>
      forOne(({ reportSchedules: schedules }, caller) => scheduleReport({ schedules, caller, output }, slug, order)),
  };
}

function migrate(core: Core, publicUrl: string, output: Output): Promise<void> {
  const { administration, config, makeFirstOrganization } = core;
  const { adminEmail: email, adminPassword: password } = config.firstOrganization;
  return runMigrate({
    migrate: core.migrate,
    makeFirstOrganization: () => makeFirstOrganization(config.firstOrganization),
    ensureFirstAdmin: async (organizationId) =>
      email !== undefined &&
      password !== undefined &&
      (await administration.ensureFirstAdmin(organizationId, { email, password })),
    issueSetupCode: administration.issueSetupCode,
    publicUrl,
    output,
  });
}

/** Only where nothing is lost: no person, a demo at most. A check that fails refuses; only missing tables are nothing. */
async function rollback(core: Core, output: Output): Promise<boolean> {
  if (await hasPeople(core)) {
    output.result({ rolled_back: false, reason: 'people' }, ['Refused: there are people in this database.']);
    return false;
  }
  await core.rollback();
  output.result({ rolled_back: true }, ['All migrations are taken back.']);
  return true;
}

async function hasPeople(core: Core): Promise<boolean> {
  try {
    return !(await core.database.acrossOrganizations((scan) => scan.demo.isDemo()));
  } catch (error) {
    if ((error as { cause?: { code?: string } }).cause?.code === 'ER_NO_SUCH_TABLE') return false;
    throw error;
  }
}

async function fillDemo(config: Config, log: Log, output: Output): Promise<boolean> {
  const { core, demo } = createDemoCore(config, log);
  try {
    await core.migrate(async () => undefined);
    await runDemo({
      ...demo,
      makeFirstOrganization: () => core.makeFirstOrganization(config.firstOrganization),
      makeAdmin: core.administration.ensureFirstAdmin,
      publicUrl: config.web.publicUrl,
      output,
    });
    return true;
  } finally {
    await core.close();
  }
}

/** The command line acts as the installation itself. @throws organization.not_found also before `migrate` */
async function callerOf({ organizations }: Core, slug: string): Promise<Caller> {
  return systemCaller(await organizations.find(slug), 'command line');
}
