// The SCIM service provider over the real service and a real database, behind two listeners: one with the hot door before the
// app, as the product has it, and one with the app alone. Used by every HTTP suite of this room.
import { randomUUID } from 'node:crypto';
import { createServer, request, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId } from '../../src/ids';
import type { AnsweredRequest } from '../../src/domain/request-record';
import { createRequestLog } from '../../src/scim/request-log';
import { createScim, type Scim } from '../../src/scim/scim';
import { createAccess, hashToken, type Access } from '../../src/service/access';
import { createEndAccess } from '../../src/service/admin-loss';
import { createLicensing } from '../../src/service/licensing';
import { createMassChangeGuard } from '../../src/service/mass-change-guard';
import { createMembership } from '../../src/service/membership';
import { createPools } from '../../src/service/pools';
import { createProvisioning } from '../../src/service/provisioning';
import { testClock, type TestClock } from '../support/builders';
import type { TestDatabase } from '../support/database';

/** Which listener a request goes to. */
export type DoorName = 'hot' | 'app';

/** Both doors, for `describe.each`. */
export const doorNames: readonly DoorName[] = ['hot', 'app'];

/** What came back. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // Tests look into bodies of many shapes.
  readonly body: Body;
}

/** A JSON body as tests read it. */
export interface Body {
  readonly [key: string]: Body;
}

/** The id of the resource in an answer. */
export function idOf({ body }: Answered): string {
  return textOf(body, 'id');
}

/** A text member of a body; empty when there is none. */
export function textOf(body: Body, name: string): string {
  const held: unknown = body[name];
  return typeof held === 'string' ? held : '';
}

interface Sent {
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string | Buffer;
  readonly headers?: Record<string, string>;
  /** A bearer token; null sends none. */
  readonly token?: string | null;
}

/** What a suite works with. */
export interface Doors {
  readonly clock: TestClock;
  /** Token of the first organization. */
  readonly token: string;
  readonly secondToken: string;
  readonly rows: AnsweredRequest[];
  /** What was logged, a JSON text a line. */
  readonly lines: string[];
  readonly url: (door: DoorName) => string;
  send(door: DoorName, method: string, path: string, sent?: Sent): Promise<Answered>;
  /** Writes the request log now. */
  flush(): Promise<void>;
}

/** How the service provider is set up; all else as the product has it. */
export interface DoorSettings {
  readonly deadlineMs?: number;
  readonly scanMs?: number;
  /** True: /Roles and /Entitlements are there. */
  readonly hasRoles?: boolean;
}

/** Opens both listeners for the suites of a file; call it inside the describe that has `useDatabase`. */
export function useDoors(db: TestDatabase, settings: DoorSettings = {}): Doors {
  const rows: AnsweredRequest[] = [];
  const faults: unknown[] = [];
  const lines: string[] = [];
  const tokens = [`upt_scim_${randomUUID()}`, `upt_scim_${randomUUID()}`] as const;
  const clock = testClock();
  const servers = new Map<DoorName, Server>();
  let scim: Scim;
  let access: Access;
  let log: ReturnType<typeof createRequestLog>;
  beforeAll(async () => {
    access = createAccess({ database: db.database, clock });
    ({ scim, log } = compose(db, access, clock, { rows, faults, lines }, settings));
    servers.set('hot', await listen((req, res) => scim.hot(req, res, (error) => fallThrough(scim, error, req, res))));
    servers.set('app', await listen((req, res) => scim.app(req, res)));
  });
  beforeEach(async () => {
    access.forget();
    // Rows of the test before may still be waiting.
    await log.close();
    rows.length = 0;
    faults.length = 0;
    lines.length = 0;
    clock.set('2026-03-02T09:00:00Z');
    await liftLimits(db);
    await addToken(db, db.organizationId, tokens[0]);
    await addToken(db, db.secondOrganizationId, tokens[1]);
  });
  afterEach(() => {
    // A logged error is a bug of ours, whatever the answer was.
    if (faults.length > 0) throw new AggregateError(faults, 'the log has errors');
  });
  afterAll(async () => {
    await scim.close();
    for (const server of servers.values()) await new Promise((resolve) => void server.close(resolve));
  });
  const url = (door: DoorName): string => {
    const { port } = (servers.get(door) as Server).address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  };
  return {
    clock,
    token: tokens[0],
    secondToken: tokens[1],
    rows,
    lines,
    url,
    send: (door, method, path, sent = {}) => exchange(url(door), method, path, { token: tokens[0], ...sent }),
    flush: () => log.close(),
  };
}

