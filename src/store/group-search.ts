// What a condition may name of a group, over alias `g`.
import { type Column, type Elements, nothing, type Searchable } from './searchable';

const columns: ReadonlyMap<string, Column> = new Map<string, Column>([
  ['id', { sql: 'g.id', as: 'id' }],
  ['displayName', { sql: 'g.display_name_key', as: 'key' }],
  ['externalId', { sql: 'g.external_id', as: 'exact' }],
  ['meta.created', { sql: 'g.created_at', as: 'instant' }],
  ['meta.lastModified', { sql: 'g.updated_at', as: 'instant' }],
]);

const memberColumns: ReadonlyMap<string, Column> = new Map<string, Column>([
  ['value', { sql: 'm.user_id', as: 'id', isFolded: true }],
  ['type', { sql: `'User'`, as: 'lower' }],
  [
    'display',
    {
      sql: '(SELECT u.display_name FROM users u WHERE u.organization_id = m.organization_id AND u.id = m.user_id)',
      as: 'lower',
    },
  ],
]);

/** A member who satisfies all of it; the index of a person's memberships can drive. */
const members: Elements = {
  some: 'g.id IN (SELECT m.group_id FROM directory_group_members m WHERE m.organization_id = g.organization_id AND m.is_open = 1 AND ({}))',
  values: [],
  column: (sub) => memberColumns.get(sub) ?? nothing,
};

/** Groups. */
export const groupSearch: Searchable = {
  root: (attribute) => columns.get(attribute) ?? nothing,
  elements: (attribute) => (attribute === 'members' ? members : undefined),
};
