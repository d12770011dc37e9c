// The console over a real database on a free port, and a browser's manners in a few lines: cookies, forms, no redirects.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createConsole } from '../../src/console/router';
import { newId } from '../../src/ids';
import type { Log } from '../../src/log';
import { inPackage } from '../../src/root';
import { createAdoption, type Adoption } from '../../src/service/adoption';
import { createAdministration, type Administration } from '../../src/service/administration';
import { createSuppression, type SuppressionService } from '../../src/service/suppression';
import { createEngine } from '../../src/view/engine';
import { testClock, type TestClock } from './builders';
import type { TestDatabase } from './database';

/** A console that runs. */
export interface TestConsole {
  readonly url: string;
  readonly publicUrl: string;
  readonly administration: Administration;
  readonly adoption: Adoption;
  readonly suppression: SuppressionService;
  readonly clock: TestClock;
  readonly logged: { level: string; facts: object }[];
  browser(): Browser;
  close(): Promise<void>;
}

/** An answer, with its text read. */
export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly location: string;
}

/** Somebody with cookies who sends forms from our own pages. */
export interface Browser {
  readonly cookies: Map<string, string>;
  get(path: string): Promise<Page>;
  /** Sends a form from our own origin; `headers` may say otherwise. */
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Page>;
  /** Opens a page, takes its hidden fields over, and sends the form that goes to `action`. */
  fill(page: string, form: Record<string, string>, action?: string): Promise<Page>;
}

/** Where the console is said to be; `https://…` makes it a public one. */
export interface TestConsoleOptions {
  readonly publicUrl?: string;
  readonly secretKey?: string;
}

/** Starts a console. */
export async function startConsole(db: TestDatabase, options: TestConsoleOptions = {}): Promise<TestConsole> {
  const clock = testClock();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const publicUrl = options.publicUrl ?? url;
  const secretKey = options.secretKey ?? 'a key of tests that is long enough to be taken';
  const isLoopback = publicUrl === url;
  const administration = createAdministration({ database: db.database, clock, newId, secretKey, isLoopback });
  const adoption = createAdoption({ database: db.database, clock });
  const suppression = createSuppression({ database: db.database, clock, newId, secretKey, publicUrl });
  const logged: TestConsole['logged'] = [];
  const app = express();
  app.disable('x-powered-by').disable('etag').set('trust proxy', 1);
  app.use(
    createConsole({
      administration,
      adoption,
      suppression,
      engine: createEngine({
        folder: inPackage('templates', 'console'),
        partialsFolder: inPackage('templates', 'partials'),
      }),
      assetsFolder: inPackage('templates', 'assets'),
      clock,
      newId,
      log: logInto(logged),
      publicUrl,
      isLoopback,
    }),
  );
  server.on('request', app);
  return {
    url,
    publicUrl,
    administration,
    adoption,
    suppression,
    clock,
    logged,
    browser: () => browser(url, publicUrl),
    close: () => stop(server),
  };
}

function logInto(lines: TestConsole['logged']): Log {
  const write = (level: string) => (facts: object) => void lines.push({ level, facts });
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** A browser that stands at a console. */
export function browser(url: string, origin: string): Browser {
  const cookies = new Map<string, string>();
  const ask = async (path: string, init: RequestInit): Promise<Page> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookie ? { cookie } : {}), ...(init.headers as Record<string, string>) };
    const answer = await fetch(`${url}${path}`, { ...init, headers, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) keep(cookies, line);
    const location = answer.headers.get('location') ?? '';
    return { status: answer.status, headers: answer.headers, text: await answer.text(), location };
  };
  const post = (path: string, form: Record<string, string>, headers: Record<string, string> = { origin }) =>
    ask(path, { method: 'POST', body: new URLSearchParams(form), headers });
  return {
    cookies,
    get: (path) => ask(path, { method: 'GET' }),
    post,
    fill: async (page, form, action = page) => {
      const { text } = await ask(page, { method: 'GET' });
      return post(action, { ...hiddenFields(text, action), ...form });
    },
  };
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = ''] = line.split(';');
  const name = pair.slice(0, pair.indexOf('='));
  if (/expires=thu, 01 jan 1970/i.test(line)) cookies.delete(name);
  else cookies.set(name, pair.slice(name.length + 1));
}

/** The hidden fields of the form that goes to an action. */
export function hiddenFields(html: string, action: string): Record<string, string> {
  const path = action.split('?')[0] ?? action;
  const form = html.split('<form').find((part) => part.includes(`action="${path}"`)) ?? '';
  const inputs = form
    .slice(0, form.indexOf('</form>'))
    .matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g);
  return Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, readable(value)]));
}

/** HTML text as a browser reads it. */
export function readable(html: string): string {
  return html
    .replaceAll(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}
