// Every page as a reader gets it: a frame that is whole, titles that differ, and no raw value anywhere.
import { admin, signedIn } from '../support/admin';
import { startConsole, type Page, type TestConsole } from '../support/console';
import { useDatabase } from '../support/database';
import { enroll } from '../support/second-factor';

describe('every page', () => {
  const db = useDatabase();
  let console: TestConsole;
  beforeEach(async () => {
    console = await startConsole(db);
  });
  afterEach(() => console.close());

  const walk = async (): Promise<[string, Page][]> => {
    const stranger = console.browser();
    const seen: [string, Page][] = [['first setup', await stranger.get('/setup')]];
    const browser = await signedIn(console, db.organizationId);
    for (const path of ['/', '/profile', '/logout', '/nothing']) seen.push([path, await browser.get(path)]);
    seen.push(['wrong password', await browser.fill('/profile', { oldPassword: 'x' }, '/profile/password')]);
    await enroll(console, browser);
    seen.push(['profile with second step', await browser.get('/profile')]);
    for (const path of ['/login', '/setup', '/u/x', '/nothing'])
      seen.push([`stranger ${path}`, await stranger.get(path)]);
    seen.push(['refused', await stranger.fill('/login', { ...admin, password: 'x' })]);
    await stranger.fill('/login', admin);
    return [...seen, ['code', await stranger.get('/login/totp')]];
  };

  test('shows no raw value, has one heading, one main part, a language and a title', async () => {
    const pages = await walk();

    const faults = pages.flatMap(([name, { text }]) => {
      const raw = /undefined|\bnull\b|NaN|\[object|\{\{|Invalid Date/.exec(text)?.[0];
      const counts = { h1: text.match(/<h1/g)?.length, main: text.match(/<main/g)?.length };
      const isWhole = /^<!doctype html>\n<html lang="en" data-theme="(auto|light|dark)">/.test(text);
      return [
        ...(raw === undefined ? [] : [`${name}: ${raw}`]),
        ...(counts.h1 === 1 && counts.main === 1 ? [] : [`${name}: ${JSON.stringify(counts)}`]),
        ...(isWhole && /<title>[^<]+ · Uptake<\/title>/.test(text) ? [] : [`${name}: frame`]),
      ];
    });

    expect(pages.map(([name, { status }]) => `${name} ${status}`)).toHaveLength(13);
    expect(faults).toEqual([]);
  });

  test('has no inline script, style or handler, and nothing from another host', async () => {
    const faults = (await walk()).flatMap(([name, { text }]) =>
      [
        /<script(?! src="\/assets\/)/,
        /<style/,
        / style=/,
        / on[a-z]+=/,
        /(?:src|href)="(?:https?:)?\/\//,
        /javascript:/,
      ]
        .filter((rule) => rule.test(text))
        .map((rule) => `${name}: ${String(rule)}`),
    );

    expect(faults).toEqual([]);
  });

  test('links to nothing that is not there', async () => {
    const browser = await signedIn(console, db.organizationId);
    const pages = await walk();

    const links = new Set(
      pages.flatMap(([, { text }]) => [...text.matchAll(/href="(\/[^"#]*)"/g)].map(([, url]) => url!)),
    );
    const dead: string[] = [];
    for (const link of links) if ((await browser.get(link)).status >= 400) dead.push(link);

    expect([...links]).toContain('/profile');
    expect(dead).toEqual([]);
  });

  test('shows a message once', async () => {
    const browser = await signedIn(console, db.organizationId);
    await browser.fill('/profile', {}, '/profile/sessions');

    const first = await browser.get('/profile');
    const second = await browser.get('/profile');

    expect(first.text).toContain('All other sessions have ended.');
    expect(second.text).not.toContain('All other sessions have ended.');
  });
});
