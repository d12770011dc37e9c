// /Schemas, /ResourceTypes and /ServiceProviderConfig, built once at the start from the schemas and the public address.
// They say what this server does and nothing more, the same to every organization. Source: RFC 7643 5 to 7, RFC 7644 4.
import { createHash } from 'node:crypto';
import { AppError } from '../errors';
import { maxBulkOperations } from './bulk-request';
import { cursorTimeout } from './cursors';
import { maxBytes } from './limits';
import { defaultCount, maxCount } from './paging';
import type { ResourceSchema } from './schemas';

/** One document with its entity tag. */
export interface Discovered {
  readonly body: unknown;
  readonly location: string;
  readonly version: string;
}

/** Finds the document of a path below the base, without case; undefined when the path is none of discovery. */
export type Discovery = (path: string) => Discovered | undefined;

/** @param baseUrl `https://host/scim/v2` */
export function createDiscovery(schemas: readonly ResourceSchema[], baseUrl: string): Discovery {
  const documents = schemas.flatMap((schema) => schema.documents.map((document) => schemaOf(document, baseUrl)));
  const types = schemas.map((schema) => resourceTypeOf(schema, baseUrl));
  const found = new Map<string, Discovered>();
  const add = (path: string, body: unknown): void => {
    const version = `W/"${createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 16)}"`;
    found.set(path.toLowerCase(), { body, location: `${baseUrl}${path}`, version });
  };
  const withRoles = schemas.some(({ name }) => name === 'Role');
  add('/ServiceProviderConfig', { ...configOf(baseUrl), ...(withRoles && rolesAndEntitlements) });
  add('/Schemas', listOf(documents));
  add('/ResourceTypes', listOf(types));
  for (const document of documents) add(`/Schemas/${document.id}`, document);
  for (const type of types) add(`/ResourceTypes/${type.id}`, type);
  return (path) => {
    const hit = found.get(path.toLowerCase());
    if (hit === undefined && /^\/(schemas|resourcetypes)\//i.test(path)) throw new AppError('route.not_found');
    return hit;
  };
}

/** Source: draft-ietf-scim-roles-entitlements-01. */
const rolesAndEntitlements = {
  RolesAndEntitlements: {
    roles: { supported: true, multipleRolesSupported: true, primarySupported: true, typeSupported: true },
    entitlements: { supported: true },
  },
};

function listOf(resources: readonly unknown[]): object {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: resources.length,
    startIndex: 1,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

function schemaOf(document: ResourceSchema['documents'][number], baseUrl: string) {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    ...document,
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${document.id}` },
  };
}

function resourceTypeOf({ name, endpoint, urn, documents, extensions }: ResourceSchema, baseUrl: string) {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: name,
    name,
    endpoint,
    description: documents[0]?.description,
    schema: urn,
    schemaExtensions: [...extensions.values()].map((extension) => ({ schema: extension.urn, required: false })),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${name}` },
  };
}

function configOf(baseUrl: string): object {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: maxBulkOperations, maxPayloadSize: maxBytes },
    filter: { supported: true, maxResults: maxCount },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: defaultCount,
      maxPageSize: maxCount,
      cursorTimeout,
    },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth Bearer Token',
        description: 'A bearer token made for this organization, sent in the Authorization header.',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
      {
        type: 'oauth2',
        name: 'OAuth 2.0 Client Credentials',
        description: 'Client id and secret at /oauth/token, by HTTP Basic or as form fields, for an access token.',
        specUri: 'https://www.rfc-editor.org/info/rfc6749',
        primary: false,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  };
}
