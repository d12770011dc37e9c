// All stores of one organization over one connection; made anew for each transaction, each when first asked for.
import { createAccessTokenStore } from './access-token-store';
import { createActivityStore } from './activity-store';
import { createAdminStore } from './admin-store';
import { createAdoptionCountStore } from './adoption-count-store';
import { createAdoptionView } from './adoption-view';
import { createAlertStore } from './alert-store';
import { createAuditStore } from './audit-store';
import { createBackupCodeStore } from './backup-code-store';
import { createClaimStore } from './claim-store';
import type { Connection } from './connection';
import { createCredentialStore } from './credential-store';
import { createDemoStore } from './demo-store';
import { createDeviceStore } from './device-store';
import { createFindingStore } from './finding-store';
import { createGroupMemberStore } from './group-member-store';
import { createGroupMoveStore } from './group-move-store';
import { createGroupStore } from './group-store';
import { createHoldItemView } from './hold-item-view';
import { createHoldStore } from './hold-store';
import { createJourneyStore } from './journey-store';
import { createLicenseStore } from './license-store';
import { createMailStore } from './mail-store';
import { createManagerStore } from './manager-store';
import { createOneTimeCodeStore } from './one-time-code-store';
import { createOrganizationStore } from './organization-store';
import { createOutboxStore, createParkedStore } from './outbox-store';
import { createPolicyStore } from './policy-store';
import { createPoolStore } from './pool-store';
import { createQuarantineStore } from './quarantine-store';
import { createRateWindowStore } from './rate-window-store';
import { createReminderStore } from './reminder-store';
import { createReportDeliveryStore } from './report-delivery-store';
import { createReportRowsView } from './report-rows-view';
import { createReportRunStore } from './report-run-store';
import { createReportStore } from './report-store';
import { createRequestCountView } from './request-count-view';
import { createRequestHistoryView } from './request-history-view';
import { createRequestSubjectStore } from './request-subject-store';
import { createRuleStore } from './rule-store';
import { createScheduleStore } from './schedule-store';
import { createSettingStore } from './setting-store';
import { createSignInStore } from './sign-in-store';
import { createSnapshotStore } from './snapshot-store';
import { createSuppressionStore } from './suppression-store';
import { createTokenStore } from './token-store';
import { createUserActivityStore } from './user-activity-store';
import { createUserHistoryStore } from './user-history-store';
import { createUserStore } from './user-store';

/** The stores of one organization. */
export type Stores = ReturnType<typeof createStores>;

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
    get alerts() {
      return createAlertStore(connection);
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
    get groupMoves() {
      return createGroupMoveStore(connection);
    },
    get groups() {
      return createGroupStore(connection);
    },
    get holdItems() {
      return createHoldItemView(connection);
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
    get managers() {
      return createManagerStore(connection);
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
    get parked() {
      return createParkedStore(connection);
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
    get requestCounts() {
      return createRequestCountView(connection);
    },
    get requestHistory() {
      return createRequestHistoryView(connection);
    },
    get requestSubjects() {
      return createRequestSubjectStore(connection);
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
