// Groups between the domain and the wire. Pure; called by group-resource.ts.
import type { Group, GroupMember, GroupProfile } from '../domain/group';
import { fold } from '../domain/user';
import { AppError } from '../errors';
import type { Container, Element, Held } from './resource';
import { groupUrn } from './schemas';

const longest = 255;

/** What a client owns of a group but its members, as the plain resource that PATCH works on. */
export function toGroupWire({ displayName, externalId }: GroupProfile): Container {
  return { displayName, ...(externalId === null ? {} : { externalId }) };
}

/** The profile of a plain resource. @throws body.value when displayName is missing or a value is too long */
export function fromGroupWire({ displayName, externalId }: Container): GroupProfile {
  if (typeof displayName !== 'string' || displayName.trimEnd() === '') {
    throw new AppError('body.value', { reason: '"displayName" is required.' });
  }
  check('displayName', displayName);
  check('displayName', fold(displayName));
  if (typeof externalId === 'string') check('externalId', externalId);
  return { displayName, externalId: typeof externalId === 'string' ? externalId : null };
}

function check(name: string, text: string): void {
  if (text.length > longest && Array.from(text).length > longest) {
    throw new AppError('body.value', { reason: `"${name}" is at most ${longest} characters long.` });
  }
}

/** A group as an answer shows it; without members where they were not read. @param baseUrl `https://host/scim/v2` */
export function toGroupResource(group: Group, members: readonly GroupMember[] | undefined, baseUrl: string): Container {
  const isEmpty = members === undefined || members.length === 0;
  return {
    schemas: [groupUrn] as unknown as Held,
    id: group.id,
    ...toGroupWire(group.profile),
    ...(isEmpty ? {} : { members: members.map((member) => toElement(member, baseUrl)) }),
    meta: {
      resourceType: 'Group',
      created: group.createdAt.toISOString(),
      lastModified: group.updatedAt.toISOString(),
      location: groupLocation(group.id, baseUrl),
      version: groupVersion(group),
    },
  };
}

/** The address of a group. */
export function groupLocation(id: string, baseUrl: string): string {
  return `${baseUrl}/Groups/${id}`;
}

/** The weak entity tag of a group. */
export function groupVersion(group: Group): string {
  return `W/"${group.rowVersion}"`;
}

function toElement({ userId, displayName }: GroupMember, baseUrl: string): Element {
  return {
    value: userId,
    type: 'User',
    $ref: `${baseUrl}/Users/${userId}`,
    ...(displayName === null ? {} : { display: displayName }),
  };
}
