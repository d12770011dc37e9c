// The way to the relay: keeps a few connections, makes one attempt a mail and says honestly what came of it.
// Called by activities. Decides no retry: Temporal does.
import type { MailOutcome } from '../domain/mail';
import type { Log } from '../log';
import { createBreaker } from './breaker';
import { composeMail } from './compose';
import type { Mailer, OutgoingMail } from './outgoing';
import { createSlots } from './slots';
import { isSession, openSession, type RelayOptions, type SmtpSession } from './smtp-session';

/** What the mailer is made of. Times in milliseconds. */
export interface MailerOptions extends RelayOptions {
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Waiting for a connection, connecting and sending together. Below the activity's two minutes. */
  readonly attemptMs?: number;
  /** Mails at once, and connections kept between mails. */
  readonly connections?: number;
  /** Attempts in a row that do not reach the relay before the breaker opens. */
  readonly openAfter?: number;
  /** How often the breaker then lets one attempt through. */
  readonly retryMs?: number;
}

/** Opens nothing yet; the first mail does. */
export function createMailer(options: MailerOptions): Mailer {
  const { attemptMs = 90_000, connections = 5, openAfter = 5, retryMs = 30_000, log } = options;
  const breaker = createBreaker({ openAfter, retryMs, log });
  const slots = createSlots(connections);
  const relay = createRelay(options);
  let isClosed = false;

  const inSlot = async (deadline: AbortSignal, work: () => Promise<MailOutcome>): Promise<MailOutcome> => {
    if (!(await slots.take(deadline))) return tooBusy;
    try {
      return deadline.aborted ? tooBusy : await work();
    } finally {
      slots.give();
    }
  };

  return {
    async send(mail) {
      const deadline = new AbortController();
      // Not AbortSignal.timeout: that timer would outlive each mail by minutes.
      const timer = setTimeout(() => deadline.abort(), attemptMs);
      try {
        return await inSlot(deadline.signal, () => breaker.run(() => relay.attempt(mail, deadline.signal)));
      } finally {
        clearTimeout(timer);
      }
    },
    ready: () => !isClosed && breaker.ready(),
    async close() {
      isClosed = true;
      breaker.close();
      await slots.idle();
      relay.close();
    },
  };
}

/** No connection became free in time: our own crowd, so the breaker does not hear of it. */
const tooBusy: MailOutcome = { kind: 'unreachable', reason: 'EBUSY' };

/** The kept connections and one attempt over them. */
function createRelay(options: RelayOptions) {
  const kept: SmtpSession[] = [];

  const hand = async (session: SmtpSession, mail: OutgoingMail, deadline: AbortSignal): Promise<MailOutcome> => {
    try {
      const composed = await composeMail(mail);
      try {
        return await session.send(composed, deadline);
      } finally {
        await composed.close();
      }
    } finally {
      if (session.isOpen()) kept.push(session);
    }
  };

  return {
    async attempt(mail: OutgoingMail, deadline: AbortSignal): Promise<MailOutcome> {
      for (let session = kept.pop(); session; session = kept.pop()) {
        if (!session.isOpen()) continue;
        const outcome = await hand(session, mail, deadline);
        if (!wasLost(outcome)) return outcome;
      }
      const opened = await openSession(options, deadline);
      return isSession(opened) ? hand(opened, mail, deadline) : opened;
    },
    close() {
      for (const session of kept.splice(0)) session.quit();
    },
  };
}

/** The relay ended a kept connection meanwhile: nothing was handed over, so a new connection is tried at once. */
function wasLost(outcome: MailOutcome): boolean {
  return outcome.kind === 'unreachable' && /^(ECONNECTION|ESOCKET|EPROTOCOL)| 421$/.test(outcome.reason);
}
