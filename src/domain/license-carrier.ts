// What a directory says about licenses in a user's profile: app roles, entitlements and our own extension attribute, and
// which rules they meet. Pure; called by the license engine.
import { grouped } from './grouped';
import type { ClaimSource } from './license';
import { fold, type ProfileValue, type UserProfile } from './user';

/** Our extension of the SCIM user: the attribute a client writes, and the one it may ask for. */
export const licenseExtension = {
  urn: 'urn:ietf:params:scim:schemas:extension:uptake:2.0:User',
  code: 'license',
  state: 'licenseState',
} as const;

/** An open rule: who meets it is granted its pool. `matchValue` is `*` for auto, the group's name for groups. */
export interface LicenseRule {
  readonly id: string;
  readonly source: Exclude<ClaimSource, 'admin'>;
  readonly poolId: string;
  readonly isApp: boolean;
  readonly matchValue: string;
}

/** What of a profile can carry a license. */
export interface CarrierProfile {
  readonly values: readonly Pick<ProfileValue, 'attribute' | 'value' | 'display'>[];
  readonly extra: UserProfile['extra'];
}

/** One code of a profile: the names it may be matched by, folded, first choice first. */
export interface CarriedCode {
  readonly source: 'roles' | 'extension';
  readonly names: readonly string[];
}

/** What the rules make of a profile. */
export interface Granted {
  /** Rules the profile meets, in the order of the rules; the ones of groups never. */
  readonly rules: readonly LicenseRule[];
  /** Codes that no rule knows, as they are compared, each once. */
  readonly unmapped: readonly string[];
}

const carriers = new Set(['roles', 'entitlements']);
const none = 'none';

/** The codes of a profile. `none` in the extension attribute stands for no code, since Entra sends no empty values. */
export function carriedCodes(profile: CarrierProfile): CarriedCode[] {
  const roles = profile.values
    .filter((it) => carriers.has(it.attribute))
    .map((it) => namesOf([it.value, it.display]))
    .filter((names) => names.length > 0)
    .map((names) => ({ source: 'roles' as const, names }));
  return [...roles, ...extensionCodes(profile).map((code) => ({ source: 'extension' as const, names: [code] }))];
}

function extensionCodes(profile: CarrierProfile): string[] {
  const held = profile.extra[licenseExtension.urn];
  const text =
    typeof held === 'object' && held !== null
      ? (held as { readonly [licenseExtension.code]?: unknown })[licenseExtension.code]
      : undefined;
  if (typeof text !== 'string') return [];
  return namesOf(text.split(';')).filter((code) => code !== none);
}

function namesOf(texts: readonly (string | null)[]): string[] {
  const names = texts.map((text) => (text === null ? '' : fold(text.trim())));
  return [...new Set(names.filter((name) => name !== ''))];
}

/** Whether two profiles say the same about licenses. */
export function isSameCarried(before: CarrierProfile, after: CarrierProfile): boolean {
  return JSON.stringify(carriedCodes(before)) === JSON.stringify(carriedCodes(after));
}

/** The rules a profile meets: `auto` always, a code by its value, then by its display. */
export function grantedBy(rules: readonly LicenseRule[], profile: CarrierProfile): Granted {
  const met = new Set(rules.filter((rule) => rule.source === 'auto'));
  const byCode = grouped(rules, ({ source, matchValue }) => `${source} ${fold(matchValue)}`);
  const unmapped = new Set<string>();
  for (const { source, names } of carriedCodes(profile)) {
    const found = names.map((name) => byCode.get(`${source} ${name}`)).find((some) => some !== undefined);
    if (found === undefined) unmapped.add(names[0] as string);
    else for (const rule of found) met.add(rule);
  }
  return { rules: rules.filter((rule) => met.has(rule)), unmapped: [...unmapped] };
}
