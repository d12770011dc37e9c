// `scim dry-run`: one SCIM request through the product's own doors over a database in which nothing stays. Called by
// scim-commands.ts.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Rehearsed } from '../cli/dry-run-command';
import type { RequestedChange } from '../domain/request-record';
import type { Caller } from '../domain/caller';
import { AppError } from '../errors';
import type { LoggedRequest } from '../scim/logged-request';
import { createScim, type Scim } from '../scim/scim';
import { createIngestion } from '../service/ingestion';
import { rehearsalOf } from '../store/rehearsal';
import { createDirectory, type Core } from './core';

/** A request to try. */
export interface Trial {
  readonly method: string;
  /** `/Users/…`, with or without `/scim/v2`. */
  readonly path: string;
  readonly body: string | undefined;
}

/** Stands for the credential; no row has it. */
const credentialId = '00000000-0000-0000-0000-000000000000';
const hourMs = 3_600_000;

/** Runs the request and tells what would have been. */
export async function rehearse(core: Core, { organizationId }: Caller, trial: Trial): Promise<Rehearsed> {
  const changes: RequestedChange[] = [];
  const logged: LoggedRequest[] = [];
  const token = core.newId();
  const scim = createTrialDoors(core, { organizationId, token }, changes, logged);
  const server = createServer((req, res) =>
    scim.hot(req, res, (error) => (error ? scim.answerError(error, req, res) : scim.app(req, res))),
  );
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const path = /^\/scim(\/|$)/.test(trial.path) ? trial.path : `/scim/v2${trial.path}`;
  const url = `http://127.0.0.1:${port}${path}`;
  try {
    const isOne = /^\/[^/?]+\/[^/?.]+/.test(path.replace(/^\/scim(\/v2)?/, '')) && trial.method !== 'GET';
    const before = isOne ? await ask(url, token, { ...trial, method: 'GET', body: undefined }) : undefined;
    const answer = await ask(url, token, trial);
    return told({ before, answer, logged: logged.at(-1), changes });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  }
}

function createTrialDoors(
  core: Core,
  { organizationId, token }: { organizationId: number; token: string },
  changes: RequestedChange[],
  logged: LoggedRequest[],
): Scim {
  const { clock, newId, log, config } = core;
  let requestId = '';
  const database = rehearsalOf(core.database, async ({ requestHistory }) => {
    const receivedAt = new Date(clock.now().getTime() - hourMs);
    changes.push(...(await requestHistory.listChanges({ requestId, credentialId, receivedAt, durationMs: hourMs })));
  });
  const parts = { database, clock, newId };
  const { membership, pools, provisioning } = createDirectory(parts, createIngestion(parts), log);
  const actor = { kind: 'scim' as const, id: credentialId };
  /** Nobody else on this machine gets in while the doors are open. */
  const scimCaller = async (sent: string, id: string) => {
    if (sent !== token) throw new AppError('token.invalid');
    requestId = id;
    return { organizationId, actor, requestId: id, credentialId, perSecond: Infinity };
  };
  const requestLog = {
    add: (request: LoggedRequest) => void logged.push(request),
    stats: () => ({ queued: 0, dropped: 0 }),
    close: () => Promise.resolve(),
  };
  return createScim({
    pools: config.scim.hasRoles ? pools : undefined,
    provisioning,
    membership,
    access: { scimCaller, admit: () => undefined },
    requestLog,
    clock,
    newId,
    log,
    publicUrl: config.web.publicUrl,
    secretKey: core.secretKey,
  });
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function ask(url: string, token: string, { method, body }: Trial): Promise<Answer> {
  const sent = method === 'GET' ? undefined : body;
  const headers = {
    Authorization: `Bearer ${token}`,
    ...(sent !== undefined && { 'Content-Type': 'application/scim+json' }),
  };
  const response = await fetch(url, { method, headers, ...(sent !== undefined && { body: sent }) });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
}

function told({
  before,
  answer,
  logged,
  changes,
}: {
  before: Answer | undefined;
  answer: Answer;
  logged: LoggedRequest | undefined;
  changes: readonly RequestedChange[];
}): Rehearsed {
  const isDone = answer.status < 300;
  const beforeBody = before?.status === 200 ? before.body : null;
  return {
    status: answer.status,
    decision: logged?.decision ?? null,
    operations: logged?.operations ?? [],
    warnings: logged?.warnings ?? [],
    before: beforeBody,
    after: isDone ? answer.body : beforeBody,
    error: isDone ? null : answer.body,
    changes,
  };
}
