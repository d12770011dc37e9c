// A directory that provisions as Microsoft Entra ID does: its documented bodies and both of its dialects. Called by
// test/journeys. Source: Microsoft Learn, "Develop and plan provisioning for a SCIM endpoint".
import { randomUUID } from 'node:crypto';
import type { Answer, Product } from './product';

/** Somebody in the directory. */
export interface Hire {
  readonly userName: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email?: string;
}

/** A user as the product answers it. */
export interface ScimUser {
  readonly id: string;
  readonly userName: string;
  readonly active: boolean;
  readonly externalId: string;
  readonly name: { readonly givenName?: string; readonly familyName?: string };
  readonly emails: readonly { readonly value: string }[];
}

/** One operation of a PATCH as it is sent. */
export interface Operation {
  readonly op: string;
  readonly path?: string;
  readonly value?: unknown;
}

const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** The body Entra sends for a new user, with the display name of its default mapping. */
export function entraUser(hire: Hire): object {
  const { userName, givenName, familyName, email = userName } = hire;
  return {
    schemas: [core, enterprise],
    externalId: randomUUID(),
    userName,
    active: true,
    displayName: `${givenName} ${familyName}`,
    emails: [{ primary: true, type: 'work', value: email }],
    meta: { resourceType: 'User' },
    name: { formatted: `${givenName} ${familyName}`, familyName, givenName },
    roles: [],
  };
}

/** The body of a PATCH. */
export function entraPatch(...operations: readonly Operation[]): object {
  return { schemas: [patchOp], Operations: operations };
}

/** The verbs of the directory against one product; all but `find` expect success. */
export function entraClient(product: Pick<Product, 'scim'>) {
  const well = async (what: string, asked: Promise<Answer>): Promise<ScimUser> => {
    const { status, body } = await asked;
    if (status < 200 || status > 299) throw new Error(`${what}: ${status} ${JSON.stringify(body)}`);
    return body as ScimUser;
  };
  const patch = (id: string, ...operations: readonly Operation[]): Promise<ScimUser> =>
    well('PATCH', product.scim('PATCH', `/Users/${id}`, entraPatch(...operations)));
  return {
    create: (hire: Hire): Promise<ScimUser> => well('POST', product.scim('POST', '/Users', entraUser(hire))),
    find: async (userName: string): Promise<ScimUser[]> => {
      const filter = encodeURIComponent(`userName eq "${userName}"`);
      const { status, body } = await product.scim('GET', `/Users?filter=${filter}`);
      if (status !== 200) throw new Error(`filter: ${status} ${JSON.stringify(body)}`);
      return (body as { Resources: ScimUser[] }).Resources;
    },
    patch,
    /** `active` as text, as Entra's first dialect has it. */
    deactivate: (id: string): Promise<ScimUser> => patch(id, { op: 'Replace', path: 'active', value: 'False' }),
  };
}
