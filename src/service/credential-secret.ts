// Secrets as they are made: 256 random bits behind a prefix that secret scanners know. Called by whoever makes a token.
import { randomBytes } from 'node:crypto';

/** What a secret opens: SCIM, the API, the token endpoint, or SCIM for an hour. */
export type SecretKind = 'scim' | 'api' | 'client' | 'access';

const prefixes: Readonly<Record<SecretKind, string>> = {
  scim: 'upt_scim_',
  api: 'upt_',
  client: 'upt_client_',
  access: 'upt_access_',
};

/** A new secret: its prefix and 43 base64url characters. */
export function newSecret(kind: SecretKind): string {
  return `${prefixes[kind]}${randomBytes(32).toString('base64url')}`;
}
