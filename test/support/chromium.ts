// The system's Chromium for suites that look at pages as people see them: CHROMIUM_PATH, else the first on PATH.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page as Tab } from 'playwright-core';
import type { Browser as Visitor, Page } from './console';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The program; undefined where this machine has none. */
export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find((file) => existsSync(file));
  return process.env['CHROMIUM_PATH'] ?? found;
}

/** Starts it. */
export function openChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
}

/** Shows an answer that a visitor got, with its own headers; style sheet, script and pictures are fetched by the visitor. */
export async function showPage(context: BrowserContext, origin: string, visitor: Visitor, answer: Page): Promise<Tab> {
  const tab = await context.newPage();
  await tab.route('**/*', async (route) => {
    const { pathname } = new URL(route.request().url());
    const { status, headers, text } = pathname === '/' ? answer : await visitor.get(pathname);
    await route.fulfill({ status, headers: Object.fromEntries(headers), body: text });
  });
  await tab.goto(`${origin}/`);
  return tab;
}
