// The one class and the one table of errors. Every room throws AppError with a code of this table; the edges
// (scim, api, console, activities) map the kind, never the sentence, to their protocol (docs/architecture.md).

/** What went wrong, as an edge needs to know it. No HTTP status lives here. */
export type ErrorKind =
  | 'not_found'
  | 'method'
  | 'conflict'
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'stale'
  | 'too_large'
  | 'unsupported'
  | 'unimplemented'
  | 'limited'
  | 'unavailable'
  | 'bug';

interface Entry {
  readonly kind: ErrorKind;
  readonly sentence: string;
}

const entry = (kind: ErrorKind, sentence: string): Entry => ({ kind, sentence });

/** code -> kind and the sentence a person may read. `{name}` is filled from the details. */
export const errorTable = {
  'user.not_found': entry('not_found', 'There is no such user.'),
  'group.not_found': entry('not_found', 'There is no such group.'),
  'pool.not_found': entry('not_found', 'There is no license pool with that code.'),
  'rule.not_found': entry('not_found', 'There is no license rule with that id.'),
  'rule.group_unknown': entry(
    'not_found',
    'No group is called "{match}" here. Name it as Entra provisions it (its displayName), or by the id it has here; if it has not arrived yet, provision it first.',
  ),
  'report.not_found': entry('not_found', 'There is no report with that name.'),
  'run.not_found': entry('not_found', 'There is no such report run.'),
  'snapshot.not_found': entry('not_found', 'There is no snapshot for that day.'),
  'policy.not_found': entry('not_found', 'There is no reminder policy for that stage.'),
  'token.not_found': entry('not_found', 'There is no live token or client with that id.'),
  'mail.not_found': entry('not_found', 'There is no such mail.'),
  'request.not_found': entry('not_found', 'There is no such request in the log.'),
  'work.not_found': entry('not_found', 'There is no parked work with that number.'),
  'hold.not_found': entry('not_found', 'There is no such hold.'),
  'finding.not_found': entry('not_found', 'There is no open finding with that id.'),
  'organization.not_found': entry('not_found', 'There is no such organization.'),
  'route.not_found': entry('not_found', 'There is nothing at this address.'),
  'route.method': entry('method', 'This address does not take that method.'),
  'route.unimplemented': entry('unimplemented', 'This feature is not offered.'),
  'user.user_name_taken': entry('conflict', 'Another user already has this userName.'),
  'user.email_taken': entry('conflict', 'Another user already has this e-mail address.'),
  'admin.email_taken': entry('conflict', 'An admin with this e-mail address exists already.'),
  'admin.exists': entry('conflict', 'An admin exists already; sign in instead.'),
  'group.display_name_taken': entry('conflict', 'Another group already has this displayName.'),
  'token.limit': entry('conflict', 'There are as many live tokens of that kind as may be; revoke one first.'),
  'token.name_taken': entry('conflict', 'Another live token already has this name.'),
  'organization.slug_taken': entry('conflict', 'Another organization already has this slug.'),
  'hold.decided': entry('conflict', 'This hold was decided otherwise already.'),
  'row.conflict': entry('conflict', 'A row with these values exists already.'),
  'body.syntax': entry('invalid', 'The body is not valid JSON.'),
  'body.shape': entry('invalid', '{reason}'),
  'body.value': entry('invalid', '{reason}'),
  'query.value': entry('invalid', '{reason}'),
  'cursor.invalid': entry('invalid', 'The cursor is none of this list; ask for the first page with an empty cursor.'),
  'cursor.expired': entry('invalid', 'The cursor is older than an hour; ask for the first page with an empty cursor.'),
  'cursor.count': entry('invalid', '{reason}'),
  'filter.invalid': entry('invalid', '{reason}'),
  'path.invalid': entry('invalid', '{reason}'),
  'path.no_target': entry('invalid', '{reason}'),
  'attribute.mutability': entry('invalid', '{reason}'),
  'result.too_many': entry('invalid', '{reason}'),
  'input.invalid': entry('invalid', '{reason}'),
  'token.invalid': entry('unauthenticated', 'The bearer token is missing, unknown, expired or revoked.'),
  'client.invalid': entry('unauthenticated', 'The client is unknown, or its secret is wrong, expired or revoked.'),
  'scope.missing': entry('forbidden', 'The token does not carry the scope "{scope}".'),
  'role.missing': entry('forbidden', 'Your role does not allow this.'),
  'csrf.invalid': entry('forbidden', 'The form is too old or came from another site. Nothing was changed.'),
  'sign_in.refused': entry('unauthenticated', 'E-mail, password or code is not right.'),
  'sign_in.required': entry('unauthenticated', 'Please sign in.'),
  'code.refused': entry('unauthenticated', 'This code is unknown, used or too old.'),
  'version.stale': entry('stale', 'The resource was changed meanwhile; read it again.'),
  'body.too_large': entry('too_large', 'The body is larger than {limit}.'),
  'report.too_large': entry('too_large', 'The report is larger than {limit}.'),
  'url.too_long': entry('too_large', 'The URL is longer than 16 kB.'),
  'body.type': entry('unsupported', 'The Content-Type is not supported; send {expected}.'),
  'body.encoding': entry('unsupported', 'The Content-Encoding is not supported; send the body as it is.'),
  'rate.limited': entry('limited', 'Too many requests; try again in {retryAfter} s.'),
  'database.unavailable': entry(
    'unavailable',
    'The database does not answer. Whether the change was made is not known; repeat it.',
  ),
  'database.busy': entry('unavailable', 'The database is busy; nothing was changed. Try again.'),
  'database.migrating': entry('unavailable', 'The database is not migrated yet; nothing was changed.'),
  'deadline.passed': entry('unavailable', 'The answer took too long; repeating the request is safe.'),
  'body.slow': entry('unavailable', 'The body did not arrive in time.'),
  'keys.unavailable': entry('unavailable', 'The keys of the identity provider cannot be read; try again.'),
  'mail.unreachable': entry('unavailable', 'The mail relay cannot be reached.'),
  'temporal.unavailable': entry('unavailable', 'Temporal cannot be reached.'),
  'destination.unavailable': entry('unavailable', 'The destination cannot be reached: {reason}'),
  'server.failed': entry('unavailable', '{reason}'),
  'sign_in.busy': entry('unavailable', 'Too many people sign in at once; try again.'),
  'template.failed': entry('bug', 'The template "{template}" cannot be rendered: {reason}'),
  bug: entry('bug', 'Something unexpected went wrong.'),
} as const satisfies Record<string, Entry>;

/** Every code an AppError can carry. */
export type ErrorCode = keyof typeof errorTable;

/** Facts of one error: fills the sentence's places; never a name, an address, SQL or a secret. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** The only error thrown on purpose. `@example throw new AppError('user.not_found', { userId })` */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options: { cause?: unknown } = {}) {
    const { kind, sentence } = errorTable[code];
    super(fill(sentence, details), options);
    this.name = 'AppError';
    this.code = code;
    this.kind = kind;
    this.details = details;
  }
}

function fill(sentence: string, details: ErrorDetails): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? ''));
}

/** Any thrown value as an AppError; what is not one already is a bug, kept as its cause. */
export function toAppError(error: unknown): AppError {
  return error instanceof AppError ? error : new AppError('bug', {}, { cause: error });
}
