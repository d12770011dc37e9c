// The adoption counts: now, as of any instant, and the upkeep of the histogram they are answered from.
// Called by the API, the console, snapshots and reports; foldCounts by the worker each second.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import { countsOf, netChanges, type AdoptionCounts, type ExtraCounts } from '../domain/adoption';
import { instantText, type InstantText } from '../domain/instant';
import { definitionsVersion } from '../domain/report';
import type { PartsAsOf } from '../store/adoption-view';
import type { Database } from '../store/database';
import type { CountRow } from '../store/snapshot-store';
import type { Stores } from '../store/stores';
import { eachApart } from './apart';

/** Counts with everything that says what they are. */
export interface AdoptionDetail {
  readonly asOf: InstantText;
  readonly knownAt: InstantText;
  readonly definitionsVersion: number;
  readonly overview: AdoptionCounts;
  readonly extra: ExtraCounts;
}

/** The verbs of adoption. */
export interface Adoption {
  /** The seventeen counts now, from the histogram: the cost does not grow with the people. */
  overview(caller: Caller): Promise<AdoptionCounts>;
  /** The same as of an instant, from users and history, with all that is known by now. */
  overviewAsOf(caller: Caller, asOf: InstantText): Promise<AdoptionCounts>;
  /** The counts and those beside them, as of an instant or now. */
  detail(caller: Caller, options?: { readonly asOf?: InstantText | undefined }): Promise<AdoptionDetail>;
  /** Folds open moves into the histogram of every organization that has some; answers how many moves. */
  foldCounts(): Promise<number>;
  /** Counts all users of an organization again and puts the result in the place of its histogram. */
  rebuildCounts(organizationId: number): Promise<void>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
}

const movesAtOnce = 5000;

/** The adoption service. */
export function createAdoption({ database, clock }: Dependencies): Adoption {
  const detail: Adoption['detail'] = async ({ organizationId }, options = {}) => {
    const knownAt = instantText(clock.now());
    const asOf = options.asOf ?? knownAt;
    const parts = await database.inSnapshot(organizationId, (stores) =>
      stores.adoptionView.countsAsOf({ asOf, knownAt: null }),
    );
    return { asOf, knownAt, definitionsVersion, ...toCounts(parts) };
  };
  return {
    overview: async ({ organizationId }) => {
      const asOf = instantText(clock.now());
      const { totalLicense, sums } = await database.read(organizationId, (stores) =>
        stores.adoptionView.overviewNow(asOf),
      );
      return countsOf(totalLicense, sums);
    },
    overviewAsOf: async (caller, asOf) => (await detail(caller, { asOf })).overview,
    detail,
    foldCounts: async () => {
      const organizationIds = await database.acrossOrganizations((scan) => scan.adoptionCounts.listWithDeltas());
      let folded = 0;
      await eachApart(organizationIds, async (organizationId) => {
        folded += await foldAll(database, organizationId);
      });
      return folded;
    },
    rebuildCounts: (organizationId) =>
      database.inTransaction(organizationId, async ({ adoptionCounts }) => {
        await adoptionCounts.lock();
        const { buckets, deltaIds } = await adoptionCounts.recount();
        await adoptionCounts.replace(buckets);
        await adoptionCounts.deleteDeltas(deltaIds);
      }),
  };
}

async function foldAll(database: Database, organizationId: number): Promise<number> {
  for (let folded = 0; ;) {
    const some = await database.inTransaction(organizationId, fold);
    folded += some;
    if (some < movesAtOnce) return folded;
  }
}

/** One step: 1. the right to change the bars; 2. the oldest moves; 3. what they add up to; 4. away with them. */
async function fold({ adoptionCounts }: Stores): Promise<number> {
  await adoptionCounts.lock();
  const { ids, deltas } = await adoptionCounts.listDeltas(movesAtOnce);
  await adoptionCounts.change(netChanges(deltas));
  await adoptionCounts.deleteDeltas(ids);
  await adoptionCounts.deleteEmpty();
  return ids.length;
}

/** The counts as a snapshot keeps them, as of one instant and known at another; call it inside one snapshot. */
export async function countsAsOf(stores: Stores, asOf: Date, knownAt: Date): Promise<CountRow> {
  const parts = await stores.adoptionView.countsAsOf({ asOf: instantText(asOf), knownAt: instantText(knownAt) });
  const { overview, extra } = toCounts(parts);
  return {
    people: parts.people,
    total_license: overview.totalLicense,
    assigned_license: overview.assignedLicense,
    unassigned_license: overview.unassignedLicense,
    activated_license: overview.activatedLicense,
    activation_pending: overview.activationPending,
    onboarded_users: overview.onboardedUsers,
    app_setup_pending: overview.appSetupPending,
    using_enpass: overview.usingApp,
    usage_pending: overview.usagePending,
    added_items: overview.addedItems,
    connected_browser_extension: overview.connectedExtension,
    connected_browser_extension_pending: overview.connectedExtensionPending,
    using_autofill: overview.usingAutofill,
    using_autofill_pending: overview.usingAutofillPending,
    total_users: overview.totalUsers,
    active_users: overview.activeUsers,
    inactive_users: overview.inactiveUsers,
    over_assigned_license: extra.overAssignedLicense,
    waitlisted: extra.waitlisted,
    never_used: extra.neverUsed,
    inactive_30_60: extra.inactive30To60,
    inactive_60_90: extra.inactive60To90,
    inactive_90_plus: extra.inactive90Plus,
  };
}

function toCounts(parts: PartsAsOf): { overview: AdoptionCounts; extra: ExtraCounts } {
  const overview = countsOf(parts.totalLicense, parts.sums);
  const { waitlisted, neverUsed, inactive30To60, inactive60To90, inactive90Plus } = parts;
  const overAssignedLicense = Math.max(parts.sums.assigned - parts.totalLicense, 0);
  return {
    overview,
    extra: { overAssignedLicense, waitlisted, neverUsed, inactive30To60, inactive60To90, inactive90Plus },
  };
}
