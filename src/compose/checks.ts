// What `uptake doctor` looks at: each check with its remedy.
import { constants } from 'node:fs';
import { access, mkdir, rm, statfs } from 'node:fs/promises';
import type { Check, Finding } from '../cli/doctor-command';
import { writeFileAtomically } from '../files';
import { temporalVersion } from '../embedded/temporal-call';
import type { Core } from './core';
import { relayGreeting } from './relay-greeting';

const silentMs = 30_000;
const mostAskMs = 5000;
const leastFreeBytes = 1_000_000_000;
const ok = (found: string): Finding => ({ state: 'ok', found });
const warn = (found: string): Finding => ({ state: 'warn', found });
const fail = (found: string): Finding => ({ state: 'fail', found });

/** The checks of an installation. `temporalAddress` is where a running start has its server. */
export function createChecks(core: Core, temporalAddress: string | undefined): Check[] {
  return [
    ...databaseChecks(core),
    ...workerChecks(core),
    temporalCheck({ ...core.config.temporal, address: temporalAddress }),
    outboxCheck(core),
    ...mailChecks(core),
    ...fileChecks(core),
    ...accessChecks(core),
  ];
}

function databaseChecks({ database, isMigrated, clock }: Core): Check[] {
  const server = () => database.acrossOrganizations((scan) => scan.serverFacts.read());
  return [
    {
      name: 'database',
      remedy: 'Uptake needs MySQL 8.4 or newer, or MariaDB 10.11 or newer, at DATABASE_URL.',
      look: async () => {
        const { version } = await server();
        return isSupported(version) ? ok(version) : fail(version);
      },
    },
    {
      name: 'database session',
      remedy:
        'The session must be utf8mb4, READ COMMITTED, UTC and strict; look for init_connect settings that change it.',
      look: async () => {
        const it = await server();
        const isWell =
          it.characterSet === 'utf8mb4' &&
          it.isolation === 'READ-COMMITTED' &&
          it.timeZone === '+00:00' &&
          it.sqlMode.includes('STRICT');
        const found = `${it.characterSet}, ${it.isolation}, ${it.timeZone}`;
        return isWell ? ok(found) : fail(found);
      },
    },
    {
      name: 'database clock',
      remedy: 'Run a time service on both machines; instants come from the application, but leases compare with it.',
      look: async () => {
        const skewMs = Math.abs((await server()).now.getTime() - clock.now().getTime());
        return skewMs < 5000 ? ok(`${Math.round(skewMs)} ms apart`) : warn(`${Math.round(skewMs / 1000)} s apart`);
      },
    },
    {
      name: 'migrations',
      remedy: 'Run npm run -s uptake -- migrate.',
      look: async () => ((await isMigrated()) ? ok('none pending') : fail('pending')),
    },
  ];
}

function workerChecks({ database, clock }: Core): Check[] {
  return [
    {
      name: 'worker',
      remedy:
        'Start the worker (npm start, or npm run start:worker); mails and reports wait until it runs and reaches Temporal.',
      look: async () => {
        const seen = await database.acrossOrganizations((scan) => scan.server.find());
        if (seen === undefined) return warn('never seen');
        const ageMs = clock.now().getTime() - seen.lastSeenAt.getTime();
        return ageMs < silentMs ? ok('seen within 30 s') : warn(`last seen ${seen.lastSeenAt.toISOString()}`);
      },
    },
  ];
}

/** Asks the server, since a port may be open while nobody serves behind it. */
function temporalCheck({ address, callMs, ...options }: Core['config']['temporal']): Check {
  return {
    name: 'temporal',
    remedy: 'Check TEMPORAL_ADDRESS and that the server runs there.',
    look: async () => {
      if (address === undefined)
        return { state: 'not run', found: 'TEMPORAL_ADDRESS is not set and nothing runs in DATA_DIR' };
      const version = await temporalVersion({ ...options, address }, Math.min(callMs, mostAskMs));
      return version === undefined ? warn('does not answer') : ok(`answers, version ${version}`);
    },
  };
}

