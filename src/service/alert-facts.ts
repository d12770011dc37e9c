// What an alert says when somebody looks: what was kept of it, and the figures of now while it is open. Called by alerts.ts.
import type { AlertFacts, AlertFactsByKind, AlertKind, PoolFigures } from '../domain/alert';
import type { QuarantineLine } from '../domain/entra-quarantine';
import { holdExpiryMs, massWindowMs } from '../domain/hold';
import { daysLeft } from '../domain/token-expiry';
import type { AlertRow } from '../store/alert-store';
import type { Stores } from '../store/stores';

type Reader<K extends AlertKind> = (stores: Stores, row: AlertRow, now: Date) => Promise<AlertFactsByKind[K]>;

const readers: { readonly [K in AlertKind]: Reader<K> } = {
  pool_full: ofPool,
  over_assigned: ofPool,
  hold_open: async (stores, { subjectId: holdId, openedAt }) => {
    const hold = await stores.holds.find(holdId);
    const enabled = await stores.holds.countEnabled();
    return { holdId, waiting: hold?.waiting ?? 0, enabled, decideBy: new Date(openedAt.getTime() + holdExpiryMs) };
  },
  hold_expired: async (_, { subjectId: holdId, detail }) => ({ holdId, rejected: Number(detail['rejected']) }),
  mass_delete: async (stores, { openedAt, detail }) => {
    const limit = Number(detail['limit']);
    const counted = await stores.holds.countChanges('delete', new Date(openedAt.getTime() - massWindowMs));
    const token = (await stores.tokens.list()).find(({ id }) => id === detail['credentialId']);
    // The changes are forgotten after a day; that there were more than the limit stays.
    return { limit, deleted: Math.max(limit + 1, counted), credential: token?.label ?? 'unknown' };
  },
  admin_deactivated: async (stores, { subjectId, detail }) => {
    const admin = await stores.admins.find(subjectId);
    const reason = detail['reason'] as 'deactivated' | 'removed';
    const superAdmins = await stores.admins.countWorkingSuperAdmins();
    return { email: admin?.email ?? null, reason, requestId: String(detail['requestId']), superAdmins };
  },
  provisioning_failing: async (_, { detail }) => ({
    requests: Number(detail['requests']),
    failures: Number(detail['failures']),
    referenceFailures: Number(detail['referenceFailures']),
    ratio: Number(detail['ratio']),
    status: Number(detail['status']),
    times: Number(detail['times']),
    expectedAt: detail['expectedAt'] === null ? null : new Date(String(detail['expectedAt'])),
    line: detail['line'] as QuarantineLine | null,
  }),
  provisioning_silent: async (_, { detail }) => ({
    lastAt: new Date(String(detail['lastAt'])),
    requests: Number(detail['requests']),
  }),
  token_expiring: async (_, { subjectId: tokenId, detail, closedAt }, now) => {
    const expiresAt = new Date(String(detail['expiresAt']));
    return {
      tokenId,
      token: detail['token'] as AlertFactsByKind['token_expiring']['token'],
      label: String(detail['label']),
      last4: detail['last4'] as string | null,
      expiresAt,
      daysLeft: daysLeft(expiresAt, closedAt ?? now),
    };
  },
  mail_unknown: async (stores) => ({ mails: await stores.mails.countUnknown() }),
  work_parked: async (stores, { detail }) => {
    return { rows: await stores.parked.count(), topic: String(detail['topic']), error: String(detail['error']) };
  },
  report_failed: async (stores, { subjectId, detail }) => {
    const report = await stores.reports.find(subjectId);
    return {
      report: report?.name ?? subjectId,
      slug: report?.slug ?? '',
      status: detail['status'] as 'failed' | 'partial',
      reason: String(detail['reason']),
      runKey: String(detail['runKey']),
      isPaused: detail['isPaused'] === true,
    };
  },
};

/** Reads the facts of an alert. */
export async function readFacts(stores: Stores, row: AlertRow, now: Date): Promise<AlertFacts> {
  const facts = await readers[row.kind](stores, row, now);
  return { kind: row.kind, ...facts } as AlertFacts;
}

async function ofPool(stores: Stores, { subjectId, closedAt, detail }: AlertRow, now: Date): Promise<PoolFigures> {
  const kept = detail as unknown as PoolFigures;
  return closedAt === null ? ((await stores.pools.figures(subjectId, now)) ?? kept) : kept;
}
