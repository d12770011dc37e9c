// Reminder policies: versions of a stage's rules, of which one is in force. Called by cli/policy-command; later by the
// console and the API.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import {
  faultsOf,
  isOnboardingStage,
  onboardingStages,
  reminderDrafts,
  toConfig,
  type PolicyWish,
} from '../domain/reminder-policy';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { PolicyRow } from '../store/policy-store';
import type { Stores } from '../store/stores';

/** The verbs of policies. */
export interface Policies {
  /**
   * Makes a version and puts it in force at once, without a dry run; open journeys are told to plan again.
   * @throws AppError `input.invalid` with every fault, `role.missing`, `row.conflict` when another set it this moment
   */
  set(caller: Caller, stage: string, wish: PolicyWish): Promise<PolicyRow>;
  /** All versions, newest first within a stage. */
  list(caller: Caller): Promise<PolicyRow[]>;
}

interface Dependencies {
  readonly database: Pick<Database, 'inTransaction' | 'read'>;
  readonly clock: Clock;
  readonly newId: NewId;
}

/** The service of reminder policies. */
export function createPolicies({ database, clock, newId }: Dependencies): Policies {
  return {
    set: async (caller, stage, wish) => {
      checkMayChange(caller);
      check(stage, wish);
      return database.inTransaction(caller.organizationId, async (stores) => {
        const at = clock.now();
        const before = await stores.policies.lockNewestVersion(stage);
        const policy: PolicyRow = {
          id: newId(),
          stage,
          version: before + 1,
          state: 'active',
          config: toConfig(wish),
          activatedAt: at,
          createdAt: at,
        };
        await stores.policies.retireActive(stage);
        const createdBy = caller.actor.kind === 'admin' ? caller.actor.id : null;
        await stores.policies.add({ ...policy, createdBy });
        await stores.outbox.add([{ event: { topic: 'PolicyActivated', policyId: policy.id }, lane: 0 }], at);
        await stores.audit.add({
          caller,
          action: 'policy.activated',
          targetKind: 'policy',
          targetId: policy.id,
          detail: { stage, version: policy.version, ...wish },
          at,
        });
        return policy;
      });
    },
    list: (caller) => database.read(caller.organizationId, (stores) => stores.policies.list()),
  };
}

function checkMayChange({ actor }: Caller): void {
  if (actor.kind !== 'admin' && actor.kind !== 'system') throw new AppError('role.missing');
}

function check(stage: string, wish: PolicyWish): void {
  const stageFault = isOnboardingStage(stage) ? [] : [`The stage must be one of ${onboardingStages.join(', ')}.`];
  const faults = [...stageFault, ...faultsOf(wish)];
  if (faults.length > 0) throw new AppError('input.invalid', { reason: faults.join(' ') });
}

/** The drafts a new organization begins with, none in force. A part of createFirstOrganization's transaction. */
export function createReminderDrafts({ newId }: Pick<Dependencies, 'newId'>) {
  return async (stores: Stores, at: Date): Promise<void> => {
    for (const { stage, config } of reminderDrafts) {
      const policy = {
        id: newId(),
        stage,
        version: 1,
        state: 'draft' as const,
        config,
        activatedAt: null,
        createdAt: at,
      };
      await stores.policies.add({ ...policy, createdBy: null });
    }
  };
}
