// The user: what a directory owns of a person (the profile), what Uptake knows besides, and how one becomes the next.

import type { GroupName } from './group';

/** Any JSON value; what SCIM sends beyond our own columns is kept as such. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Account state. `removed` is terminal. */
export type AccountState = 'enabled' | 'deactivated' | 'removed';

/** Who owns the row. Only `scim` shows the SCIM tag. */
export type UserSource = 'scim' | 'manual' | 'csv';

/** One element of a multi-valued attribute. Order in the array is order on the wire. Source: RFC 7643 2.4. */
export interface ProfileValue {
  /** emails, phoneNumbers, addresses, ims, photos, roles or entitlements. */
  readonly attribute: string;
  readonly type: string | null;
  readonly value: string | null;
  readonly isPrimary: boolean;
  readonly display: string | null;
  /** Further sub-attributes (an address' street, a role's id). */
  readonly extra: { readonly [key: string]: Json } | null;
}

/** What the client owns of a user: written by POST, PUT and PATCH, read back as sent. */
export interface UserProfile {
  readonly userName: string;
  readonly externalId: string | null;
  /** `active` as the directory wants it; the account state follows unless a change is held. */
  readonly active: boolean;
  readonly displayName: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly title: string | null;
  readonly department: string | null;
  readonly costCenter: string | null;
  readonly employeeNumber: string | null;
  /** The manager as sent: an id, an externalId or a userName. */
  readonly managerRaw: string | null;
  /** `locale` and `timezone` as sent live in extra; these hold a known BCP 47 tag and an IANA zone, else null. */
  readonly locale: string | null;
  readonly timeZone: string | null;
  /** Core attributes without a column and extension attributes: `{ nickName: …, "urn:…": { … } }`. */
  readonly extra: { readonly [key: string]: Json };
  readonly values: readonly ProfileValue[];
}

/** The write-once facts of a person, each the earliest known instant. */
export interface Milestones {
  readonly activatedAt: Date | null;
  readonly onboardedAt: Date | null;
  readonly itemsAddedAt: Date | null;
  readonly extensionConnectedAt: Date | null;
  readonly autofillUsedAt: Date | null;
  readonly returnedAt: Date | null;
  readonly hubAuthenticatedAt: Date | null;
}

/** A user as the store gives it. */
export interface User {
  readonly id: string;
  readonly source: UserSource;
  readonly profile: UserProfile;
  /** Primary e-mail, else work, else the first, else a userName that is an address; null = none. */
  readonly email: string | null;
  readonly country: string | null;
  readonly managerUserId: string | null;
  /** displayName of the manager, for the wire. */
  readonly managerDisplayName: string | null;
  readonly accountState: AccountState;
  readonly stateSince: Date;
  readonly licensedAt: Date | null;
  readonly appPoolId: string | null;
  readonly milestones: Milestones;
  readonly lastUsedAt: Date | null;
  /** Groups the user is in, by id; written through the groups alone. */
  readonly groups: readonly GroupName[];
  readonly rowVersion: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A pure edit of a profile: may run more than once, so it depends on its argument alone. */
export type ProfileEdit = (profile: UserProfile) => UserProfile;

/** The versions a client insists on: one of these, `*` (any), or undefined (no condition). */
export type ExpectedVersion = readonly number[] | '*' | undefined;

/** Whether a row is at none of the versions that a client insists on. */
export function isStale(expected: ExpectedVersion, rowVersion: number): boolean {
  return Array.isArray(expected) && !expected.includes(rowVersion);
}

/** By this a person is known to others; whether a mail may go there is for domain/address.ts to say. */
const addressLike = /^[^\s@<>",;]{1,64}@[^\s@<>",;]{1,255}$/;

/** The e-mail of a profile: primary, else work, else the first; else a userName that looks like an address. */
export function emailOf(profile: UserProfile): string | null {
  const chosen = preferred(profile.values, 'emails')?.value;
  if (chosen) return chosen;
  return addressLike.test(profile.userName) ? profile.userName : null;
}

/** The country of a profile: of the primary address, else work, else the first. */
export function countryOf(profile: UserProfile): string | null {
  const country = preferred(profile.values, 'addresses')?.extra?.['country'];
  return typeof country === 'string' && country !== '' ? country : null;
}

function preferred(values: readonly ProfileValue[], attribute: string): ProfileValue | undefined {
  const all = values.filter((value) => value.attribute === attribute);
  return all.find((value) => value.isPrimary) ?? all.find((value) => value.type?.toLowerCase() === 'work') ?? all[0];
}

/** Compare key of text that SCIM compares without case: NFKC, lower case, one sigma, no trailing space. Source: RFC 7643 2.2. */
export function fold(text: string): string {
  return foldPart(text).trimEnd();
}

/**
 * The same of a part that is looked for within a key: there a blank at the end counts, "jane " does not begin "janet". Lower
 * case makes a sigma final where the part ends; in the whole it may go on, so both are one letter.
 */
export function foldPart(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC').replaceAll('ς', 'σ');
}

/** A user made from a first profile: enabled or not as the client says, no milestone, version 1. */
export function newUser(id: string, source: UserSource, profile: UserProfile, at: Date): User {
  return {
    id,
    source,
    profile,
    email: emailOf(profile),
    country: countryOf(profile),
    managerUserId: null,
    managerDisplayName: null,
    accountState: profile.active ? 'enabled' : 'deactivated',
    stateSince: at,
    licensedAt: null,
    appPoolId: null,
    milestones: noMilestones,
    lastUsedAt: null,
    groups: [],
    rowVersion: 1,
    createdAt: at,
    updatedAt: at,
  };
}

const noMilestones: Milestones = {
  activatedAt: null,
  onboardedAt: null,
  itemsAddedAt: null,
  extensionConnectedAt: null,
  autofillUsedAt: null,
  returnedAt: null,
  hubAuthenticatedAt: null,
};

/**
 * What a profile makes of a user: the account state follows `active`, derived fields follow the values, the version goes
 * up by one. The same object when nothing stored would change (RFC 7644 3.5.2: a PATCH may change nothing).
 */
export function withProfile(user: User, profile: UserProfile, at: Date): User {
  if (isSameJson(user.profile as unknown as Json, profile as unknown as Json)) return user;
  const accountState = profile.active ? 'enabled' : 'deactivated';
  return {
    ...user,
    profile,
    email: emailOf(profile),
    country: countryOf(profile),
    accountState,
    stateSince: accountState === user.accountState ? user.stateSince : at,
    rowVersion: user.rowVersion + 1,
    updatedAt: at,
  };
}

/** The end of a user: terminal, no seat. */
export function removed(user: User, at: Date): User {
  return {
    ...user,
    accountState: 'removed',
    stateSince: at,
    licensedAt: null,
    appPoolId: null,
    rowVersion: user.rowVersion + 1,
    updatedAt: at,
  };
}

/** Whether two JSON values are equal, whatever the order of their keys. */
export function isSameJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((one: Json, index) => isSameJson(one, b[index] as Json))
    );
  }
  const [left, right] = [a as Record<string, Json>, b as Record<string, Json>];
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => key in right && isSameJson(left[key] as Json, right[key] as Json))
  );
}
