// The verbs about what the directory sends: `hold …` and `scim …`. Added to the program by program.ts.
import { type Command, InvalidArgumentError } from 'commander';

/** One handler per verb. */
export interface ScimHandlers {
  holdList(): Promise<boolean>;
  holdApprove(holdId: string): Promise<boolean>;
  holdReject(holdId: string): Promise<boolean>;
}

type Wrap = <A extends unknown[]>(handler: (...args: A) => Promise<boolean>) => (...args: A) => Promise<void>;

/** `hold list`, `hold approve ID`, `hold reject ID`. */
export function addHolds(program: Command, handlers: ScimHandlers, action: Wrap): void {
  const hold = program.command('hold');
  hold.command('list').description('mass deactivations that wait for an answer').action(action(handlers.holdList));
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

function readId(text: string): string {
  if (!/^[0-9a-f-]{36}$/i.test(text)) throw new InvalidArgumentError('an id as `hold list` shows it');
  return text.toLowerCase();
}
