// The verbs about what waits for a person: `alert list`, `work …`, `mail …`. Added to the program by program.ts.
import { Argument, type Command, InvalidArgumentError } from 'commander';
import type { Wrap } from './verb';

/** One handler per verb. */
export interface AlertHandlers {
  alertList(isAll: boolean): Promise<boolean>;
  workList(): Promise<boolean>;
  workSettle(verb: 'release' | 'drop', id: number): Promise<boolean>;
  mailList(): Promise<boolean>;
  mailSettle(mailId: string, status: 'sent' | 'rejected'): Promise<boolean>;
  mailSendAgain(mailId: string, reason: string): Promise<boolean>;
}

/** Adds the verbs. */
export function addAlerts(program: Command, handlers: AlertHandlers, action: Wrap): void {
  program
    .command('alert')
    .command('list')
    .description('what needs an admin now, and what to do about it')
    .option('--all', 'those that have ended too')
    .action(action(({ all }: { all?: boolean }) => handlers.alertList(all === true)));
  const work = program.command('work');
  work.command('list').description('consequences of changes that were put aside').action(action(handlers.workList));
  work
    .command('release')
    .description('try it again, as if for the first time')
    .argument('<id>', 'as `work list` shows it', readNumber)
    .action(action((id: number) => handlers.workSettle('release', id)));
  work
    .command('drop')
    .description('give it up for good')
    .argument('<id>', 'as `work list` shows it', readNumber)
    .action(action((id: number) => handlers.workSettle('drop', id)));
  const mail = program.command('mail');
  mail.command('list').description('mails that may or may not have arrived').action(action(handlers.mailList));
  const settle = mail
    .command('settle')
    .description("say what the relay's log says of such a mail; nothing is sent but with --send-again")
    .argument('<id>', 'as `mail list` shows it', readId)
    .addArgument(new Argument('[status]').choices(['sent', 'rejected']))
    .option('--send-again', 'one more attempt, with all checks; it may arrive twice')
    .option('--reason <text>', 'why it is sent again, for the audit trail');
  settle.action(
    action((id: string, status: 'sent' | 'rejected' | undefined, { sendAgain, reason }: SettleOptions) => {
      if (status !== undefined && sendAgain === undefined && reason === undefined)
        return handlers.mailSettle(id, status);
      if (status === undefined && sendAgain === true && reason !== undefined) return handlers.mailSendAgain(id, reason);
      return settle.error('error: say either sent or rejected, or --send-again with --reason');
    }),
  );
}

interface SettleOptions {
  readonly sendAgain?: true;
  readonly reason?: string;
}

function readNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('a number as `work list` shows it');
  return Number(text);
}

function readId(text: string): string {
  if (!/^[0-9a-f-]{36}$/i.test(text)) throw new InvalidArgumentError('an id as `mail list` shows it');
  return text.toLowerCase();
}
