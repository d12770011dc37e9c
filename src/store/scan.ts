// What is keyed without an organization (docs/schema.md), and what the worker looks for in all of them; over one connection,
// made anew for each transaction.
import { createAccessTokenScan } from './access-token-store';
import { createAdminScan } from './admin-store';
import { createAdoptionCountScan } from './adoption-count-store';
import { createAttemptScan } from './attempt-store';
import type { ScanConnection } from './connection';
import { createCredentialScan } from './credential-store';
import { createDemoScan } from './demo-store';
import { createGroupMoveScan } from './group-move-store';
import { createMailBucketScan } from './mail-bucket-store';
import { createOneTimeCodeScan } from './one-time-code-store';
import { createOrganizationScan } from './organization-store';
import { createOutboxScan } from './outbox-store';
import { createRequestLogScan } from './request-log-store';
import { createRequestLogWriterScan } from './request-log-writer-store';
import { createServerFacts } from './server-facts';
import { createSignInScan } from './sign-in-store';
import { createStores } from './stores';
import { createTemporalServerScan } from './temporal-server-store';

/** Views across organizations. */
export type Scan = ReturnType<typeof createScan>;

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
    get groupMoves() {
      return createGroupMoveScan(connection);
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
