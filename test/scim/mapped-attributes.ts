// The attributes of Entra's mapping as the page docs/scim.md lists them: the path a client writes, values to send, and where an
// answer has them. Called by the suites about that page and about Microsoft's validators.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/source';
import type { Body } from './doors';

/** The page. */
export const page = readFileSync(join(root, 'docs/scim.md'), 'utf8');

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** A mapped attribute. */
export interface Mapped {
  /** As it stands in a PATCH of Entra. */
  readonly path: string;
  /** What Entra sends. @param name any text, the same text gives the same value */
  sent(name: string): unknown;
  /** The same as an answer shows it. */
  shown(name: string): unknown;
  /** What an answer has there. */
  read(body: Body): unknown;
}

/** What stands under a heading of the page, to the next one of any level. */
export function section(heading: string): string {
  const [, rest = ''] = page.split(`\n${heading}\n`);
  return rest.split(/\n#+ /)[0] ?? '';
}

const rows = section("## Entra's attributes").matchAll(/^\|[^|]*\| `([^`]+)` \| .+\|$/gm);

/** All of them, in the order of the page. */
export const mapped: readonly Mapped[] = [...rows].map(([, path = '']) => toMapped(path));

/** A body of POST or a path-less PATCH with all of them in the form of Entra's second dialect. */
export function bodyOf(some: readonly Mapped[], name: string): Record<string, unknown> {
  return Object.fromEntries(some.map((it) => [it.path, it.sent(name)]));
}

function toMapped(path: string): Mapped {
  const read = readerOf(path);
  if (path === 'active') return { path, read, sent: () => 'False', shown: () => false };
  if (path === 'roles') {
    const roles = (name: string) => [{ value: name, display: `Role ${name}` }];
    return { path, read, sent: roles, shown: roles };
  }
  const text = (name: string) => `${/(\w+)\W*$/.exec(path)?.[1] ?? ''} of ${name}`;
  const isManager = path.endsWith(':manager');
  return { path, read, sent: text, shown: (name) => (isManager ? { value: text(name) } : text(name)) };
}

function readerOf(path: string): Mapped['read'] {
  const [, list = '', type, sub = ''] = /^(\w+)\[type eq "(\w+)"\]\.(\w+)$/.exec(path) ?? [];
  if (type !== undefined) {
    return (body) =>
      ((body[list] ?? []) as unknown as Record<string, unknown>[]).find((it) => it['type'] === type)?.[sub];
  }
  const names = path.startsWith(enterprise) ? [enterprise, path.slice(enterprise.length + 1)] : path.split('.');
  return (body) => names.reduce<Body | undefined>((held, name) => held?.[name], body);
}