function outboxCheck({ database, clock }: Core): Check {
  return {
    name: 'outbox',
    remedy: 'A row older than five minutes means that no worker relays; parked rows wait for a person.',
    look: async () => {
      const lanes = await database.acrossOrganizations((scan) => scan.outbox.depth(clock.now()));
      const parked = lanes.reduce((sum, lane) => sum + lane.parked, 0);
      const oldest = Math.min(
        ...lanes.filter((lane) => lane.waiting > 0).map((lane) => lane.oldestAt?.getTime() ?? Infinity),
      );
      const isLate = clock.now().getTime() - oldest > 300_000;
      const found = `${lanes.reduce((sum, lane) => sum + lane.waiting, 0)} waiting, ${parked} parked`;
      return isLate || parked > 0 ? warn(found) : ok(found);
    },
  };
}

function mailChecks({ config }: Core): Check[] {
  const { smtpUrl, from } = config.mail;
  return [
    {
      name: 'mail relay',
      remedy: 'Check SMTP_URL: host, port, and that this machine may connect.',
      look: async () => {
        if (smtpUrl === undefined) return warn('SMTP_URL is not set: mails become files of DATA_DIR/outbox');
        const greeting = await relayGreeting(smtpUrl, mostAskMs);
        return greeting.startsWith('220') ? ok('answers') : fail(`refuses: ${greeting.slice(0, 3)}`);
      },
    },
    {
      name: 'sender',
      remedy: 'Set MAIL_FROM to an address of your domain that the relay may send for.',
      look: async () => (from === 'uptake@localhost' ? warn(from) : ok(from)),
    },
  ];
}

function fileChecks({ config }: Core): Check[] {
  const writable = (folder: string) => async (): Promise<Finding> => {
    await mkdir(folder, { recursive: true });
    const probe = `${folder}/.doctor`;
    await writeFileAtomically(probe, 'ok');
    await rm(probe, { force: true });
    return ok('can be written');
  };
  return [
    {
      name: 'data folder',
      remedy: 'Give this account write access to DATA_DIR.',
      look: writable(config.files.dataDir),
    },
    {
      name: 'report folder',
      remedy: 'Give this account write access to REPORT_DIR.',
      look: writable(config.files.reportDir),
    },
    {
      name: 'free disk',
      remedy: 'Free at least one gigabyte where DATA_DIR lies.',
      look: async () => {
        const { bavail, bsize } = await statfs(config.files.dataDir);
        const found = `${((bavail * bsize) / 1e9).toFixed(1)} GB free`;
        return bavail * bsize > leastFreeBytes ? ok(found) : warn(found);
      },
    },
    {
      name: 'secret key',
      remedy: 'Keep SECRET_KEY, or DATA_DIR/secret.key, readable for this account alone, and back it up.',
      look: async () => {
        if (config.secretKey !== undefined) return ok('from the environment');
        await access(`${config.files.dataDir}/secret.key`, constants.R_OK);
        return ok('in DATA_DIR/secret.key');
      },
    },
  ];
}

function accessChecks({ config, administration }: Core): Check[] {
  return [
    {
      name: 'public address',
      remedy: 'Entra needs PUBLIC_URL to be https with a certificate of a public authority.',
      look: async () =>
        config.web.isLoopback ? warn(`${config.web.publicUrl}: only this machine`) : ok(config.web.publicUrl),
    },
    {
      name: 'administrators',
      remedy: 'Run npm run -s uptake -- admin recover and open /setup with the code.',
      look: async () => ((await administration.isSetUp()) ? ok('at least one') : warn('nobody can sign in yet')),
    },
  ];
}

/** MariaDB from 10.11, MySQL from 8.4. */
function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split(/[.-]/).map(Number);
  const [leastMajor, leastMinor] = /mariadb/i.test(version) ? [10, 11] : [8, 4];
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
