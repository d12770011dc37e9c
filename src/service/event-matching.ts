// Whom an event means: by id, then external id, then e-mail. Pure; called by service/ingestion with the users found.
import type { IncomingEvent, UserReference } from '../domain/activity';
import { fold } from '../domain/user';
import type { NamedUser, UserNames } from '../store/user-activity-store';

/** The form of our ids; a name of another form can be none. */
const idForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The answer: one user, or why there is none. */
export type Match =
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'unknown_user' | 'ambiguous_user' | 'user_mismatch' };

/** The names an event gives its person, in the form users are compared by. */
export interface ComparedNames {
  readonly userId: string | null;
  readonly externalId: string | null;
  readonly emailKey: string | null;
}

/** Folds the names of a reference; an id that is none of ours can name nobody. */
export function comparedNames({ id, externalId, email }: UserReference): ComparedNames {
  return {
    userId: id !== null && idForm.test(id) ? id : null,
    externalId,
    emailKey: email === null ? null : fold(email),
  };
}

/** All names in events, for one look-up. */
export function namesIn(events: readonly Pick<IncomingEvent, 'user'>[]): UserNames {
  const names = events.map(({ user }) => comparedNames(user));
  const distinct = (values: readonly (string | null)[]): string[] => [
    ...new Set(values.filter((value): value is string => value !== null)),
  ];
  return {
    ids: distinct(names.map(({ userId }) => userId)),
    externalIds: distinct(names.map(({ externalId }) => externalId)),
    emailKeys: distinct(names.map(({ emailKey }) => emailKey)),
  };
}

/** Answers references from the users found for them. */
export function createMatcher(users: readonly NamedUser[]): (reference: UserReference) => Match {
  const byId = new Map(users.map((user) => [user.id, user]));
  const byExternalId = grouped(users, ({ externalId }) => externalId);
  const byEmail = grouped(users, ({ emailKey }) => emailKey);
  return (reference) => {
    const { userId, externalId, emailKey } = comparedNames(reference);
    const named = userId === null ? undefined : byId.get(userId);
    const namesakes = emailKey === null ? [] : (byEmail.get(emailKey) ?? []);
    if (named) {
      const isOther = named.emailKey !== emailKey && namesakes.some((user) => !user.isRemoved);
      return isOther ? { kind: 'user_mismatch' } : { kind: 'user', userId: named.id };
    }
    const external = externalId === null ? [] : (byExternalId.get(externalId) ?? []);
    return onlyOne(external) ?? onlyOne(namesakes) ?? { kind: 'unknown_user' };
  };
}

/** The one live user of a name, else the one removed; undefined when the name means nobody. */
function onlyOne(users: readonly NamedUser[]): Match | undefined {
  const live = users.filter(({ isRemoved }) => !isRemoved);
  const candidates = live.length > 0 ? live : users;
  const [first] = candidates;
  if (first === undefined) return undefined;
  return candidates.length === 1 ? { kind: 'user', userId: first.id } : { kind: 'ambiguous_user' };
}

function grouped(
  users: readonly NamedUser[],
  keyOf: (user: NamedUser) => string | null,
): ReadonlyMap<string, NamedUser[]> {
  const groups = new Map<string, NamedUser[]>();
  for (const user of users) {
    const key = keyOf(user);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), user]);
  }
  return groups;
}
