// The API over HTTP for a suite: the real router on the suite's database, a settable clock and a token of choice.
import { createHash } from 'node:crypto';
import express, { type Express } from 'express';
import { createApi } from '../../src/api/router';
import type { Scope } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import type { Log } from '../../src/log';
import { createAccess } from '../../src/service/access';
import { createAdoption } from '../../src/service/adoption';
import { createIngestion } from '../../src/service/ingestion';
import { createRateLimits } from '../../src/service/rate-limits';
import type { TestClock } from './builders';
import type { TestDatabase } from './database';

/** A log that keeps what was said, so that a test can see that nothing was. */
export interface KeptLog extends Log {
  readonly lines: { readonly level: string; readonly facts: object; readonly sentence: string }[];
}

/** A log in memory. */
export function keptLog(): KeptLog {
  const lines: KeptLog['lines'] = [];
  const at = (level: string) => (facts: object, sentence: string) => void lines.push({ level, facts, sentence });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** The app with the API at /api. */
export function anApi(db: TestDatabase, clock: TestClock, log: Log = keptLog()): Express {
  const parts = { database: db.database, clock, newId };
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(
    '/api',
    createApi({
      access: createAccess(parts),
      adoption: createAdoption(parts),
      ingestion: createIngestion(parts),
      rateLimits: createRateLimits(parts),
      log,
      ...parts,
    }),
  );
  return app;
}

/** A token of an organization with these scopes. */
export async function anApiToken(db: TestDatabase, organizationId: number, scopes: readonly Scope[]): Promise<string> {
  const id = newId();
  const token = `upt_${id.replaceAll('-', '')}`;
  await db.sql.query(
    'INSERT INTO api_tokens (organization_id, id, name, token_hash, last4, scopes, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    [
      organizationId,
      id,
      id,
      createHash('sha256').update(token).digest('hex'),
      token.slice(-4),
      JSON.stringify(scopes),
      newId(),
      new Date('2026-01-01T00:00:00Z'),
    ],
  );
  return token;
}
