// What a template of ours may say, and the cure for what Handlebars lets pass: a missing value prints nothing inside
// if, unless, each, with, lookup and helper arguments even in strict mode. Called by view/engine while it compiles.
import Handlebars from 'handlebars';
import { AppError } from '../errors';

/** Names of the helpers a template may call with arguments. */
export const helperNames = ['if', 'unless', 'each', 'with', 'lookup', 'date', 'number', 'plural', 'percent'] as const;

/** The helpers that check: one for what is printed, one for what is passed on. No template names them itself. */
export const checks = { shown: '$shown', present: '$present' } as const;

type Node = hbs.AST.Node;
type Expression = hbs.AST.Expression;
type Call = hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression;

/**
 * Checks a parsed template and wraps each value in a check, in place.
 * @param allowsBody whether `{{{body}}}`, the one unescaped place, may stand here: layouts alone
 * @throws AppError `template.failed` for a construct that is not ours
 */
export function makeStrict(program: hbs.AST.Program, template: string, allowsBody: boolean): void {
  const refuse = (reason: string): never => {
    throw new AppError('template.failed', { template, reason });
  };
  const visitor = new Handlebars.Visitor();
  const original = visitor.accept.bind(visitor) as (node: Node) => Node | undefined;
  const handlers: Partial<Record<string, (node: never) => void>> = {
    MustacheStatement: (node: hbs.AST.MustacheStatement) => strictMustache(node, allowsBody, refuse),
    BlockStatement: (node: hbs.AST.BlockStatement) => strictCall(node, refuse),
    SubExpression: (node: hbs.AST.SubExpression) => strictCall(node, refuse),
    PartialStatement: (node: hbs.AST.PartialStatement) => strictPartial(node, refuse),
    PartialBlockStatement: (node: hbs.AST.PartialBlockStatement) => strictPartial(node, refuse),
    Decorator: () => refuse('decorators are not allowed'),
    DecoratorBlock: () => refuse('inline partials are not allowed'),
  };
  visitor.accept = (node: Node) => {
    if (!node) return;
    original(node);
    handlers[node.type]?.(node as never);
  };
  visitor.accept(program);
}

function strictMustache(node: hbs.AST.MustacheStatement, allowsBody: boolean, refuse: (reason: string) => never): void {
  const name = isPath(node.path) ? node.path.original : undefined;
  if (!node.escaped && !(allowsBody && name === 'body')) refuse(`{{{${name}}}} is not escaped`);
  if (node.params.length > 0 || hasPairs(node)) return strictCall(node, refuse);
  if (isPath(node.path) && isHelper(node.path)) refuse(`${name} needs arguments`);
  node.params = [node.path, literal(String(name))];
  node.path = pathTo(checks.shown);
}

function strictCall(node: Call, refuse: (reason: string) => never): void {
  if (!isPath(node.path) || !isHelper(node.path))
    return refuse(`there is no helper ${isPath(node.path) ? node.path.original : 'of that kind'}`);
  node.params = node.params.map(checked);
  for (const pair of node.hash?.pairs ?? []) pair.value = checked(pair.value);
}

function strictPartial(
  node: hbs.AST.PartialStatement | hbs.AST.PartialBlockStatement,
  refuse: (reason: string) => never,
): void {
  if (node.name.type !== 'PathExpression') return refuse('a partial is named, not computed');
  node.params = node.params.map(checked);
  for (const pair of node.hash?.pairs ?? []) pair.value = checked(pair.value);
}

/** `x` -> `($present x "x")` */
function checked(expression: Expression): Expression {
  if (!isPath(expression)) return expression;
  return {
    type: 'SubExpression',
    path: pathTo(checks.present),
    params: [expression, literal(expression.original)],
    hash: undefined,
    loc: expression.loc,
  } as unknown as hbs.AST.SubExpression;
}

function isPath(node: Expression): node is hbs.AST.PathExpression {
  return node.type === 'PathExpression';
}

function isHelper(path: hbs.AST.PathExpression): boolean {
  return path.parts.length === 1 && !path.data && (helperNames as readonly string[]).includes(path.original);
}

function hasPairs(node: Call): boolean {
  return (node.hash?.pairs.length ?? 0) > 0;
}

function pathTo(name: string): hbs.AST.PathExpression {
  return { type: 'PathExpression', data: false, depth: 0, parts: [name], original: name, loc: noPlace };
}

function literal(value: string): hbs.AST.StringLiteral {
  return { type: 'StringLiteral', value, original: value, loc: noPlace };
}

const noPlace: hbs.AST.SourceLocation = {
  source: '',
  start: { line: 1, column: 0 },
  end: { line: 1, column: 0 },
};
