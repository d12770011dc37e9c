// A demand of RFC 7643 or 7644 as a row, and the client that asks it. Used by the rows in rfc-*.ts and their one suite,
// rfc-requirements.test.ts. The demands are those that scim2/test-suite checks (docs/scim.md).
import { addPeople } from './many-people';
import type { TestClock } from '../support/builders';
import type { TestDatabase } from '../support/database';
import { idOf, type Answered, type Body, type DoorName, type Doors } from './doors';

/** One demand, and the one answer that docs/scim.md promises where the RFC leaves a choice. */
export interface Requirement {
  /** `<RFC>-<section>-L<line of its text>`; the Go suite names its requirements so too. */
  readonly id: string;
  readonly asks: string;
  /** Asks it; answers what a client saw. */
  readonly look: (scim: ScimClient) => Promise<unknown>;
  /** What must have been seen, exactly. */
  readonly sees: unknown;
}

/** What a row is called: its section, the line of the RFC's text, and what is asked. */
export function titleOf({ id, asks }: Requirement): string {
  const [rfc, section, line] = id.split('-');
  return `RFC ${rfc} ${section} ${line}: ${asks}`;
}

/** Makes a row. */
export function must(id: string, asks: string, look: Requirement['look'], sees: unknown): Requirement {
  return { id, asks, look, sees };
}

/** A resource that was just made. */
export interface Made extends Answered {
  readonly id: string;
  readonly path: string;
}

/** One door, as a client uses it. */
export interface ScimClient {
  readonly clock: TestClock;
  send: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answered>;
  /** Without a token. */
  sendBare: (method: string, path: string) => Promise<Answered>;
  /** A body as text. */
  sendText: (method: string, path: string, text: string) => Promise<Answered>;
  get: (path: string) => Promise<Answered>;
  /** The resources of a list; `query` is not encoded. */
  list: (path: string, query: Record<string, string>) => Promise<Answered>;
  patch: (path: string, ...operations: object[]) => Promise<Answered>;
  bulk: (operations: readonly object[], more?: object) => Promise<Answered>;
  /** Makes a person, with a userName of its own unless `body` has one. */
  user: (body?: object) => Promise<Made>;
  /** Makes a group, with a name of its own unless `body` has one. */
  group: (body?: object) => Promise<Made>;
  /** Adds people beside those of the clients, all at once. */
  crowd: (people: number) => Promise<void>;
}

/** The base address that answers name. */
export const publicBase = 'https://uptake.example.com/scim/v2';

/** URNs of the RFCs. */
export const urn = {
  user: 'urn:ietf:params:scim:schemas:core:2.0:User',
  group: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  enterprise: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  license: 'urn:ietf:params:scim:schemas:extension:uptake:2.0:User',
  patch: 'urn:ietf:params:scim:api:messages:2.0:PatchOp',
  list: 'urn:ietf:params:scim:api:messages:2.0:ListResponse',
  error: 'urn:ietf:params:scim:api:messages:2.0:Error',
  search: 'urn:ietf:params:scim:api:messages:2.0:SearchRequest',
  bulk: 'urn:ietf:params:scim:api:messages:2.0:BulkRequest',
} as const;

/** The client of one door. */
export function clientOf(db: TestDatabase, doors: Doors, door: DoorName): ScimClient {
  let made = 0;
  const send: ScimClient['send'] = (method, path, body, headers) =>
    doors.send(door, method, path, { body, ...(headers && { headers }) });
  const make = async (path: string, body: object): Promise<Made> => {
    const answer = await send('POST', path, body);
    if (answer.status !== 201) throw new Error(`POST ${path} was ${answer.status}: ${answer.text}`);
    return { ...answer, id: idOf(answer), path: `${path}/${idOf(answer)}` };
  };
  return {
    clock: doors.clock,
    send,
    sendBare: (method, path) => doors.send(door, method, path, { token: null }),
    sendText: (method, path, raw) => doors.send(door, method, path, { raw }),
    get: (path) => send('GET', path),
    list: (path, query) => send('GET', `${path}?${new URLSearchParams(query).toString()}`),
    patch: (path, ...Operations) => send('PATCH', path, { schemas: [urn.patch], Operations }),
    bulk: (Operations, more) => send('POST', '/Bulk', { schemas: [urn.bulk], Operations, ...more }),
    user: (body) => make('/Users', { schemas: [urn.user], userName: `person-${(made += 1)}`, ...body }),
    group: (body) => make('/Groups', { schemas: [urn.group], displayName: `group-${(made += 1)}`, ...body }),
    crowd: (people) => addPeople(db, people),
  };
}

/** The elements of an attribute, or the resources of a list. */
export function elements({ body }: Answered, name = 'Resources'): readonly Body[] {
  return (body[name] ?? []) as unknown as readonly Body[];
}

/** One member of each element. */
export function each(answer: Answered, name: string, member: string): unknown[] {
  return elements(answer, name).map((it) => it[member]);
}

/** Status and scimType. */
export function refusal({ status, body }: Answered): readonly unknown[] {
  return [status, body['scimType']];
}
