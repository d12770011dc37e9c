// The dashboard's words and drawings out of the seventeen counts. Pure; called by dashboard-page.ts.
import type { AdoptionCounts } from '../domain/adoption';
import { bars, funnel, type Funnel, type FunnelStage } from '../view/charts';

/** A row of a bar chart with the pending number under it. */
export interface BarRow {
  readonly label: string;
  readonly count: number;
  readonly width: number;
  readonly hasShare: boolean;
  readonly share: number;
  readonly tone: string;
  readonly hasPending: boolean;
  readonly pendingLabel: string;
  readonly pending: number;
}

interface StageWords {
  readonly label: (app: string) => string;
  readonly pendingLabel: string;
  readonly of: string;
}

const stageWords: Readonly<Record<FunnelStage, StageWords>> = {
  assigned: { label: () => 'Assigned', pendingLabel: 'Unassigned Licenses', of: 'of all licenses' },
  activated: { label: () => 'Activated', pendingLabel: 'Activation Pending', of: 'of assigned' },
  onboarded: { label: () => 'Onboarded', pendingLabel: 'App Setup Pending', of: 'of activated' },
  using: { label: (app) => `Using ${app}`, pendingLabel: 'Usage Pending', of: 'of onboarded' },
};

const advice: Readonly<Record<Exclude<FunnelStage, 'assigned'>, { who: string; what: string; todo: string }>> = {
  activated: {
    who: 'people with a license',
    what: 'have not activated',
    todo: 'Invitations may sit in spam: ask IT to check the filters, send a reminder, and tell people in Slack or Teams.',
  },
  onboarded: {
    who: 'people who activated',
    what: 'have not set up a vault',
    todo: 'Many start on one device and do not finish: send a reminder with a link to the setup instructions.',
  },
  using: {
    who: 'people with a vault',
    what: 'have not added anything yet',
    todo: 'Run a short training, or share a quick-start guide for the first credentials.',
  },
};

/** All of the dashboard that follows from the counts. */
export function dashboardModel(counts: AdoptionCounts, app: string) {
  const drawing = funnel({
    totalLicenses: counts.totalLicense,
    assigned: counts.assignedLicense,
    activated: counts.activatedLicense,
    onboarded: counts.onboardedUsers,
    using: counts.usingApp,
  });
  return {
    totalLicenses: counts.totalLicense,
    assignedLicenses: counts.assignedLicense,
    isOverAssigned: counts.assignedLicense > counts.totalLicense,
    overAssigned: Math.max(counts.assignedLicense - counts.totalLicense, 0),
    ...dropOf(drawing, counts),
    columns: columnsOf(drawing, counts, app),
    usage: usageOf(counts),
    usingUsers: counts.usingApp,
    activity: activityOf(counts),
    onboardedUsers: counts.totalUsers,
    ...differenceOf(counts),
  };
}

function dropOf({ largestDrop }: Funnel, counts: AdoptionCounts) {
  const none = { who: '', what: '', todo: '' };
  const base = {
    hasDrop: false,
    hasPeople: counts.assignedLicense > 0,
    drop: { ...none, pending: 0, of: 0, share: 0 },
  };
  if (!largestDrop || largestDrop.stage === 'assigned') return base;
  const before = {
    activated: counts.assignedLicense,
    onboarded: counts.activatedLicense,
    using: counts.onboardedUsers,
  };
  const { stage, pending, share } = largestDrop;
  return { ...base, hasDrop: true, drop: { ...advice[stage], pending, of: before[stage], share } };
}

function columnsOf({ columns }: Funnel, counts: AdoptionCounts, app: string) {
  const pendingOf = {
    assigned: counts.unassignedLicense,
    activated: counts.activationPending,
    onboarded: counts.appSetupPending,
    using: counts.usagePending,
  };
  const before = {
    assigned: counts.totalLicense,
    activated: counts.assignedLicense,
    onboarded: counts.activatedLicense,
    using: counts.onboardedUsers,
  };
  return columns.map((column, i) => ({
    ...column,
    stageNo: i + 1,
    label: stageWords[column.stage].label(app),
    of: stageWords[column.stage].of,
    hasShare: before[column.stage] > 0,
    pendingLabel: stageWords[column.stage].pendingLabel,
    pending: pendingOf[column.stage],
    ghostTone: column.stage === 'assigned' ? 'free' : 'pending',
  }));
}

function usageOf(counts: AdoptionCounts): BarRow[] {
  const rows = [
    { label: 'Added items', count: counts.addedItems, pendingLabel: '', pending: 0 },
    {
      label: 'Browser extension connected',
      count: counts.connectedExtension,
      pendingLabel: 'Browser extension pending',
      pending: counts.connectedExtensionPending,
    },
    {
      label: 'Autofill used',
      count: counts.usingAutofill,
      pendingLabel: 'Autofill pending',
      pending: counts.usingAutofillPending,
    },
  ];
  return withBars(
    rows.map((row) => ({ ...row, tone: 'stage' })),
    counts.usingApp,
  );
}

function activityOf(counts: AdoptionCounts): BarRow[] {
  const none = { pendingLabel: '', pending: 0 };
  const rows = [
    { label: 'Active Users', count: counts.activeUsers, tone: 'active', ...none },
    { label: 'Inactive Users', count: counts.inactiveUsers, tone: 'inactive', ...none },
  ];
  return withBars(rows, counts.totalUsers);
}

function withBars(
  rows: readonly Pick<BarRow, 'label' | 'count' | 'tone' | 'pendingLabel' | 'pending'>[],
  base: number,
): BarRow[] {
  const drawn = bars(
    rows.map((row) => row.count),
    base,
  );
  return rows.map((row, i) => ({
    ...row,
    width: drawn[i]?.width ?? 0,
    share: drawn[i]?.share ?? 0,
    hasShare: base > 0,
    hasPending: row.pendingLabel !== '',
  }));
}

/** The activity card counts onboarded people whether they hold a license or not; the funnel counts those who do. */
function differenceOf(counts: AdoptionCounts) {
  const withoutLicense = Math.max(counts.totalUsers - counts.onboardedUsers, 0);
  return { hasDifference: withoutLicense > 0, withoutLicense, onboardedWithLicense: counts.onboardedUsers };
}
