// The verbs of licenses and their options: `pool set|list`, `license-rule add|end|list`, `license grant|deny|clear`. Joined to
// the program by program.ts.
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { RuleWish } from '../service/license-rules';
import type { PoolWish } from '../service/pools';
import type { Wrap } from './verb';

/** One handler per verb. */
export interface LicenseHandlers {
  poolSet(code: string, wish: PoolWish): Promise<boolean>;
  poolList(): Promise<boolean>;
  licenseRuleAdd(wish: RuleWish): Promise<boolean>;
  licenseRuleEnd(ruleId: string): Promise<boolean>;
  licenseRuleList(): Promise<boolean>;
  licenseSwitch(verb: SwitchVerb, wish: LicenseWish): Promise<boolean>;
}

/** What an admin may do to one person's license. */
export type SwitchVerb = 'grant' | 'deny' | 'clear';

/** Whose license of which pool, and why. */
export interface LicenseWish {
  readonly user: string;
  readonly pool: string;
  readonly reason?: string;
}

interface PoolOptions {
  readonly seats?: number;
  readonly overSeat?: 'waitlist' | 'allow';
  readonly name?: string;
  readonly addOn?: boolean;
}

interface RuleOptions {
  readonly source: RuleWish['source'];
  readonly pool: string;
  readonly match?: string;
}

/** Adds the verbs. */
export function addLicenses(program: Command, handlers: LicenseHandlers, action: Wrap): void {
  addPools(program, handlers, action);
  addRules(program, handlers, action);
  addSwitch(program, handlers, action);
}

function addPools(program: Command, handlers: LicenseHandlers, action: Wrap): void {
  const pool = program.command('pool');
  pool
    .command('set')
    .description('make or change a license pool; other seats hold from now on')
    .argument('<code>')
    .option('--seats <count>', 'seats from now on', readSeats)
    .addOption(
      new Option('--over-seat <rule>', 'who finds no seat waits, or gets one all the same').choices([
        'waitlist',
        'allow',
      ]),
    )
    .option('--name <name>')
    .option('--add-on', 'of a new pool: something beside the app')
    .action(
      action((code: string, { seats, overSeat, name, addOn }: PoolOptions) =>
        handlers.poolSet(code, {
          ...(seats !== undefined && { seats }),
          ...(overSeat !== undefined && { overSeat }),
          ...(name !== undefined && { name }),
          ...(addOn !== undefined && { isAddOn: addOn }),
        }),
      ),
    );
  pool.command('list').description('show the license pools').action(action(handlers.poolList));
}

function addRules(program: Command, handlers: LicenseHandlers, action: Wrap): void {
  const rule = program.command('license-rule');
  rule
    .command('add')
    .description('grant a pool by a carrier, to everybody who is there already too')
    .addOption(
      new Option('--source <source>', 'what grants it')
        .choices(['auto', 'roles', 'groups', 'extension'])
        .makeOptionMandatory(),
    )
    .requiredOption('--pool <code>', 'what is granted')
    .option(
      '--match <text>',
      "a role's value or display, a code (the pool's own unless said), a group's id or displayName",
    )
    .action(
      action(({ source, pool: poolCode, match }: RuleOptions) =>
        handlers.licenseRuleAdd({ source, poolCode, ...(match !== undefined && { match }) }),
      ),
    );
  rule
    .command('end')
    .description('end a rule and withdraw what it granted')
    .argument('<rule-id>')
    .action(action((ruleId: string) => handlers.licenseRuleEnd(ruleId)));
  rule.command('list').description('show the license rules').action(action(handlers.licenseRuleList));
}

const switchVerbs: readonly (readonly [SwitchVerb, string])[] = [
  ['grant', 'give a person a license, whatever the directory says; a deny of yours ends'],
  ['deny', 'take a license from a person, whatever the directory says; a grant of yours ends'],
  ['clear', 'end your grant or deny: the directory and its rules decide again'],
];

function addSwitch(program: Command, handlers: LicenseHandlers, action: Wrap): void {
  const license = program.command('license');
  for (const [verb, description] of switchVerbs) {
    license
      .command(verb)
      .description(description)
      .requiredOption('--user <user>', 'id, externalId or userName')
      .requiredOption('--pool <code>')
      .option('--reason <text>', 'why, for the audit trail')
      .action(action((wish: LicenseWish) => handlers.licenseSwitch(verb, wish)));
  }
}

function readSeats(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number from 0');
  return Number(text);
}
