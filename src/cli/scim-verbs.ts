// The verbs about what the directory sends: `hold …`, `finding …` and `scim …`. Added to the program by program.ts.
import { Argument, type Command, InvalidArgumentError } from 'commander';
import type { FindingPage } from './finding-command';
import type { HoldPageWish } from './hold-command';
import type { Wrap } from './verb';

/** One handler per verb. */
export interface ScimHandlers {
  holdList(): Promise<boolean>;
  holdShow(holdId: string, page: HoldPageWish): Promise<boolean>;
  holdApprove(holdId: string): Promise<boolean>;
  holdReject(holdId: string): Promise<boolean>;
  findingList(page: FindingPage): Promise<boolean>;
  findingResolve(findingId: string): Promise<boolean>;
  scimLog(wish: LogWish): Promise<boolean>;
  scimHealth(hours: number): Promise<boolean>;
  scimDryRun(method: string, path: string, file: string | undefined): Promise<boolean>;
}

/** Which requests to show. */
export interface LogWish {
  readonly user?: string;
  readonly request?: string;
  readonly status?: number;
  readonly before?: { readonly receivedAt: Date; readonly id: number };
  readonly limit: number;
}

/** `hold list`, `hold show ID`, `hold approve ID`, `hold reject ID`. */
export function addHolds(program: Command, handlers: ScimHandlers, action: Wrap): void {
  const hold = program.command('hold');
  hold.command('list').description('mass deactivations that wait for an answer').action(action(handlers.holdList));
  hold
    .command('show')
    .description('whom it is about, since when, by which request, and what became of each')
    .argument('<id>', 'of the hold', readId)
    .option('--limit <count>', 'of a page', readNumber(1, 1000), 100)
    .option('--cursor <id>', 'next_cursor of the page before', readId)
    .action(action((id: string, page: HoldPageWish) => handlers.holdShow(id, page)));
  hold
    .command('approve')
    .description('make the deactivations')
    .argument('<id>', 'of the hold', readId)
    .action(action((id: string) => handlers.holdApprove(id)));
  hold
    .command('reject')
    .description('give them up; the directory reads active: true again')
    .argument('<id>', 'of the hold', readId)
    .action(action((id: string) => handlers.holdReject(id)));
}

/** `finding list`, `finding resolve ID`. */
export function addFindings(program: Command, handlers: ScimHandlers, action: Wrap): void {
  const finding = program.command('finding');
  finding
    .command('list')
    .description('what the directory sent that was accepted but could not be used')
    .option('--limit <count>', 'of a page', readNumber(1, 1000), 100)
    .option('--after <id>', 'next_cursor of the page before', readId)
    .action(action((page: FindingPage) => handlers.findingList(page)));
  finding
    .command('resolve')
    .description('close one; if it is seen again, a new one opens')
    .argument('<id>', 'of the finding', readId)
    .action(action((id: string) => handlers.findingResolve(id)));
}

/** `scim log`, `scim health`. */
export function addScim(program: Command, handlers: ScimHandlers, action: Wrap): void {
  const scim = program.command('scim');
  scim
    .command('log')
    .description('what the directory sent and what became of it, newest first')
    .option('--user <user>', 'userName or id')
    .option('--request <id>', 'one request with its body and its changes')
    .option('--status <status>', 'HTTP status', readNumber(100, 599))
    .option('--limit <count>', 'of a page', readNumber(1, 1000), 50)
    .option('--before <cursor>', 'next_cursor of the page before', readMark)
    .action(action((wish: LogWish) => handlers.scimLog(wish)));
  scim
    .command('health')
    .description('failures against the lines of Entra quarantine; exit code 1 at risk of it')
    .option('--hours <count>', 'to look back', readNumber(1, 2160), 24)
    .action(action(({ hours }: { hours: number }) => handlers.scimHealth(hours)));
  scim
    .command('dry-run')
    .description('what a request would do; it is tried and taken back')
    .addArgument(new Argument('<method>').choices(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']))
    .argument('<path>', '/Users/ID', readPath)
    .argument('[file]', 'the body as JSON; - reads stdin')
    .action(action((method: string, path: string, file?: string) => handlers.scimDryRun(method, path, file)));
}

function readNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,4}$/.test(text) ? Number(text) : -1;
    if (value < least || value > most) throw new InvalidArgumentError(`a whole number from ${least} to ${most}`);
    return value;
  };
}

function readPath(text: string): string {
  if (!/^\/[\x21-\x7e]{1,2000}$/.test(text)) throw new InvalidArgumentError('begins with a slash: /Users/ID');
  return text;
}

function readMark(text: string): LogWish['before'] {
  const [, at = '', id = ''] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)\/(\d{1,15})$/.exec(text) ?? [];
  const receivedAt = new Date(at);
  if (Number.isNaN(receivedAt.getTime())) throw new InvalidArgumentError('a cursor as the page before shows it');
  return { receivedAt, id: Number(id) };
}

function readId(text: string): string {
  if (!/^[0-9a-f-]{36}$/i.test(text)) throw new InvalidArgumentError('an id as the list shows it');
  return text.toLowerCase();
}
