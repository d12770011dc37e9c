// All stores of one organization over one connection; made anew for each transaction, each when first asked for.
import { createAccessTokenScan, createAccessTokenStore } from './access-token-store';
import { createActivityStore } from './activity-store';
import { createAdminScan, createAdminStore } from './admin-store';
import { createAdoptionCountScan, createAdoptionCountStore } from './adoption-count-store';
import { createAdoptionView } from './adoption-view';
import { createAttemptScan } from './attempt-store';
import { createAuditStore } from './audit-store';
import { createBackupCodeStore } from './backup-code-store';
import { createClaimStore } from './claim-store';
import type { Connection, ScanConnection } from './connection';
import { createCredentialScan, createCredentialStore } from './credential-store';
import { createDemoScan, createDemoStore } from './demo-store';
import { createDeviceStore } from './device-store';
import { createFindingStore } from './finding-store';
import { createGroupMemberStore } from './group-member-store';
import { createGroupStore } from './group-store';
import { createHoldStore } from './hold-store';
import { createJourneyStore } from './journey-store';
import { createLicenseStore } from './license-store';
import { createMailBucketScan } from './mail-bucket-store';
import { createMailStore } from './mail-store';
import { createOneTimeCodeScan, createOneTimeCodeStore } from './one-time-code-store';
import { createOrganizationScan, createOrganizationStore } from './organization-store';
import { createOutboxScan, createOutboxStore } from './outbox-store';
import { createPolicyStore } from './policy-store';
import { createPoolStore } from './pool-store';
import { createQuarantineStore } from './quarantine-store';
import { createRateWindowStore } from './rate-window-store';
import { createReminderStore } from './reminder-store';
import { createReportDeliveryStore } from './report-delivery-store';
import { createReportRowsView } from './report-rows-view';
import { createReportRunStore } from './report-run-store';
import { createReportStore } from './report-store';
import { createRequestHistoryView } from './request-history-view';
import { createRequestLogScan } from './request-log-store';
import { createRequestLogWriterScan } from './request-log-writer-store';
import { createRuleStore } from './rule-store';
import { createScheduleStore } from './schedule-store';
import { createServerFacts } from './server-facts';
import { createSettingStore } from './setting-store';
import { createSignInScan, createSignInStore } from './sign-in-store';
import { createSnapshotStore } from './snapshot-store';
import { createSuppressionStore } from './suppression-store';
import { createTemporalServerScan } from './temporal-server-store';
import { createTokenStore } from './token-store';
import { createUserActivityStore } from './user-activity-store';
import { createUserHistoryStore } from './user-history-store';
import { createUserStore } from './user-store';

/** The stores of one organization. */
export type Stores = ReturnType<typeof createStores>;

/** What is keyed without an organization (docs/schema.md). */
export type Scan = ReturnType<typeof createScan>;

/** Binds every store to the organization of the connection. */
export function createStores(connection: Connection) {
  return {
    organizationId: connection.organizationId,
    get accessTokens() {
      return createAccessTokenStore(connection);
    },
    get activity() {
      return createActivityStore(connection);
    },
    get admins() {
      return createAdminStore(connection);
    },
    get adoptionCounts() {
      return createAdoptionCountStore(connection);
    },
    get adoptionView() {
      return createAdoptionView(connection);
    },
    get audit() {
      return createAuditStore(connection);
    },
    get backupCodes() {
      return createBackupCodeStore(connection);
    },
    get claims() {
      return createClaimStore(connection);
    },
    get credentials() {
      return createCredentialStore(connection);
    },
    get demo() {
      return createDemoStore(connection);
    },
    get devices() {
      return createDeviceStore(connection);
    },
    get findings() {
      return createFindingStore(connection);
    },
    get groupMembers() {
      return createGroupMemberStore(connection);
    },
    get groups() {
      return createGroupStore(connection);
    },
    get holds() {
      return createHoldStore(connection);
    },
    get journeys() {
      return createJourneyStore(connection);
    },
    get licenses() {
      return createLicenseStore(connection);
    },
    get mails() {
      return createMailStore(connection);
    },
    get oneTimeCodes() {
      return createOneTimeCodeStore(connection);
    },
    get organization() {
      return createOrganizationStore(connection);
    },
    get outbox() {
      return createOutboxStore(connection);
    },
    get quarantine() {
      return createQuarantineStore(connection);
    },
    get rateWindows() {
      return createRateWindowStore(connection);
    },
    get reminders() {
      return createReminderStore(connection);
    },
    get reportDeliveries() {
      return createReportDeliveryStore(connection);
    },
    get reportRows() {
      return createReportRowsView(connection);
    },
    get reportRuns() {
      return createReportRunStore(connection);
    },
    get reports() {
      return createReportStore(connection);
    },
    get requestHistory() {
      return createRequestHistoryView(connection);
    },
    get rules() {
      return createRuleStore(connection);
    },
    get schedules() {
      return createScheduleStore(connection);
    },
    get policies() {
      return createPolicyStore(connection);
    },
    get pools() {
      return createPoolStore(connection);
    },
    get settings() {
      return createSettingStore(connection);
    },
    get signIns() {
      return createSignInStore(connection);
    },
    get snapshots() {
      return createSnapshotStore(connection);
    },
    get suppressions() {
      return createSuppressionStore(connection);
    },
    get tokens() {
      return createTokenStore(connection);
    },
    get userActivity() {
      return createUserActivityStore(connection);
    },
    get userHistory() {
      return createUserHistoryStore(connection);
    },
    get users() {
      return createUserStore(connection);
    },
  };
}

/** The unscoped views: tokens, lists of organizations, claims and due rows of the worker. */
export function createScan(connection: ScanConnection) {
  return {
    get accessTokens() {
      return createAccessTokenScan(connection);
    },
    get admins() {
      return createAdminScan(connection);
    },
    get adoptionCounts() {
      return createAdoptionCountScan(connection);
    },
    get attempts() {
      return createAttemptScan(connection);
    },
    get credentials() {
      return createCredentialScan(connection);
    },
    get mailBuckets() {
      return createMailBucketScan(connection);
    },
    get demo() {
      return createDemoScan(connection);
    },
    get oneTimeCodes() {
      return createOneTimeCodeScan(connection);
    },
    get organizations() {
      return createOrganizationScan(connection);
    },
    get outbox() {
      return createOutboxScan(connection);
    },
    get requestLog() {
      return createRequestLogScan(connection);
    },
    get requestLogWriters() {
      return createRequestLogWriterScan(connection);
    },
    get signIns() {
      return createSignInScan(connection);
    },
    get server() {
      return createTemporalServerScan(connection);
    },
    get serverFacts() {
      return createServerFacts(connection);
    },
    /** The stores of one organization inside the same transaction. */
    of: (organizationId: number) => createStores({ ...connection, organizationId }),
  };
}
