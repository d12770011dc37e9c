// The verbs of the command line and their options; what each does stands in the file of its noun.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { addAlerts, type AlertHandlers } from './alert-verbs';
import { addLicenses, type LicenseHandlers } from './license-verbs';
import { addFindings, addHolds, addScim, type ScimHandlers } from './scim-verbs';
import { addTokens, type TokenHandlers } from './token-verbs';
import type { Wrap } from './verb';

/** One handler per verb; cli.ts fills them in. */
export interface Handlers extends AlertHandlers, LicenseHandlers, ScimHandlers, TokenHandlers {
  migrate(): Promise<boolean>;
  rollback(): Promise<boolean>;
  doctor(): Promise<boolean>;
  demo(): Promise<boolean>;
  configPrint(): Promise<boolean>;
  adminRecover(): Promise<boolean>;
  journeysRebuild(): Promise<boolean>;
  policySet(
    stage: string,
    wish: { first: string; repeat: string; max: number; window: string; cap: string },
  ): Promise<boolean>;
  snapshot(day: string | undefined): Promise<boolean>;
  reportRun(slug: string, wait: boolean): Promise<boolean>;
  reportSchedule(slug: string, order: { cron: string; zone: string; to: string[] }): Promise<boolean>;
}

/** Exit codes. 78 is for a faulty environment, set where the environment is read. */
export const exitCodes = { done: 0, failed: 1, wrongUse: 2 } as const;

/** The organization that `migrate` makes. */
export const firstSlug = 'main';

/** The organization that the command line named. */
export function organizationOf(program: Command): string {
  return program.opts<{ organization: string }>().organization;
}

/** The program. `done` receives whether the verb went well. */
export function createProgram(handlers: Handlers, done: (isWell: boolean) => void): Command {
  const program = new Command('uptake')
    .option('--json', 'print one JSON document on stdout')
    .option('--organization <slug>', 'the organization a verb acts on', firstSlug)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .showHelpAfterError();
  const action =
    <A extends unknown[]>(handler: (...args: A) => Promise<boolean>) =>
    async (...args: A) =>
      done(await handler(...args));
  program
    .command('migrate')
    .description('bring the database up to date and make the first organization')
    .action(action(handlers.migrate));
  program
    .command('rollback')
    .description('take all migrations back; refused where people are who are no demo')
    .action(action(handlers.rollback));
  program.command('doctor').description('check everything an installation needs').action(action(handlers.doctor));
  program
    .command('demo')
    .description('fill this installation with the demo organization')
    .action(action(handlers.demo));
  program.command('config').command('print').description('show every variable').action(action(handlers.configPrint));
  addRecovery(program, handlers, action);
  addPolicy(program, handlers, action);
  addReports(program, handlers, action);
  addAlerts(program, handlers, action);
  addLicenses(program, handlers, action);
  addTokens(program, handlers, action);
  addHolds(program, handlers, action);
  addFindings(program, handlers, action);
  addScim(program, handlers, action);
  for (const one of everyCommand(program)) one.exitOverride();
  return program;
}

function addRecovery(program: Command, handlers: Handlers, action: Wrap): void {
  program
    .command('admin')
    .command('recover')
    .description('print a new setup code')
    .action(action(handlers.adminRecover));
  program
    .command('journeys')
    .command('rebuild')
    .description('give every open journey and mail of all organizations to Temporal again; a repeat does no harm')
    .action(action(handlers.journeysRebuild));
}

function addPolicy(program: Command, handlers: Handlers, action: Wrap): void {
  program
    .command('policy')
    .command('set')
    .argument('<stage>', 'activation, app_setup or usage')
    .requiredOption('--first <span>', 'from the entry into the stage to the first mail, ISO 8601: P3D, PT2S')
    .requiredOption('--repeat <span>', 'from one mail to the next')
    .requiredOption('--max <count>', 'most mails', readCount)
    .addOption(new Option('--window <window>', 'when mails may leave').choices(['always', 'office']).default('office'))
    .option('--cap <span>', 'fewest time between mails of any stage: off, P7D', 'P7D')
    .action(action((stage: string, wish: Parameters<Handlers['policySet']>[1]) => handlers.policySet(stage, wish)));
}

function addReports(program: Command, handlers: Handlers, action: Wrap): void {
  program
    .command('snapshot')
    .description('build the missing days and show the newest or the named one')
    .option('--day <day>', 'YYYY-MM-DD')
    .action(action(({ day }: { day?: string }) => handlers.snapshot(day)));
  const report = program.command('report');
  report
    .command('run')
    .argument('<slug>')
    .option('--wait', 'until the run has ended, ten minutes at most')
    .action(action((slug: string, { wait }: { wait?: boolean }) => handlers.reportRun(slug, wait === true)));
  report
    .command('schedule')
    .argument('<slug>')
    .requiredOption('--cron <cron>', 'five fields: "0 8 * * 1"')
    .requiredOption('--zone <zone>', 'IANA zone: Europe/Berlin')
    .requiredOption('--to <address...>', 'recipients; their domain is allowed for reports')
    .action(
      action((slug: string, order: Parameters<Handlers['reportSchedule']>[1]) => handlers.reportSchedule(slug, order)),
    );
}

function everyCommand(command: Command): Command[] {
  return command.commands.flatMap((one) => [one, ...everyCommand(one)]);
}

function readCount(text: string): number {
  if (!/^\d{1,2}$/.test(text)) throw new InvalidArgumentError('a whole number up to 99');
  return Number(text);
}

/** The exit code where a command line was refused, which commander has said already; undefined for any other failure. */
export function refusalOf(error: unknown): number | undefined {
  if (!(error instanceof CommanderError)) return undefined;
  return error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUse;
}
