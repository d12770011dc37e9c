// Joins the verbs about pools, license rules and licenses with their services.
import {
  addLicenseRule,
  endLicenseRule,
  listLicenseRules,
  listPools,
  setPool,
  switchLicense,
} from '../cli/license-command';
import type { LicenseHandlers } from '../cli/license-verbs';
import type { Output } from '../cli/output';
import { createLicenseSwitch } from '../service/license-switch';
import type { ForOne } from './scim-commands';

/** The handlers. */
export function createLicenseHandlers(forOne: ForOne, output: Output): LicenseHandlers {
  const onPools = (work: typeof listPools): Promise<boolean> =>
    forOne(({ pools }, caller) => work({ pools, caller, output }));
  const onRules = (work: typeof listLicenseRules): Promise<boolean> =>
    forOne(({ licenseRules }, caller) => work({ licenseRules, caller, output }));
  return {
    poolSet: (code, wish) => onPools((parts) => setPool(parts, code, wish)),
    poolList: () => onPools(listPools),
    licenseRuleAdd: (wish) => onRules((parts) => addLicenseRule(parts, wish)),
    licenseRuleEnd: (ruleId) => onRules((parts) => endLicenseRule(parts, ruleId)),
    licenseRuleList: () => onRules(listLicenseRules),
    licenseSwitch: (verb, wish) =>
      forOne((core, caller) => switchLicense({ licenseSwitch: createLicenseSwitch(core), caller, output }, verb, wish)),
  };
}
