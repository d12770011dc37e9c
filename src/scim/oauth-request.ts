// What a client sends to the token endpoint: a small form, its credentials in the form or by HTTP Basic. Called by oauth.ts.
// Source: RFC 6749 2.3.1, 4.4.2.
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { type BodyLimits, collectBody } from '../request-body';

/** The error codes of RFC 6749 5.2 that are used here, and those for what it leaves to HTTP. */
export type OAuthError =
  'invalid_request' | 'invalid_client' | 'unsupported_grant_type' | 'temporarily_unavailable' | 'server_error';

/** A refusal in the words of RFC 6749. */
export interface OAuthRefusal {
  readonly status: number;
  readonly error: OAuthError;
  readonly description: string;
}

/** Thrown while a request is read. */
export interface Refused {
  readonly refusal: OAuthRefusal;
}

/** What was read. */
export type TokenRequest = { readonly clientId: string } & (
  { readonly secret: string } | { readonly assertion: string }
);

/** Source: RFC 7523 2.2. */
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const formLimits: BodyLimits = {
  maxBytes: 16_384,
  tooLarge: () => refused(413, 'invalid_request', 'The form is larger than 16 KiB.'),
  cutShort: () => refused(400, 'invalid_request', 'The form ended early.'),
};

function refused(status: number, error: OAuthError, description: string): Error & Refused {
  const refusal: OAuthRefusal = { status, error, description };
  return Object.assign(new Error(error), { refusal });
}

/** @throws Refused */
export function refuse(status: number, error: OAuthError, description: string): never {
  throw refused(status, error, description);
}

/** The refusal that was thrown, if it was one. */
export function refusalOf(error: unknown): OAuthRefusal | undefined {
  return (error as Partial<Refused> | null)?.refusal;
}

/** Whether the client came with HTTP Basic. */
export function usesBasic(req: IncomingMessage): boolean {
  return /^basic(\s|$)/i.test(req.headers.authorization ?? '');
}

/** Reads the form, 16 KiB at most. @throws Refused invalid_request */
export async function readForm(req: IncomingMessage): Promise<ReadonlyMap<string, string>> {
  const type = (req.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  const encoding = req.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (type !== 'application/x-www-form-urlencoded')
    refuse(400, 'invalid_request', 'Send the parameters as application/x-www-form-urlencoded.');
  if (encoding !== 'identity') refuse(400, 'invalid_request', 'Send the form as it is, not compressed.');
  const bytes = await collectBody(req, formLimits);
  if (!isUtf8(bytes)) refuse(400, 'invalid_request', 'The form is not UTF-8.');
  return fieldsOf(bytes.toString('utf8'));
}

/** Names are unique; a parameter without a value counts as absent. Source: RFC 6749 3.2. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const seen = new Set<string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (seen.has(name)) refuse(400, 'invalid_request', 'A parameter is given twice.');
    seen.add(name);
    if (value !== '') fields.set(name, value);
  }
  return fields;
}

/**
 * The client's credentials and that it asks for what there is.
 * @throws Refused invalid_request, unsupported_grant_type, invalid_client
 */
export function readTokenRequest(req: IncomingMessage, form: ReadonlyMap<string, string>): TokenRequest {
  const grantType = form.get('grant_type');
  if (grantType === undefined) refuse(400, 'invalid_request', 'The parameter grant_type is missing.');
  if (grantType !== 'client_credentials')
    refuse(400, 'unsupported_grant_type', 'The grant type offered is client_credentials.');
  const header = req.headers.authorization;
  const ways = [header !== undefined, form.has('client_secret'), form.has('client_assertion')];
  if (ways.filter(Boolean).length > 1)
    refuse(
      400,
      'invalid_request',
      'Send the credentials in one way: HTTP Basic, a secret in the form, or an assertion.',
    );
  const assertion = form.get('client_assertion');
  if (assertion !== undefined) return fromAssertion(assertion, form);
  if (header !== undefined) return fromBasic(header, form.get('client_id'));
  const [clientId, secret] = [form.get('client_id'), form.get('client_secret')];
  if (clientId === undefined || secret === undefined) unknownClient();
  return { clientId, secret };
}

function fromAssertion(assertion: string, form: ReadonlyMap<string, string>): TokenRequest {
  if (form.get('client_assertion_type') !== assertionType)
    refuse(400, 'invalid_request', `The client_assertion_type offered is ${assertionType}.`);
  const clientId = form.get('client_id');
  if (clientId === undefined) unknownClient();
  return { clientId, assertion };
}

/** id and secret are form-encoded before they are joined. Source: RFC 6749 2.3.1. */
function fromBasic(header: string, formId: string | undefined): TokenRequest {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header)?.[1] ?? '';
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const [clientId, secret] = [decoded(text.slice(0, Math.max(colon, 0))), decoded(text.slice(colon + 1))];
  if (colon < 1 || clientId === undefined || secret === undefined) unknownClient();
  if (formId !== undefined && formId !== clientId)
    refuse(400, 'invalid_request', 'The client_id of the form is another one than that of HTTP Basic.');
  return { clientId, secret };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** One answer for every client that cannot be told to be one. */
function unknownClient(): never {
  return refuse(401, 'invalid_client', 'The client is unknown, or its secret is wrong, expired or revoked.');
}
