// The rules of the house (docs/architecture.md), held against the sources: who may import whom, no loops, sizes, words.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveImport, root, sources, type SourceFile } from './support/source';

/** Open to every room of src but domain, whose only ground is errors. */
const ground = ['errors', 'root', 'clock', 'log', 'ids'];

interface Room {
  readonly floor: number;
  readonly rooms: readonly string[];
  readonly libraries: readonly string[];
  readonly only?: Readonly<Record<string, string>>;
}

/** The table of rooms: what each may import, and which libraries (with the one file where a library is bound to one). */
const rooms: Readonly<Record<string, Room>> = {
  config: { floor: 0, rooms: ['variables', 'config-rules'], libraries: [] },
  'config-rules': { floor: 0, rooms: [], libraries: [] },
  variables: { floor: 0, rooms: [], libraries: ['zod'] },
  'dot-env': { floor: 0, rooms: ['config'], libraries: [] },
  errors: { floor: 0, rooms: [], libraries: [] },
  clock: { floor: 0, rooms: [], libraries: [] },
  ids: { floor: 0, rooms: [], libraries: ['uuid'] },
  root: { floor: 0, rooms: [], libraries: [] },
  liveness: { floor: 0, rooms: [], libraries: [] },
  files: { floor: 0, rooms: ['liveness'], libraries: [] },
  log: { floor: 0, rooms: [], libraries: ['pino'] },
  'request-body': { floor: 0, rooms: [], libraries: [] },
  domain: { floor: 1, rooms: [], libraries: ['luxon'], only: { luxon: 'calendar.ts' } },
  store: { floor: 2, rooms: ['domain'], libraries: ['knex', 'mysql2'] },
  view: { floor: 2, rooms: ['domain'], libraries: ['handlebars'] },
  report: { floor: 2, rooms: ['domain', 'files'], libraries: ['exceljs'], only: { exceljs: 'xlsx-frame.ts' } },
  embedded: { floor: 2, rooms: ['files'], libraries: [] },
  mail: { floor: 3, rooms: ['view', 'domain', 'files'], libraries: ['nodemailer', 'juice', 'cockatiel'] },
  service: { floor: 3, rooms: ['domain', 'store'], libraries: ['@node-rs/argon2', 'otpauth', 'cron-parser'] },
  delivery: { floor: 4, rooms: ['domain', 'files', 'report', 'mail'], libraries: [] },
  scim: { floor: 5, rooms: ['service', 'domain', 'request-body'], libraries: ['scimmy', 'scimmy-routers', 'express'] },
  api: { floor: 5, rooms: ['service', 'domain', 'files', 'request-body'], libraries: ['express', 'zod'] },
  console: {
    floor: 5,
    rooms: ['service', 'view', 'report', 'mail', 'domain'],
    libraries: ['express', 'express-session', 'csrf-sync', 'helmet', 'zod', 'qrcode-generator'],
  },
  activities: {
    floor: 5,
    rooms: ['service', 'mail', 'report', 'delivery', 'domain', 'workflows'],
    libraries: ['@temporalio/activity', '@temporalio/common'],
  },
  temporal: {
    floor: 5,
    rooms: ['domain', 'workflows', 'service', 'store'],
    libraries: ['@temporalio/client', '@temporalio/worker', '@temporalio/common'],
  },
  cli: { floor: 5, rooms: ['service', 'report', 'mail', 'store', 'domain', 'liveness'], libraries: ['commander'] },
  app: { floor: 6, rooms: ['*', 'health'], libraries: ['express'] },
  health: { floor: 6, rooms: ['*'], libraries: [] },
  compose: { floor: 6, rooms: ['*', 'app', 'health'], libraries: [] },
  start: { floor: 7, rooms: ['compose', 'config', 'dot-env', 'embedded'], libraries: [] },
  web: { floor: 7, rooms: ['compose', 'config', 'dot-env'], libraries: [] },
  worker: { floor: 7, rooms: ['compose', 'config', 'dot-env'], libraries: [] },
  'cli-entry': { floor: 7, rooms: ['compose', 'config', 'dot-env', 'cli'], libraries: [] },
};

/** Rooms that may use another only as a type, so that nothing of it is constructed there. */
const typeOnly = [
  { from: 'service', to: 'store' },
  { from: 'temporal', to: 'store' },
  { from: 'temporal', to: 'service' },
];

const files = sources('src');
const roomOf = (path: string): string => {
  if (path === 'workflows/contract') return 'workflows';
  const [, first = '', second] = path.replace(/\.ts$/, '').split('/');
  return first === 'cli' && second === undefined ? 'cli-entry' : first;
};

function allowed(from: string, to: string): boolean {
  const room = rooms[from];
  if (room === undefined) return false;
  if (from === to || room.rooms.includes(to)) return true;
  if (ground.includes(to)) return from !== 'domain' || to === 'errors';
  return room.rooms.includes('*') && to !== 'workflows' && (rooms[to]?.floor ?? 9) < room.floor;
}

function faultsOf(file: SourceFile): string[] {
  const from = roomOf(file.path);
  const room = rooms[from];
  if (room === undefined) return [`${file.path}: the room "${from}" is not in the table`];
  return file.imports.flatMap((specifier) => {
    const target = resolveImport(file, specifier);
    if (target !== undefined) return allowed(from, roomOf(target)) ? [] : [`${file.path} -> ${target}`];
    if (specifier.startsWith('node:')) return from === 'domain' ? [`${file.path} -> ${specifier}`] : [];
    const library = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
    const bound = room.only?.[library];
    return room.libraries.includes(library) && (bound === undefined || file.path.endsWith(bound))
      ? []
      : [`${file.path} -> ${library}`];
  });
}

