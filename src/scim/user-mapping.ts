// User <-> wire. `toWire` and `fromWire` are each other's inverse over what a client owns. Pure; called by user-resource.ts.
import type { Json, ProfileValue, User, UserProfile } from '../domain/user';
import type { Container, Element, Held, Scalar } from './resource';
import { knownLocale, knownZone } from './locale';
import { checkLimits } from './user-limits';
import { enterpriseUrn, userUrn } from './schemas';

/** A resource while it is built. */
type Draft = Record<string, Held | undefined>;

/** The multi-valued attributes, in the order in which they are stored. */
const multiValued = ['addresses', 'emails', 'entitlements', 'ims', 'phoneNumbers', 'photos', 'roles'] as const;

type TextField =
  'externalId' | 'displayName' | 'title' | 'givenName' | 'familyName' | 'department' | 'costCenter' | 'employeeNumber';

const rootFields: readonly TextField[] = ['externalId', 'displayName', 'title'];
const nameFields: readonly TextField[] = ['givenName', 'familyName'];
const enterpriseFields: readonly TextField[] = ['department', 'costCenter', 'employeeNumber'];

/** What a client owns of a user, as the plain resource that PATCH works on. */
export function toWire(profile: UserProfile): Container {
  return fill({}, profile);
}

/** Adds what a client owns. Keys are set one by one: 1.2 instead of 4.6 µs a user and a third of the memory, 100 times a list. */
function fill(resource: Draft, profile: UserProfile): Draft {
  const extra = profile.extra as Container;
  resource['userName'] = profile.userName;
  if (profile.locale !== null) resource['locale'] = profile.locale;
  if (profile.timeZone !== null) resource['timezone'] = profile.timeZone;
  Object.assign(resource, extra);
  pick(resource, profile, rootFields);
  const name = Object.assign(pick({}, profile, nameFields), extra['name']);
  if (!isBare(name)) resource['name'] = name;
  resource['active'] = profile.active;
  for (const it of profile.values) ((resource[it.attribute] ??= []) as Element[]).push(toElement(it));
  const enterprise = Object.assign(pick({}, profile, enterpriseFields), extra[enterpriseUrn]);
  if (profile.managerRaw !== null) enterprise['manager'] = { value: profile.managerRaw };
  if (!isBare(enterprise)) resource[enterpriseUrn] = enterprise;
  return resource;
}

/**
 * The profile of a plain resource.
 * @param active what holds where the resource does not say
 * @throws body.value when userName is missing or a value is longer than its place
 */
export function fromWire(resource: Container, active = true): UserProfile {
  checkLimits(resource);
  const {
    userName,
    active: wanted,
    name,
    externalId,
    displayName,
    title,
    [enterpriseUrn]: enterprise,
    ...others
  } = resource;
  const { givenName, familyName, ...restOfName } = (name ?? {}) as Element;
  const { department, costCenter, employeeNumber, manager, ...restOfEnterprise } = (enterprise ?? {}) as Container;
  const locale = knownLocale(textOf(resource['locale']));
  const timeZone = knownZone(textOf(resource['timezone']));
  const extra = extraOf(others, { locale, timezone: timeZone });
  return {
    userName: userName as string,
    externalId: textOf(externalId),
    active: (wanted as boolean | undefined) ?? active,
    displayName: textOf(displayName),
    givenName: textOf(givenName),
    familyName: textOf(familyName),
    title: textOf(title),
    department: textOf(department),
    costCenter: textOf(costCenter),
    employeeNumber: textOf(employeeNumber),
    managerRaw: textOf((manager as Element | undefined)?.['value']),
    locale,
    timeZone,
    extra: {
      ...extra,
      ...whole('name', restOfName),
      ...whole(enterpriseUrn, restOfEnterprise),
    } as UserProfile['extra'],
    values: multiValued.flatMap((attribute) =>
      ((resource[attribute] ?? []) as Element[]).map((it) => toValue(attribute, it)),
    ),
  };
}

/** What has no column of its own; a locale or zone only where its column does not hold it as it was sent. */
function extraOf(others: Container, known: { readonly [name: string]: string | null }): Container {
  const isExtra = ([key, held]: [string, Held | undefined]): boolean =>
    !multiValued.includes(key as never) && known[key] !== held;
  return Object.fromEntries(Object.entries(others).filter(isExtra));
}

/** A user as an answer shows it. @param baseUrl `https://host/scim/v2` */
export function toResource(user: User, baseUrl: string): Container {
  const schemas = [userUrn];
  const resource = fill({ schemas: schemas as unknown as Held, id: user.id }, user.profile);
  for (const key in resource) if (key.startsWith('urn:') || key.startsWith('URN:')) schemas.push(key);
  showManager(resource, user, baseUrl);
  if (user.groups.length > 0) resource['groups'] = user.groups.map((group) => toGroupElement(group, baseUrl));
  resource['meta'] = {
    resourceType: 'User',
    created: user.createdAt.toISOString(),
    lastModified: user.updatedAt.toISOString(),
    location: locationOf(user.id, baseUrl),
    version: versionOf(user),
  };
  return resource;
}

/** The address of a user. */
export function locationOf(id: string, baseUrl: string): string {
  return `${baseUrl}/Users/${id}`;
}

/** The weak entity tag of a user. */
export function versionOf(user: User): string {
  return `W/"${user.rowVersion}"`;
}

function showManager(resource: Draft, user: User, baseUrl: string): void {
  const { managerUserId, managerDisplayName } = user;
  const manager = (resource[enterpriseUrn] as Container | undefined)?.['manager'] as Draft | undefined;
  if (manager === undefined || managerUserId === null) return;
  manager['$ref'] = locationOf(managerUserId, baseUrl);
  if (managerDisplayName !== null) manager['displayName'] = managerDisplayName;
}

/** An open membership; it is changed through the group. */
function toGroupElement({ id, displayName }: User['groups'][number], baseUrl: string): Element {
  return { value: id, $ref: `${baseUrl}/Groups/${id}`, display: displayName, type: 'direct' };
}

function pick(held: Draft, profile: UserProfile, fields: readonly TextField[]): Draft {
  for (const field of fields) {
    const value = profile[field];
    if (value !== null) held[field] = value;
  }
  return held;
}

function isBare(container: Container): boolean {
  for (const _ in container) return false;
  return true;
}

function whole(key: string, container: Container): Container {
  return isBare(container) ? {} : { [key]: container };
}

function textOf(held: Held | undefined): string | null {
  return typeof held === 'string' ? held : null;
}

/** `primary: false` as sent stands in extra, since a stored mark cannot tell it from none. */
function toElement(it: ProfileValue): Element {
  const element: Record<string, Scalar> = {};
  if (it.value !== null) element['value'] = it.value;
  if (it.display !== null) element['display'] = it.display;
  if (it.type !== null) element['type'] = it.type;
  const primary = it.isPrimary ? true : it.extra?.['primary'];
  if (primary !== undefined) element['primary'] = primary as boolean;
  for (const name in it.extra) if (name !== 'primary') element[name] = it.extra[name] as Scalar;
  return element;
}

function toValue(attribute: string, element: Element): ProfileValue {
  const { value, display, type, primary, ...rest } = element;
  const extra: Record<string, Scalar | undefined> = primary === false ? { ...rest, primary } : rest;
  return {
    attribute,
    type: textOf(type),
    value: textOf(value),
    isPrimary: primary === true,
    display: textOf(display),
    extra: Object.keys(extra).length === 0 ? null : (extra as { [key: string]: Json }),
  };
}
