// The resources as this server knows them, declared once: scimmy's schema definitions, read into a model that the
// normalizer, the filter parser, PATCH and discovery share. Nothing is advertised that does not work.
import { Schemas } from 'scimmy';
import { licenseExtension } from '../domain/license-carrier';

/** One attribute or sub-attribute. */
export interface Attribute {
  /** The schema's own spelling. */
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'integer' | 'reference' | 'dateTime' | 'binary' | 'complex';
  readonly isMulti: boolean;
  readonly isReadOnly: boolean;
  readonly isRequired: boolean;
  /** Compared as it is; else folded. */
  readonly isCaseExact: boolean;
  /** Accepted from clients, never stored: passwords and certificates. */
  readonly isDropped: boolean;
  /** Of an extension nobody declared: any value, kept as text. */
  readonly isForeign: boolean;
  /** By lower-case name; empty unless complex. */
  readonly subs: ReadonlyMap<string, Attribute>;
}

/** A schema extension of a resource. */
export interface Extension {
  readonly urn: string;
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** Everything a resource type is made of. Maps are keyed in lower case, since SCIM names have no case. */
export interface ResourceSchema {
  readonly name: string;
  readonly endpoint: string;
  readonly urn: string;
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly extensions: ReadonlyMap<string, Extension>;
  /** Whether attributes of extensions nobody declared are kept. */
  readonly keepsForeign: boolean;
  /** The schema documents as /Schemas shows them, without meta. */
  readonly documents: readonly SchemaDocument[];
}

/** A schema as RFC 7643 7 writes it. */
export interface SchemaDocument {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly AttributeDocument[];
}

/** An attribute as RFC 7643 7 writes it. */
export interface AttributeDocument {
  readonly name: string;
  readonly type: string;
  readonly multiValued: boolean;
  readonly required?: boolean;
  readonly caseExact?: boolean;
  readonly mutability?: string;
  readonly description?: string;
  readonly returned?: string;
  readonly uniqueness?: string;
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly AttributeDocument[];
}

/** The URN of the enterprise extension. Source: RFC 7643 4.3. */
export const enterpriseUrn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** The URN of the core user schema. Source: RFC 7643 4.1. */
export const userUrn = 'urn:ietf:params:scim:schemas:core:2.0:User';

const licenseDocument: SchemaDocument = {
  id: licenseExtension.urn,
  name: 'License',
  description: 'The license of a user',
  attributes: [
    {
      name: licenseExtension.code,
      type: 'string',
      multiValued: false,
      description: 'Codes of license pools, separated by semicolons; "none" for no license.',
      required: false,
      caseExact: false,
      mutability: 'readWrite',
      returned: 'default',
      uniqueness: 'none',
    },
    {
      name: licenseExtension.state,
      type: 'string',
      multiValued: false,
      description: 'Whether the user has a seat of the app: assigned, waitlisted or none.',
      required: false,
      canonicalValues: ['assigned', 'waitlisted', 'none'],
      caseExact: true,
      mutability: 'readOnly',
      returned: 'request',
      uniqueness: 'none',
    },
  ],
};

/** The URN of the group schema. Source: RFC 7643 4.2. */
export const groupUrn = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** Accepted, never stored, so never in /Schemas. */
const dropped = new Set(['password', 'x509Certificates']);
/** `$ref` is ours, whatever is advertised: it follows from `value`. */
const ours = new Set(['$ref']);

/** Attributes that every resource has and /Schemas does not show. Source: RFC 7643 3.1. */
const common: readonly AttributeDocument[] = [
  { name: 'id', type: 'string', multiValued: false, caseExact: true, mutability: 'readOnly' },
  { name: 'schemas', type: 'reference', multiValued: true, caseExact: true, mutability: 'readOnly' },
  {
    name: 'meta',
    type: 'complex',
    multiValued: false,
    mutability: 'readOnly',
    subAttributes: [
      { name: 'resourceType', type: 'string', multiValued: false, caseExact: true },
      { name: 'created', type: 'dateTime', multiValued: false },
      { name: 'lastModified', type: 'dateTime', multiValued: false },
      { name: 'location', type: 'reference', multiValued: false, caseExact: true },
      { name: 'version', type: 'string', multiValued: false, caseExact: true },
    ],
  },
];

/** App roles of Entra carry an id beside their value; it is kept, not advertised. */
const roleId: AttributeDocument = { name: 'id', type: 'string', multiValued: false, caseExact: true };

/** Reads the user resource out of scimmy's definitions; the library's own state is touched only where it is wrong. */
export function userSchema(): ResourceSchema {
  const { definition } = Schemas.User;
  const config = (name: string) =>
    (definition.attribute(name) as unknown as { config: Record<string, unknown> }).config;
  config('externalId')['shadow'] = false;
  config('roles.type')['canonicalValues'] = false;
  const core = plain(definition);
  const enterprise = plain(Schemas.EnterpriseUser.definition);
  return {
    name: 'User',
    endpoint: '/Users',
    urn: userUrn,
    attributes: toMap([...common, ...core.attributes.map(withRoleId)]),
    extensions: new Map(
      [enterprise, licenseDocument].map(({ id, attributes }) => [
        id.toLowerCase(),
        { urn: id, attributes: toMap(attributes) },
      ]),
    ),
    keepsForeign: true,
    documents: [core, enterprise, licenseDocument].map((document) => ({
      ...document,
      attributes: document.attributes.filter((it) => !dropped.has(it.name)),
    })),
  };
}

/** Reads the group resource likewise: members are users, named by id; how they are shown is ours. */
export function groupSchema(): ResourceSchema {
  const { definition } = Schemas.Group;
  (definition.attribute('externalId') as unknown as { config: Record<string, unknown> }).config['shadow'] = false;
  const described = plain(definition);
  const core = { ...described, attributes: described.attributes.map(asGroups) };
  return describedSchema('Group', '/Groups', core);
}

/** A resource type that is what one schema document says, and has no extension. */
export function describedSchema(name: string, endpoint: string, document: SchemaDocument): ResourceSchema {
  const attributes = toMap([...common, ...document.attributes]);
  const extensions = new Map<string, Extension>();
  return { name, endpoint, urn: document.id, attributes, extensions, keepsForeign: false, documents: [document] };
}

function asGroups(it: AttributeDocument): AttributeDocument {
  if (it.name === 'displayName') return { ...it, required: true, uniqueness: 'server' };
  if (it.name !== 'members') return it;
  const subs: Readonly<Record<string, Partial<AttributeDocument>>> = {
    display: { mutability: 'readOnly' },
    // Advertised as the RFC has it, so that a client that makes members from the schema names somebody who is there.
    $ref: { mutability: 'immutable', referenceTypes: ['User'] },
    type: { canonicalValues: ['User'] },
  };
  return { ...it, subAttributes: (it.subAttributes ?? []).map((sub) => ({ ...sub, ...subs[sub.name] })) };
}

function plain(definition: { describe(): unknown }): SchemaDocument {
  const { id, name, description, attributes } = JSON.parse(JSON.stringify(definition.describe())) as SchemaDocument;
  return { id, name, description, attributes: attributes.map(withOurs) };
}

function withOurs(it: AttributeDocument): AttributeDocument {
  const owned = ours.has(it.name) ? { ...it, mutability: 'readOnly' } : it;
  return owned.subAttributes ? { ...owned, subAttributes: owned.subAttributes.map(withOurs) } : owned;
}

function withRoleId(it: AttributeDocument): AttributeDocument {
  const isRole = it.name === 'roles' || it.name === 'entitlements';
  return isRole ? { ...it, subAttributes: [...(it.subAttributes ?? []), roleId] } : it;
}

function toMap(documents: readonly AttributeDocument[]): ReadonlyMap<string, Attribute> {
  return new Map(documents.map((it) => [it.name.toLowerCase(), toAttribute(it)]));
}

function toAttribute(it: AttributeDocument): Attribute {
  return {
    name: it.name,
    type: it.type as Attribute['type'],
    isMulti: it.multiValued,
    isReadOnly: it.mutability === 'readOnly' || ours.has(it.name),
    isRequired: it.required === true,
    isCaseExact: it.caseExact === true,
    isDropped: dropped.has(it.name),
    isForeign: false,
    subs: toMap(it.subAttributes ?? []),
  };
}
