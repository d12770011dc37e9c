// Oddities of provisioning: accepted, but shown. Pure shapes, used by scim, store, service and cli.
import type { Json } from './user';

/** What was odd. */
export type FindingKind =
  'unmapped_role' | 'duplicate_email' | 'ignored_attribute' | 'unknown_manager' | 'ignored_patch' | 'no_email';

/** A finding about one user, or (null) about the mapping as a whole. `detail` holds codes and attribute names, never values. */
export interface Finding {
  readonly kind: FindingKind;
  readonly userId: string | null;
  readonly detail: { readonly [key: string]: Json };
}

/** A finding as it was noted and seen again. */
export interface OpenFinding extends Finding {
  readonly id: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly seen: number;
}

/** A name that a request held and that was left out: an unknown attribute, or a PATCH path that names nothing. */
export interface IgnoredName {
  readonly kind: 'ignored_attribute' | 'ignored_patch';
  readonly name: string;
}
