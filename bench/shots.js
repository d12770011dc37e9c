// @ts-check
// npm run shots [-- --url URL --email E --password P] [-- --out FOLDER]: pictures of every page, light and dark, in three
// widths, with a page that shows them all. Without a URL it starts a demo of its own. Also looks for what a picture hides:
// errors in the browser's console, foreign requests, pages that scroll sideways. Imports nothing from src.
'use strict';
const { spawn } = require('node:child_process');
const { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

/** @typedef {{ url: string, email: string, password: string, stop: () => Promise<void> }} Site */
/** @typedef {{ name: string, prepare: (page: import('playwright-core').Page, site: Site) => Promise<unknown> }} Shot */

const root = path.join(__dirname, '..');
const widths = [1280, 768, 375];
const themes = /** @type {const} */ (['light', 'dark']);
const readyMs = 600_000;

/** @type {Shot[]} */
const beforeSignIn = [
  { name: 'login', prepare: (page, { url }) => page.goto(`${url}/login`) },
  { name: 'login-refused', prepare: (page, site) => signIn(page, { ...site, password: 'not the password' }) },
  { name: 'setup', prepare: (page, { url }) => page.goto(`${url}/setup`) },
  { name: 'link-dead', prepare: (page, { url }) => page.goto(`${url}/u/nothing`) },
];

/** @type {Shot[]} */
const afterSignIn = [
  { name: 'overview', prepare: (page, { url }) => page.goto(`${url}/`) },
  {
    name: 'overview-tables',
    prepare: async (page, { url }) => {
      await page.goto(`${url}/`);
      for (const summary of await page.locator('details > summary:visible').all()) await summary.click();
    },
  },
  { name: 'profile', prepare: (page, { url }) => page.goto(`${url}/profile`) },
  { name: 'logout', prepare: (page, { url }) => page.goto(`${url}/logout`) },
  { name: 'error-404', prepare: (page, { url }) => page.goto(`${url}/nothing`) },
];

/** @param {import('playwright-core').Page} page @param {Site} site */
async function signIn(page, { url, email, password }) {
  await page.goto(`${url}/login`);
  await page.fill('[name=email]', email);
  await page.fill('[name=password]', password);
  await page.click('button[type=submit]');
}

/** The browser of the system: CHROMIUM_PATH, else the first on PATH. */
function findChromium() {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const found = folders
    .flatMap((folder) => names.map((name) => path.join(folder, name)))
    .find((file) => existsSync(file));
  return process.env['CHROMIUM_PATH'] ?? found;
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/**
 * A demo in a folder of its own; answers when it says that it is ready.
 * @returns {Promise<Site>}
 */
async function startDemo() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'uptake-shots-'));
  const port = await freePort();
  const environment = { ...process.env, DATA_DIR: folder, HOST: '127.0.0.1', PORT: String(port), PUBLIC_URL: '' };
  const child = spawn(process.execPath, ['--disable-proto=delete', 'scripts/bootstrap.js', 'demo'], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  let said = '';
  const ready = new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      said += chunk;
      process.stdout.write(chunk);
      if (said.includes('Uptake is ready at')) resolve(undefined);
    });
    void ended.then(() => reject(new Error('the demo ended before it was ready')));
    setTimeout(() => reject(new Error('the demo was not ready in ten minutes')), readyMs).unref();
  });
  try {
    await ready;
  } catch (error) {
    await stop();
    throw error;
  }
  const wordOf = (/** @type {string} */ name) => new RegExp(`^\\s*${name}\\s+(.+?)\\s*$`, 'm').exec(said)?.[1] ?? '';
  return { url: `http://127.0.0.1:${port}`, email: wordOf('e-mail'), password: wordOf('password'), stop };
}

/**
 * Takes one page in all themes and widths.
 * @param {import('playwright-core').Page} page
 * @param {string} folder
 * @param {string} name
 * @param {string[]} faults
 * @returns {Promise<string[]>} file names
 */
async function take(page, folder, name, faults) {
  const files = [];
  for (const colorScheme of themes) {
    for (const width of widths) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 800 });
      await page.evaluate('scrollTo(0, 0)');
      const surplus = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      if (Number(surplus) > 0) faults.push(`${name}: scrolls sideways by ${surplus} px at ${width} px`);
      const file = `${name}-${colorScheme}-${width}.png`;
      await page.screenshot({ path: path.join(folder, file), fullPage: true });
      files.push(file);
    }
  }
  return files;
}

/** @param {import('playwright-core').Page} page @param {Site} site @param {string[]} faults */
function watch(page, site, faults) {
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('console', (message) => {
    const isAnswer = message.text().startsWith('Failed to load resource: the server responded with a status of 4');
    if (message.type() === 'error' && !isAnswer) faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(site.url)) faults.push(`foreign request: ${request.url()}`);
    if (request.url().endsWith('/csp')) faults.push('a page broke its content policy');
  });
}

/** @param {string} folder @param {string[]} files */
function writeIndex(folder, files) {
  const figures = files.map((file) => `<figure><img src="${file}" alt=""><figcaption>${file}</figcaption></figure>`);
  const style =
    'body{font:14px system-ui;display:flex;flex-wrap:wrap;gap:24px}img{max-width:480px;border:1px solid #ccc}';
  const html = `<!doctype html><html lang="en"><title>Uptake: pictures</title><style>${style}</style>${figures.join('\n')}</html>`;
  writeFileSync(path.join(folder, 'index.html'), html);
}

/** @param {Site} site @param {string} folder @param {string} executablePath */
async function shoot(site, folder, executablePath) {
  const { chromium } = require('playwright-core');
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
  const browser = await chromium.launch({ executablePath, args });
  /** @type {string[]} */
  const faults = [];
  const files = [];
  try {
    const page = await browser.newPage();
    watch(page, site, faults);
    for (const { name, prepare } of beforeSignIn) {
      await prepare(page, site);
      files.push(...(await take(page, folder, name, faults)));
    }
    await signIn(page, site);
    await page.waitForURL(`${site.url}/`);
    for (const { name, prepare } of afterSignIn) {
      await prepare(page, site);
      files.push(...(await take(page, folder, name, faults)));
    }
  } finally {
    await browser.close();
  }
  writeIndex(folder, files);
  return { files, faults };
}

async function main() {
  const text = { type: /** @type {const} */ ('string') };
  const { values } = parseArgs({ options: { url: text, email: text, password: text, out: text } });
  const executablePath = findChromium();
  if (!executablePath) {
    console.log('not run: no chromium on the PATH; set CHROMIUM_PATH');
    return process.env['CI'] === 'true' ? 1 : 0;
  }
  const folder = path.resolve(values.out ?? path.join(__dirname, 'results', 'shots'));
  mkdirSync(folder, { recursive: true });
  const { url, email = '', password = '' } = values;
  const site = url ? { url: url.replace(/\/+$/, ''), email, password, stop: async () => undefined } : await startDemo();
  try {
    const { files, faults } = await shoot(site, folder, executablePath);
    for (const fault of faults) console.error(fault);
    console.log(`${files.length} pictures, ${faults.length} faults: ${path.join(folder, 'index.html')}`);
    return faults.length > 0 ? 1 : 0;
  } finally {
    await site.stop();
  }
}

if (require.main === module) {
  main().then(
    (code) => process.exit(code),
    (error) => {
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    },
  );
}