type Listener = Parameters<Scim['app']>;

function fallThrough(scim: Scim, error: unknown, ...[req, res]: Listener): void {
  if (error) scim.answerError(error, req, res);
  else scim.app(req, res);
}

function compose(
  db: TestDatabase,
  access: Access,
  clock: TestClock,
  { rows, faults, lines }: Pick<Doors, 'rows' | 'lines'> & { readonly faults: unknown[] },
  { hasRoles, ...settings }: DoorSettings,
) {
  const line = (...said: unknown[]) => void lines.push(JSON.stringify(said));
  const log = {
    debug: line,
    info: line,
    warn: line,
    error: (facts: { error?: unknown }) => void faults.push(facts.error),
  };
  const consequences = { endSignIns: createEndAccess({ newId }), matchQuarantined: () => Promise.resolve(0) };
  const licensing = createLicensing({ newId });
  const provisioning = createProvisioning({
    database: db.database,
    clock,
    newId,
    licensing,
    consequences,
    guard: createMassChangeGuard({ newId, log, consequences }),
  });
  const membership = createMembership({ database: db.database, clock, newId, licensing });
  const pools = createPools({ database: db.database, clock, newId, licensing });
  const requestLog = createRequestLog({ write: (batch) => Promise.resolve(void rows.push(...batch)), log });
  const publicUrl = 'https://uptake.example.com';
  return {
    scim: createScim({
      provisioning,
      membership,
      access,
      requestLog,
      clock,
      newId,
      log,
      publicUrl,
      secretKey: 'k'.repeat(32),
      ...(hasRoles && { pools }),
      ...settings,
    }),
    log: requestLog,
  };
}

function listen(handler: RequestListener): Promise<Server> {
  const server = createServer(handler);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

async function addToken(db: TestDatabase, organizationId: number, token: string): Promise<void> {
  await db.sql.query(
    `INSERT INTO scim_credentials (organization_id, id, kind, label, secret_hash, last4, slot_no, last_used_at, created_at) VALUES (?, ?, 'bearer', 'test', ?, ?, 1, '2026-03-02 09:00:00', '2026-01-01')`,
    [organizationId, newId(), hashToken(token), token.slice(-4)],
  );
}

function exchange(base: string, method: string, path: string, sent: Sent): Promise<Answered> {
  const payload = sent.raw ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body));
  const headers: Record<string, string> = {
    ...(payload === undefined
      ? {}
      : { 'Content-Type': 'application/scim+json', 'Content-Length': String(Buffer.byteLength(payload)) }),
    ...(sent.token ? { Authorization: `Bearer ${sent.token}` } : {}),
    ...sent.headers,
  };
  const prefixed = path.startsWith('/scim') ? path : `/scim/v2${path}`;
  return new Promise((resolve, reject) => {
    const req = request(`${base}${prefixed}`, { method, headers }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const body = (text === '' ? {} : JSON.parse(text)) as Body;
        resolve({ status: res.statusCode ?? 0, headers: res.headers, text, body });
      });
    });
    req.on('error', reject);
    req.end(payload);
  });
}

/** The clock of these suites stands still, so no bucket is ever refilled. */
async function liftLimits(db: TestDatabase): Promise<void> {
  for (const organizationId of [db.organizationId, db.secondOrganizationId]) {
    await db.sql.query(
      `INSERT INTO organization_settings (organization_id, setting, value_json, updated_at) VALUES (?, 'limit.scim', '1000000', NOW(6))`,
      [organizationId],
    );
  }
}
