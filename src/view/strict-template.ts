// What a template of ours may say, and the cure for what Handlebars lets pass: even in strict mode a missing value prints
// nothing inside if, unless, each, with, lookup and helper arguments. Called by view/engine while it compiles.
import Handlebars from 'handlebars';
import { AppError } from '../errors';

/** Names of the helpers a template may call with arguments. */
export const helperNames = ['if', 'unless', 'each', 'with', 'lookup', 'date', 'number', 'plural', 'percent'] as const;

type Node = hbs.AST.Node;
type Call = hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression;
type Partial = hbs.AST.PartialStatement | hbs.AST.PartialBlockStatement;
type Refuse = (reason: string) => never;

/**
 * Checks a parsed template.
 * @param allowsBody whether `{{{body}}}`, the one unescaped place, may stand here: layouts alone
 * @throws AppError `template.failed` for a construct that is not ours
 */
export function assertOurs(program: hbs.AST.Program, template: string, allowsBody: boolean): void {
  const refuse: Refuse = (reason) => {
    throw new AppError('template.failed', { template, reason });
  };
  const rules: Record<string, (node: never) => void> = {
    MustacheStatement: (node: hbs.AST.MustacheStatement) => assertMustache(node, allowsBody, refuse),
    BlockStatement: (node: hbs.AST.BlockStatement) => assertHelper(node, refuse),
    SubExpression: (node: hbs.AST.SubExpression) => assertHelper(node, refuse),
    PartialStatement: (node: Partial) => assertPartial(node, refuse),
    PartialBlockStatement: (node: Partial) => assertPartial(node, refuse),
    Decorator: () => refuse('decorators are not allowed'),
    DecoratorBlock: () => refuse('inline partials are not allowed'),
  };
  const visitor = new Handlebars.Visitor();
  const visitChildren = visitor.accept.bind(visitor);
  visitor.accept = (node: Node) => {
    if (node) rules[node.type]?.(node as never);
    visitChildren(node);
  };
  visitor.accept(program);
}

function assertMustache(node: hbs.AST.MustacheStatement, allowsBody: boolean, refuse: Refuse): void {
  const name = nameOf(node);
  if (!node.escaped && !(allowsBody && name === 'body')) refuse(`{{{${name}}}} is not escaped`);
  if (node.params.length > 0 || (node.hash?.pairs.length ?? 0) > 0) assertHelper(node, refuse);
  else if (isHelper(node)) refuse(`${name} needs arguments`);
}

function assertHelper(node: Call, refuse: Refuse): void {
  if (!isHelper(node)) refuse(`there is no helper ${nameOf(node)}`);
}

function assertPartial(node: Partial, refuse: Refuse): void {
  if (node.name.type !== 'PathExpression') refuse('a partial is named, not computed');
}

function nameOf({ path }: Call): string {
  return 'original' in path ? path.original : 'of that kind';
}

function isHelper({ path }: Call): boolean {
  return (
    path.type === 'PathExpression' &&
    (helperNames as readonly string[]).includes((path as hbs.AST.PathExpression).original)
  );
}

/** Reads one property of a view model. @throws AppError `template.failed` when it is missing, inherited or a function */
export function present(parent: object, name: string): unknown {
  const value = Object.hasOwn(parent, name) ? (parent as Record<string, unknown>)[name] : undefined;
  if (value !== undefined && typeof value !== 'function') return value;
  throw new AppError('template.failed', { template: '', reason: `${name} is missing` });
}

/** What may be printed, as text. @throws AppError `template.failed` for null, NaN, objects and lists */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || Number.isFinite(value)) return String(value);
  const kind = value === null ? 'null' : typeof value;
  throw new AppError('template.failed', { template: '', reason: `a value is ${kind}, not text, number or boolean` });
}

/** Names that compiled code is handed by `view/engine`. */
export const injected = ['$present', '$shown', '$escaped'] as const;

interface Compiler {
  nameLookup(parent: unknown, name: string, type: string): unknown;
  append(): void;
  appendEscaped(): void;
  appendToBuffer(code: unknown): unknown;
  pushSource(code: unknown): void;
  popStack(): unknown;
}

/**
 * Makes an environment generate code that reads and prints through `present` and `shown`.
 * Source: the compiler's own extension points, handlebars/docs/compiler-api.md.
 */
export function compileStrictly(environment: typeof Handlebars): void {
  const open = environment as unknown as { JavaScriptCompiler: new () => Compiler };
  class StrictCompiler extends open.JavaScriptCompiler {
    override nameLookup(parent: unknown, name: string, type: string): unknown {
      const isValue = type === 'context' || type === 'data';
      return isValue ? ['$present(', parent, ',', JSON.stringify(name), ')'] : super.nameLookup(parent, name, type);
    }
    override append(): void {
      this.pushSource(this.appendToBuffer(['$shown(', this.popStack(), ')']));
    }
    override appendEscaped(): void {
      this.pushSource(this.appendToBuffer(['$escaped(', this.popStack(), ')']));
    }
  }
  // Blocks inside a template are compiled by what stands here.
  Object.assign(StrictCompiler.prototype, { compiler: StrictCompiler });
  open.JavaScriptCompiler = StrictCompiler;
}
