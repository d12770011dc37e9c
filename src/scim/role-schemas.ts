// Schemas of /Roles and /Entitlements, two views of the license pools. Called by role-resource.ts.
// Source: draft-ietf-scim-roles-entitlements-01.
import { describedSchema, type AttributeDocument, type ResourceSchema } from './schemas';

const readOnly = { required: false, mutability: 'readOnly', returned: 'default', uniqueness: 'none' } as const;
const text = (name: string, description: string, caseExact = false): AttributeDocument => ({
  name,
  type: 'string',
  multiValued: false,
  description,
  caseExact,
  ...readOnly,
});
const flag = (name: string, description: string): AttributeDocument => ({
  name,
  type: 'boolean',
  multiValued: false,
  description,
  ...readOnly,
});
const count = (name: string, description: string): AttributeDocument => ({
  name,
  type: 'integer',
  multiValued: false,
  description,
  ...readOnly,
});
const list = (name: string, description: string): AttributeDocument => ({
  ...text(name, description, true),
  multiValued: true,
});

/** The resource type of license pools seen as roles or as entitlements. */
export function roleSchema(name: 'Role' | 'Entitlement'): ResourceSchema {
  const endpoint = name === 'Role' ? '/Roles' : '/Entitlements';
  return describedSchema(name, endpoint, {
    id: `urn:ietf:params:scim:schemas:core:2.0:${name}`,
    name,
    description: `License pool as ${name.toLowerCase()}`,
    attributes: [
      text('value', 'Code of the license pool, the value that grants it.'),
      text('display', 'Name of the license pool.'),
      text('type', 'Always "License".'),
      flag('supported', 'Whether it can be assigned.'),
      flag('limitedAssignmentsPermitted', 'Whether the number of assignments has a limit.'),
      count('totalAssignmentsPermitted', 'Seats of the license pool today.'),
      count('totalAssignmentsUsed', 'Seats that are taken.'),
      list('containedBy', 'Values that include this one; none so far.'),
      list('contains', 'Values that this one includes; none so far.'),
    ],
  });
}
