// `uptake policy set STAGE …`: makes a version of a stage's reminder rules and puts it in force at once.
import type { Caller } from '../domain/caller';
import type { PolicyWish } from '../domain/reminder-policy';
import type { Policies } from '../service/policies';
import type { Output } from './output';

/** Sets the policy; open journeys plan by it from now on. */
export async function setPolicy(
  { policies, caller, output }: { readonly policies: Policies; readonly caller: Caller; readonly output: Output },
  stage: string,
  wish: PolicyWish,
): Promise<void> {
  const policy = await policies.set(caller, stage, wish);
  output.result(
    { policy_id: policy.id, stage: policy.stage, version: policy.version, state: policy.state, config: policy.config },
    [`Policy of ${policy.stage}, version ${policy.version}, is in force.`],
  );
}
