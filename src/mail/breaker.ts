// Stops attempts while the relay is gone: open after five in a row, one try every 30 seconds. Called by mailer.
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhenResult, isBrokenCircuitError } from 'cockatiel';
import type { MailOutcome } from '../domain/mail';
import type { Log } from '../log';

/** Lets attempts through, or not. */
export interface Breaker {
  /** Runs an attempt; answers `unreachable` at once while the breaker is open. */
  run(attempt: () => Promise<MailOutcome>): Promise<MailOutcome>;
  /** Whether `run` would make an attempt now. */
  ready(): boolean;
  close(): void;
}

/**
 * @param openAfter attempts in a row that did not reach the relay
 * @param retryMs how long it stays open before one attempt is let through
 */
export function createBreaker({
  openAfter,
  retryMs,
  log,
}: {
  openAfter: number;
  retryMs: number;
  log: Pick<Log, 'info' | 'warn'>;
}): Breaker {
  const policy = circuitBreaker(
    handleWhenResult((result) => (result as MailOutcome).kind === 'unreachable'),
    { breaker: new ConsecutiveBreaker(openAfter), halfOpenAfter: retryMs },
  );
  let mayTry = false;
  let timer: NodeJS.Timeout | undefined;
  policy.onBreak(() => {
    mayTry = false;
    clearTimeout(timer);
    // A little later than the policy's own clock, so that whoever asks now is also let through.
    timer = setTimeout(() => (mayTry = true), retryMs + 5);
    timer.unref();
    log.warn({ retryMs }, 'the mail relay cannot be reached; mails wait');
  });
  policy.onReset(() => log.info({}, 'the mail relay answers again'));
  return {
    async run(attempt) {
      try {
        return await policy.execute(attempt);
      } catch (error) {
        if (isBrokenCircuitError(error)) return { kind: 'unreachable', reason: 'EBREAKER' };
        throw error;
      }
    },
    ready: () => policy.state === CircuitState.Closed || (policy.state === CircuitState.Open && mayTry),
    close: () => clearTimeout(timer),
  };
}
