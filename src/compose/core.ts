// Everything both roles and the command line share: database, services. No HTTP and no Temporal here.
import type { Config } from '../config';
import { systemClock, type Clock } from '../clock';
import { newId, type NewId } from '../ids';
import type { Log } from '../log';
import { createEndAccess } from '../service/admin-loss';
import { createAdministration } from '../service/administration';
import { countsAsOf, createAdoption } from '../service/adoption';
import { createAlerts } from '../service/alerts';
import { createFirstOrganization } from '../service/first-organization';
import { createIngestion } from '../service/ingestion';
import { createFindings } from '../service/findings';
import { createGroupMoves } from '../service/group-moves';
import { createHolds } from '../service/holds';
import { createLicenseRules } from '../service/license-rules';
import { createLicensing } from '../service/licensing';
import { createMembership } from '../service/membership';
import { createOrganizations } from '../service/organizations';
import { createMassChangeGuard } from '../service/mass-change-guard';
import { createPolicies, createReminderDrafts } from '../service/policies';
import { createPools } from '../service/pools';
import { createProvisioning } from '../service/provisioning';
import { createProvisioningWatch } from '../service/provisioning-watch';
import { createRateLimits } from '../service/rate-limits';
import { createRequestHistory } from '../service/request-history';
import { createReportSchedules } from '../service/report-schedules';
import { createFirstReport, createReports } from '../service/reports';
import { createSnapshots } from '../service/snapshots';
import { createSuppression } from '../service/suppression';
import { openDatabase, type Database } from '../store/database';
import { migrate, pendingMigrations, rollback } from '../store/migrate';
import { createFaults } from './faults';
import { required } from './role';
import { loadSecretKey } from './secret-key';
import { createTokenServices } from './token-services';

/** What a process may set apart from the configuration. */
export interface CoreOptions {
  readonly config: Config;
  readonly log: Log;
  /** Connections when DATABASE_POOL is not set. */
  readonly pool: number;
  /** Another clock than the machine's: the demo tells its story with one. */
  readonly clock?: Clock;
}

/** The shared services. */
export type Core = ReturnType<typeof createCore>;

/** Builds them; the database is connected at its first use. @throws ConfigError without DATABASE_URL */
export function createCore({ config, log, pool, clock = systemClock }: CoreOptions) {
  const url = required(
    config.database.url,
    'DATABASE_URL is required here; npm start runs a private database, for example mysql://uptake:password@127.0.0.1:3306/uptake',
  );
  const waits = { connectMs: config.database.connectMs, lockMs: config.database.lockMs };
  const fault = createFaults(config.faults);
  const database = openDatabase({ ...config.database, url, pool: config.database.pool ?? pool, fault });
  const secretKey = loadSecretKey(config.secretKey, config.files.dataDir);
  const parts = { database, clock, newId };
  const ingestion = createIngestion(parts);
  const administration = createAdministration({ ...parts, secretKey, isLoopback: config.web.isLoopback });
  const adoption = createAdoption(parts);
  const furnish = [createReminderDrafts(parts), createFirstReport(parts)];
  return {
    ...parts,
    config,
    log,
    fault,
    secretKey,
    ...createTokenServices(parts, administration.throttle),
    organizations: createOrganizations({ ...parts, furnish }),
    administration,
    adoption,
    ingestion,
    ...createDirectory(parts, ingestion, log),
    policies: createPolicies(parts),
    rateLimits: createRateLimits(parts),
    alerts: createAlerts(parts),
    reports: createReports(parts),
    reportSchedules: createReportSchedules(parts),
    snapshots: createSnapshots({ ...parts, countsAsOf }),
    suppression: createSuppression({ ...parts, secretKey, publicUrl: config.web.publicUrl }),
    makeFirstOrganization: createFirstOrganization({ ...parts, furnish }),
    migrate: (then: () => Promise<void>) => migrate({ url, ...waits }, then),
    rollback: () => rollback({ url, ...waits }),
    isMigrated: async () => (await pendingMigrations({ url, ...waits })).length === 0,
    close: () => database.close(),
  };
}

/** Users, groups and licenses as directories make and change them, and what is kept of that. */
export function createDirectory(
  parts: { database: Database; clock: Clock; newId: NewId },
  { matchQuarantined }: ReturnType<typeof createIngestion>,
  log: Log,
) {
  const licensing = createLicensing(parts);
  const consequences = { endSignIns: createEndAccess(parts), matchQuarantined };
  const guard = createMassChangeGuard({ newId: parts.newId, log, consequences });
  return {
    licensing,
    licenseRules: createLicenseRules({ ...parts, licensing }),
    pools: createPools({ ...parts, licensing }),
    membership: createMembership({ ...parts, licensing }),
    provisioning: createProvisioning({ ...parts, licensing, consequences, guard }),
    findings: createFindings(parts),
    groupMoves: createGroupMoves({ ...parts, licensing, log }),
    holds: createHolds({ ...parts, licensing }),
    requestHistory: createRequestHistory(parts),
    provisioningWatch: createProvisioningWatch(parts),
  };
}
