// User <-> wire. `toWire` and `fromWire` are each other's inverse over what a client owns. Pure; called by user-resource.ts.
import type { Json, ProfileValue, User, UserProfile } from '../domain/user';
import type { Container, Element, Held, Scalar } from './resource';
import { knownLocale, knownZone } from './locale';
import { checkLimits } from './user-limits';
import { enterpriseUrn, userUrn } from './schemas';

/** The multi-valued attributes, in the order in which they are stored. */
const multiValued = ['addresses', 'emails', 'entitlements', 'ims', 'phoneNumbers', 'photos', 'roles'] as const;

type TextField =
  'externalId' | 'displayName' | 'title' | 'givenName' | 'familyName' | 'department' | 'costCenter' | 'employeeNumber';

const rootFields: readonly TextField[] = ['externalId', 'displayName', 'title'];
const nameFields: readonly TextField[] = ['givenName', 'familyName'];
const enterpriseFields: readonly TextField[] = ['department', 'costCenter', 'employeeNumber'];

/** What a client owns of a user, as the plain resource that PATCH works on. */
export function toWire(profile: UserProfile): Container {
  const extra = profile.extra as Container;
  const enterprise = {
    ...pick(profile, enterpriseFields),
    ...(extra[enterpriseUrn] as Container | undefined),
    ...(profile.managerRaw === null ? {} : { manager: { value: profile.managerRaw } }),
  };
  const name = { ...pick(profile, nameFields), ...(extra['name'] as Element | undefined) };
  return {
    userName: profile.userName,
    ...(profile.locale === null ? {} : { locale: profile.locale }),
    ...(profile.timeZone === null ? {} : { timezone: profile.timeZone }),
    ...extra,
    ...pick(profile, rootFields),
    ...whole('name', name),
    active: profile.active,
    ...elementsOf(profile.values),
    ...whole(enterpriseUrn, enterprise),
  };
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
  const wire = toWire(user.profile);
  const urns = Object.keys(wire).filter((key) => key.startsWith('urn:') || key.startsWith('URN:'));
  return {
    schemas: [userUrn, ...urns] as unknown as Held,
    id: user.id,
    ...wire,
    ...withManager(user, wire, baseUrl),
    ...withGroups(user, baseUrl),
    meta: {
      resourceType: 'User',
      created: user.createdAt.toISOString(),
      lastModified: user.updatedAt.toISOString(),
      location: locationOf(user.id, baseUrl),
      version: versionOf(user),
    },
  };
}

/** The address of a user. */
export function locationOf(id: string, baseUrl: string): string {
  return `${baseUrl}/Users/${id}`;
}

/** The weak entity tag of a user. */
export function versionOf(user: User): string {
  return `W/"${user.rowVersion}"`;
}

function withManager(user: User, wire: Container, baseUrl: string): Container {
  const { managerUserId, managerDisplayName } = user;
  if (user.profile.managerRaw === null || managerUserId === null) return {};
  const manager = {
    value: user.profile.managerRaw,
    $ref: locationOf(managerUserId, baseUrl),
    ...(managerDisplayName === null ? {} : { displayName: managerDisplayName }),
  };
  return { [enterpriseUrn]: { ...(wire[enterpriseUrn] as Container), manager } };
}

/** Open memberships; they are changed through the groups. */
function withGroups({ groups }: User, baseUrl: string): Container {
  if (groups.length === 0) return {};
  const element = ({ id, displayName }: User['groups'][number]): Element => {
    return { value: id, $ref: `${baseUrl}/Groups/${id}`, display: displayName, type: 'direct' };
  };
  return { groups: groups.map(element) };
}

function pick(profile: UserProfile, fields: readonly TextField[]): Record<string, string> {
  const held: Record<string, string> = {};
  for (const field of fields) {
    const value = profile[field];
    if (value !== null) held[field] = value;
  }
  return held;
}

function whole(key: string, container: Container): Container {
  return Object.keys(container).length === 0 ? {} : { [key]: container };
}

function textOf(held: Held | undefined): string | null {
  return typeof held === 'string' ? held : null;
}

function elementsOf(values: readonly ProfileValue[]): Container {
  const byAttribute: Record<string, Element[]> = {};
  for (const it of values) (byAttribute[it.attribute] ??= []).push(toElement(it));
  return byAttribute;
}

/** `primary: false` as sent stands in extra, since a stored mark cannot tell it from none. */
function toElement(it: ProfileValue): Element {
  const { primary, ...rest } = (it.extra ?? {}) as Element;
  const mark = it.isPrimary ? true : primary;
  return {
    ...(it.value === null ? {} : { value: it.value }),
    ...(it.display === null ? {} : { display: it.display }),
    ...(it.type === null ? {} : { type: it.type }),
    ...(mark === undefined ? {} : { primary: mark }),
    ...rest,
  };
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
