// The one template engine: pages and mails. Every template is compiled when the engine is made; a missing value throws.
// Called by compose (console pages) and by mail/mail-engine.
import { readdirSync, readFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
import Handlebars from 'handlebars';
import { AppError, toAppError } from '../errors';
import { createFormats, type DateStyle, type Formats, type Reader } from './formats';
import { assertOurs, compileStrictly, helperNames, injected, present, shown } from './strict-template';

/** A complete plain object. A helper that formats also reads `locale` and `timeZone` at its root. */
export type ViewModel = object;

/** Renders by name; a name is the path below the folder without `.hbs`, such as `dashboard` or `invitation/text`. */
export interface Engine {
  /** The names of all templates but layouts. */
  readonly names: readonly string[];
  /**
   * One page, inside its layout. Plain text (`text`, `subject`) has no layout and no HTML escaping.
   * @param layout the layout's name; it gets the same model and `body`
   * @throws AppError `template.failed` when a value is missing, is no text, number or boolean where it is printed, or the name is unknown
   */
  render(name: string, model: ViewModel, layout?: string): string;
}

/** Where templates lie, and what happens to a source before it is compiled. */
export interface EngineOptions {
  readonly folder: string;
  readonly partialsFolder: string;
  /** Which partials are loaded, by name; all when it is not said. */
  readonly takesPartial?: (name: string) => boolean;
  /** For mails: puts the style rules into the tags. Gets HTML sources alone, partials included. */
  readonly prepare?: (source: string, name: string) => string;
}

type Render = HandlebarsTemplateDelegate<ViewModel>;

/** Said aloud, else Handlebars prints a warning to stderr for each refused read. */
const ownPropertiesOnly = { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false };

/**
 * Compiles all templates of a folder.
 * @throws AppError `template.failed` for a template that does not compile or uses what is not ours
 */
export function createEngine(options: EngineOptions): Engine {
  const { folder, partialsFolder, takesPartial = () => true, prepare = (source) => source } = options;
  const formats = createFormats();
  const environments = { html: createEnvironment(formats), text: createEnvironment(formats) };
  const compileInto = (kind: 'html' | 'text', source: string, name: string): Render =>
    compile(environments[kind], kind === 'text' ? source : prepare(source, name), name, kind === 'text');
  for (const [name, source] of readTemplates(partialsFolder).filter(([partial]) => takesPartial(partial))) {
    environments.html.registerPartial(name, compileInto('html', source, name));
    environments.text.registerPartial(name, compileInto('text', source, name));
  }
  const templates = new Map<string, Render>();
  for (const [name, source] of readTemplates(folder)) {
    templates.set(name, compileInto(isPlainText(name) ? 'text' : 'html', source, name));
  }
  const run = (name: string, model: ViewModel): string => {
    const template = templates.get(name);
    if (!template) throw new AppError('template.failed', { template: name, reason: 'there is no such template' });
    return translated(name, () => template(model, ownPropertiesOnly));
  };
  return {
    names: [...templates.keys()].filter((name) => !isLayout(name)).toSorted(),
    render(name, model, layout = 'layout') {
      const body = run(name, model);
      return isPlainText(name) ? body : run(layout, { ...model, body });
    },
  };
}

/** name -> source of all templates below a folder. */
function readTemplates(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.hbs'))
    .map((file) => [file.slice(0, -'.hbs'.length).replaceAll('\\', '/'), readFileSync(`${folder}/${file}`, 'utf8')]);
}

function isPlainText(name: string): boolean {
  return /(^|\/)(text|subject)$/.test(name);
}

function isLayout(name: string): boolean {
  return /^layout(-[a-z-]+)?$/.test(name);
}

function compile(environment: typeof Handlebars, source: string, name: string, noEscape: boolean): Render {
  return translated(name, () => {
    const program = environment.parse(source);
    assertOurs(program, name, isLayout(name));
    const code = environment.precompile(program, {
      noEscape,
      knownHelpers: Object.fromEntries(helperNames.map((helper) => [helper, true])),
      knownHelpersOnly: true,
      preventIndent: true,
    });
    const build = runInThisContext(`(function (${injected.join(', ')}) { return ${code as unknown as string}; })`, {
      filename: `${name}.hbs`,
    }) as (...tools: unknown[]) => TemplateSpecification;
    const escaped = (value: unknown) => environment.escapeExpression(shown(value));
    return environment.template(build(present, shown, escaped));
  });
}

function createEnvironment(formats: Formats): typeof Handlebars {
  const environment = Handlebars.create();
  for (const unwanted of ['log', 'helperMissing', 'blockHelperMissing']) environment.unregisterHelper(unwanted);
  compileStrictly(environment);
  environment.registerHelper({
    lookup: (of: object, key: string | number) => present(of, String(key)),
    date: (at: Date, options: Handlebars.HelperOptions) =>
      formats.date(at, readerOf(options), options.hash['style'] as DateStyle | undefined),
    number: (value: number, options: Handlebars.HelperOptions) => formats.number(value, readerOf(options).locale),
    percent: (value: number, options: Handlebars.HelperOptions) => formats.percent(value, readerOf(options).locale),
    plural: (count: number, options: Handlebars.HelperOptions) =>
      formats.plural(count, readerOf(options).locale, options.hash as { one: string; other: string }),
  });
  return environment;
}

function readerOf(options: Handlebars.HelperOptions): Reader {
  const { root } = options.data as { root: Reader };
  present(root, 'locale');
  present(root, 'timeZone');
  return root;
}

/** Names the template in an error; values never get into it. */
function translated<Value>(template: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    const known = toAppError(error);
    const reason = known.code === 'template.failed' ? String(known.details['reason']) : 'see the cause';
    const inner = known.details['template'];
    throw new AppError('template.failed', { template: inner ? String(inner) : template, reason }, { cause: error });
  }
}
