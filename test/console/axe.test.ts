// Every page of the console in Chromium against the rules of axe-core for WCAG 2.2 A and AA: light and dark, wide and narrow,
// with everything unfolded that can be.
import { readdirSync } from 'node:fs';
import type { Browser as Chromium, Page as Tab } from 'playwright-core';
import { inPackage } from '../../src/root';
import { admin, signedIn } from '../support/admin';
import { findChromium, openChromium, showPage } from '../support/chromium';
import { startConsole, type Browser, type Page, type TestConsole, type TestConsoleOptions } from '../support/console';
import { useDatabase, type TestDatabase } from '../support/database';
import { addGoldenPopulation, goldenAt } from '../support/golden-population';
import { addPeople } from '../support/people';
import { enroll } from '../support/second-factor';

// Its types would bring the whole of it into every check of types; its source alone is wanted here.
const axe = require('axe-core') as { readonly source: string };

interface World {
  readonly db: TestDatabase;
  readonly console: TestConsole;
  readonly browser: Browser;
}

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
}

interface Verdict {
  readonly passes: readonly { readonly id: string }[];
  readonly violations: readonly Finding[];
}

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const publicUrl = 'https://uptake.example.com';

const inside = ({ db, console }: World): Promise<Browser> => signedIn(console, db.organizationId);
const get = async (world: World, path: string): Promise<Page> => {
  const browser = await inside(world);
  for (const [name, value] of browser.cookies) world.browser.cookies.set(name, value);
  return world.browser.get(path);
};
const optOutPath = async ({ db, console }: World): Promise<string> => {
  const [person] = await addPeople(db.sql, db.organizationId, [{ name: 'a', since: '2026-01-02 08:00:00.000000' }]);
  const url = console.suppression.optOutUrl(db.organizationId, person!.id, console.clock.now());
  return url.slice(console.publicUrl.length);
};

const withAdmin = async ({ db, console, browser }: World): Promise<Browser> => {
  await console.administration.ensureFirstAdmin(db.organizationId, admin);
  return browser;
};

/** Template, what it shows, its heading, how to come there, and where the console is said to be. */
type Case = [
  template: string,
  what: string,
  heading: string,
  open: (world: World) => Promise<Page>,
  options?: TestConsoleOptions,
];

const beforeSignIn: Case[] = [
  ['setup', 'for the first admin', 'Set up Uptake', ({ browser }) => browser.get('/setup')],
  [
    'setup',
    'with faults',
    'Set up Uptake',
    ({ browser }) => browser.fill('/setup', { code: 'x', email: 'none', displayName: '' }),
  ],
  ['setup', 'for the recovery', 'Recover access', async (world) => (await withAdmin(world)).get('/setup')],
  ['login', 'empty', 'Sign in', async (world) => (await withAdmin(world)).get('/login')],
  [
    'login',
    'refused',
    'Sign in',
    async (world) => (await withAdmin(world)).fill('/login', { ...admin, password: 'wrong' }),
  ],
  [
    'totp',
    'with a wrong code',
    'Second step',
    async (world) => {
      await enroll(world.console, await inside(world));
      await world.browser.fill('/login', admin);
      return world.browser.fill('/login/totp', { code: '000000' });
    },
  ],
];

const afterSignIn: Case[] = [
  ['dashboard', 'of an empty organization', 'Overview', (world) => get(world, '/')],
  [
    'dashboard',
    'of a rolled-out organization',
    'Overview',
    async (world) => {
      const { db, console } = world;
      await addGoldenPopulation(db.sql, db.organizationId, db.poolId);
      await console.adoption.rebuildCounts(db.organizationId);
      console.clock.set(goldenAt);
      return get(world, '/');
    },
  ],
  ['profile', 'without a second step', 'Profile', (world) => get(world, '/profile')],
  [
    'profile',
    'with a second step, and a fault',
    'Profile',
    async (world) => {
      const browser = await inside(world);
      await enroll(world.console, browser);
      return browser.fill('/profile', { currentPassword: 'wrong', newPassword: 'short' }, '/profile/password');
    },
  ],
  ['profile', 'before it is complete', 'Set up your second step', (world) => get(world, '/profile'), { publicUrl }],
  [
    'backup-codes',
    'after the set-up',
    'Backup codes',
    async (world) => {
      const browser = await inside(world);
      await enroll(world.console, browser);
      const done = await browser.fill('/profile', { confirmPassword: admin.password }, '/profile/backup-codes');
      return browser.get(done.location);
    },
  ],
  ['logout', 'asks', 'Sign out?', (world) => get(world, '/logout')],
  ['error', 'in the frame', 'Nothing is here', (world) => get(world, '/nothing')],
];

const byLink: Case[] = [
  ['dead-link', 'says so calmly', 'This link no longer works', ({ browser }) => browser.get('/u/nothing')],
  ['opt-out', 'asks', 'Stop reminders?', async (world) => world.browser.get(await optOutPath(world))],
  [
    'opt-out',
    'stopped',
    'Reminders are off',
    async (world) => {
      const path = await optOutPath(world);
      await world.browser.post(path, {});
      return world.browser.get(path);
    },
  ],
  [
    'opt-out',
    'paused',
    'Reminders pause',
    async (world) => {
      const path = await optOutPath(world);
      await world.browser.post(`${path}/snooze`, { weeks: '2' });
      return world.browser.get(path);
    },
  ],
];

const pages = [...beforeSignIn, ...afterSignIn, ...byLink];
const program = findChromium();
const title = program === undefined ? 'not run: no Chromium on the PATH; set CHROMIUM_PATH' : 'axe-core finds nothing';

(program === undefined ? describe.skip : describe)(title, () => {
  const db = useDatabase();
  let chromium: Chromium;
  beforeAll(async () => {
    chromium = await openChromium(program ?? '');
  });
  afterAll(() => chromium.close());

  async function findings(tab: Tab): Promise<string[]> {
    const { passes, violations } = (await tab.evaluate(`axe.run({ runOnly: ${JSON.stringify(tags)} })`)) as Verdict;
    expect(passes.map(({ id }) => id)).toEqual(expect.arrayContaining(['color-contrast', 'document-title']));
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((it) => `${id}: ${it.target.join(' ')}: ${it.failureSummary}`),
    );
  }

  /** Both themes in two widths, everything unfolded; a narrow window has another navigation. */
  async function lookAt(tab: Tab): Promise<string[]> {
    const found: string[] = [];
    await tab.evaluate(axe.source);
    for (const width of [1280, 375]) {
      await tab.setViewportSize({ width, height: 800 });
      await tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
      for (const colorScheme of ['light', 'dark'] as const) {
        await tab.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        for (const fault of await findings(tab)) found.push(`${colorScheme}, ${width} px: ${fault}`);
      }
    }
    return found;
  }

  test.each(pages)('on the page %s, %s', async (...[, , heading, open, options]: Case) => {
    const console = await startConsole(db, options);
    const context = await chromium.newContext();
    try {
      const world = { db, console, browser: console.browser() };
      const answer = await open(world);

      const tab = await showPage(context, publicUrl, world.browser, answer);

      expect(await tab.textContent('h1')).toBe(heading);
      expect(await lookAt(tab)).toEqual([]);
    } finally {
      await context.close();
      await console.close();
    }
  });
});

test('axe-core looks at every page there is', () => {
  const templates = readdirSync(inPackage('templates', 'console')).map((file) => file.replace('.hbs', ''));

  const shown = new Set(['layout', ...pages.map(([template]) => template)]);

  expect(templates.filter((name) => !shown.has(name))).toEqual([]);
});
