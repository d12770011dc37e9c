// The SCIM 2.0 service provider: two doors with one behavior. Composed by compose/, called by app.ts: the hot door first, the
// app for what it leaves.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock';
import type { NewId } from '../ids';
import type { Log } from '../log';
import type { Membership } from '../service/membership';
import { createBulk } from './bulk';
import { createCursors } from './cursors';
import { createDiscovery } from './discovery';
import { createExchanges, type Exchange, type Exchanges, type TokenCheck } from './exchange';
import { createGroupResource } from './group-resource';
import { createHotDoor, type Door } from './hot';
import { createListing } from './listing';
import type { RequestLog } from './request-log';
import { createRoleResources, type PoolList } from './role-resource';
import { createScimApp } from './router';
import { declareResources } from './scimmy-resource';
import { createSearch } from './search';
import { createUserResource, type ProvisioningPort } from './user-resource';
import { createWalks } from './walks';

interface Dependencies {
  readonly provisioning: ProvisioningPort;
  readonly membership: Membership;
  /** The license pools, where /Roles and /Entitlements are on. */
  readonly pools?: PoolList | undefined;
  readonly access: TokenCheck;
  readonly requestLog: Omit<RequestLog, 'promise'>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  /** Base of `meta.location`, without a path: `https://uptake.example.com` */
  readonly publicUrl: string;
  /** Seals cursors. */
  readonly secretKey: string;
  /** Milliseconds a list without an index may take; 5 s unless a test says otherwise. */
  readonly scanMs?: number;
  /** From the start of a request to its answer; 10 s unless a test says otherwise. */
  readonly deadlineMs?: number;
}

/** Both doors. URLs come with their prefix, `/scim/v2` or `/scim`. */
export interface Scim {
  /** GET, POST and PATCH of users and groups; calls `next` for all else, with an error for an address that cannot be read. */
  readonly hot: Door;
  readonly app: (req: IncomingMessage, res: ServerResponse) => void;
  /** Answers an error that `hot` has passed on, once the token is known to be right. */
  readonly answerError: (error: unknown, req: IncomingMessage, res: ServerResponse) => void;
  /** Answers an error to whoever asks: tokens cannot be looked at before the schema is there. */
  readonly refuse: (error: unknown, req: IncomingMessage, res: ServerResponse) => void;
  /** Writes the rest of the request log. */
  close(): Promise<void>;
}

const deadlineMs = 10_000;

/** Makes the service provider; refuses to start when scimmy-routers is not the one it was built for. */
export function createScim(dependencies: Dependencies): Scim {
  const baseUrl = `${dependencies.publicUrl.replace(/\/+$/, '')}/scim/v2`;
  declareResources();
  const { provisioning, membership, pools, clock, scanMs } = dependencies;
  const cursors = createCursors(dependencies.secretKey);
  const listing = createListing({ clock, scanMs, cursors, walks: createWalks() });
  const users = createUserResource({ provisioning, listing, baseUrl });
  const groups = createGroupResource({ membership, listing, baseUrl });
  const roles = pools === undefined ? [] : createRoleResources({ pools, listing, baseUrl });
  const exchanges = createExchanges({ deadlineMs, ...dependencies });
  const discovery = createDiscovery(
    [users, groups, ...roles].map(({ schema }) => schema),
    baseUrl,
  );
  const bulk = createBulk({ deadlineMs, ...dependencies, kinds: [users, groups], baseUrl });
  const search = createSearch({ clock, cursors });
  const app = createScimApp({ exchanges, users, groups, roles, discovery, bulk, search });
  return {
    hot: createHotDoor({ exchanges, users, groups }),
    app: (req, res) => app(req, res),
    answerError: (error, req, res) => void refuse(exchanges, exchanges.open(req, res), error),
    refuse: (error, req, res) => exchanges.fail(exchanges.open(req, res), error),
    close: () => dependencies.requestLog.close(),
  };
}

/** An address that cannot be read: a stranger does not learn what was wrong with it. */
async function refuse(exchanges: Exchanges, exchange: Exchange, error: unknown): Promise<void> {
  try {
    await exchanges.authenticate(exchange);
    exchanges.fail(exchange, error);
  } catch (refusal) {
    exchanges.fail(exchange, refusal);
  }
}