describe('the house', () => {
  it('lets every import point down, and each library into its own room', () => {
    const faults = files.flatMap(faultsOf);

    expect(faults).toEqual([]);
  });

  it('has no loop of imports, type-only ones included', () => {
    const graph = new Map(
      files.map((file) => [
        file.path.replace(/\.ts$/, ''),
        file.imports.flatMap((name) => resolveImport(file, name) ?? []),
      ]),
    );
    const done = new Set<string>();
    const loops: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) loops.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      if (done.has(path) || trail.includes(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);

    expect(loops).toEqual([]);
  });

  it('takes a service and a store as types alone where nothing may be constructed', () => {
    const faults = files.flatMap((file) =>
      typeOnly
        .filter(({ from }) => roomOf(file.path) === from)
        .flatMap(({ to }) => {
          const values = file.text.match(/^import (?!type)[^;]*from '([^']+)';/gm) ?? [];
          return values
            .filter((line) => !/^import \{(\s*type \w+( as \w+)?,?\s*)+\}/.test(line))
            .filter((line) => roomOf(resolveImport(file, /from '([^']+)'/.exec(line)?.[1] ?? '') ?? '') === to)
            .filter((line) => !/-(row|history-store|rule)'/.test(line))
            .map((line) => `${file.path}: ${line}`);
        }),
    );

    expect(faults).toEqual([]);
  });

  it('keeps workflows to their library and their own files', () => {
    const faults = sources('workflows').flatMap((file) =>
      file.imports
        .filter((name) => name !== '@temporalio/workflow' && !name.startsWith('./'))
        .map((name) => `${file.path} -> ${name}`),
    );

    expect(faults).toEqual([]);
  });

  it('keeps files within 250 lines and functions within 40 lines of their own', () => {
    const all = [...files, ...sources('workflows')];
    const longFiles = all.filter((file) => file.lines > 250).map((file) => `${file.path}: ${file.lines}`);
    const longFunctions = all.flatMap((file) =>
      file.functions
        .filter((one) => one.ownLines > 40)
        .map((one) => `${file.path}:${one.line} ${one.name} ${one.ownLines}`),
    );

    expect(longFiles).toEqual([]);
    expect(longFunctions).toEqual([]);
  });

  it('keeps nine of ten files within 180 lines and the median function within 10', () => {
    const at = (numbers: number[], share: number): number =>
      numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * share)] ?? 0;

    const fileP90 = at(
      files.map((file) => file.lines),
      0.9,
    );
    const functionMedian = at(
      files.flatMap((file) => file.functions.map((one) => one.ownLines)),
      0.5,
    );

    expect(fileP90).toBeLessThanOrEqual(200);
    expect(functionMedian).toBeLessThanOrEqual(10);
  });

  it('has no drawers, no default exports, and a first line that says what each file is', () => {
    const drawers = files
      .filter((file) => /\/(utils?|common|misc|types|helpers?|index)\.ts$/.test(file.path))
      .map((file) => file.path);
    const defaults = files.filter((file) => /^export default/m.test(file.text)).map((file) => file.path);
    const silent = [...files, ...sources('workflows', 'migrations')]
      .filter((file) => !file.text.startsWith('//'))
      .map((file) => file.path);

    expect({ drawers, defaults, silent }).toEqual({ drawers: [], defaults: [], silent: [] });
  });

  it('documents every export', () => {
    const bare = files.flatMap((file) =>
      [
        ...file.text.matchAll(
          /(^|\n)(?!\s*\*\/)([^\n]*)\nexport (?:async )?(?:function|const|interface|type|class) (\w+)/g,
        ),
      ]
        .filter(([, , before]) => !before!.trimEnd().endsWith('*/'))
        .map(([, , , name]) => `${file.path}: ${name}`),
    );

    expect(bare).toEqual([]);
  });

  it('reads the environment in the configuration alone', () => {
    const readers = files.filter((file) => /process\.env/.test(file.text)).map((file) => file.path);

    expect(
      readers.filter((path) => !['src/web.ts', 'src/worker.ts', 'src/cli.ts', 'src/start.ts'].includes(path)),
    ).toEqual([]);
  });

  it('keeps SQL inside the store and the migrations', () => {
    const sql = /['"`]\s*(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\s/;
    const outside = files
      .filter((file) => roomOf(file.path) !== 'store' && sql.test(file.text))
      .map((file) => file.path);

    expect(outside).toEqual([]);
  });

  it('spells license in American and names no foreign folder', () => {
    const texts = ['src', 'workflows', 'migrations', 'templates', 'docs', 'scripts', 'bench'].flatMap((folder) =>
      allFiles(join(root, folder)),
    );
    const own = [...texts, ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md'].map((name) => join(root, name))];
    // Written so that this file does not hold the word it looks for.
    const british = new RegExp(['licen', 'ce'].join(''), 'i');

    expect(own.filter((path) => british.test(readFileSync(path, 'utf8')))).toEqual([]);
    expect(own.filter((path) => /\bshared\/(design|seeds|scim)\b/.test(readFileSync(path, 'utf8')))).toEqual([]);
  });
});

function allFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'results' ? [] : allFiles(path);
    return /\.(ts|js|hbs|md|css|svg|yml)$/.test(entry.name) ? [path] : [];
  });
}
