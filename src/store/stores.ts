// All stores of one organization over one connection; made anew for each transaction, each when first asked for.
import { createAdminScan, createAdminStore } from './admin-store';
import { createAdoptionCountScan, createAdoptionCountStore } from './adoption-count-store';
import { createAttemptScan } from './attempt-store';
import { createAuditStore } from './audit-store';
import { createBackupCodeStore } from './backup-code-store';
import type { Connection, ScanConnection } from './connection';
import { createCredentialScan, createCredentialStore } from './credential-store';
import { createOneTimeCodeScan, createOneTimeCodeStore } from './one-time-code-store';
import { createOrganizationScan, createOrganizationStore } from './organization-store';
import { createOutboxScan, createOutboxStore } from './outbox-store';
import { createSettingStore } from './setting-store';
import { createSignInScan, createSignInStore } from './sign-in-store';

/** The stores of one organization. */
export type Stores = ReturnType<typeof createStores>;

/** What is keyed without an organization (docs/schema.md). */
export type Scan = ReturnType<typeof createScan>;

/** Binds every store to the organization of the connection. */
export function createStores(connection: Connection) {
  return {
    get admins() {
      return createAdminStore(connection);
    },
    get adoptionCounts() {
      return createAdoptionCountStore(connection);
    },
    get audit() {
      return createAuditStore(connection);
    },
    get backupCodes() {
      return createBackupCodeStore(connection);
    },
    get credentials() {
      return createCredentialStore(connection);
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
    get settings() {
      return createSettingStore(connection);
    },
    get signIns() {
      return createSignInStore(connection);
    },
  };
}

/** The unscoped views: tokens, lists of organizations, claims and due rows of the worker. */
export function createScan(connection: ScanConnection) {
  return {
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
    get oneTimeCodes() {
      return createOneTimeCodeScan(connection);
    },
    get organizations() {
      return createOrganizationScan(connection);
    },
    get outbox() {
      return createOutboxScan(connection);
    },
    get signIns() {
      return createSignInScan(connection);
    },
    /** The stores of one organization inside the same transaction. */
    of: (organizationId: number) => createStores({ ...connection, organizationId }),
  };
}
