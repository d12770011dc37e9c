// One connection to the relay: open it, hand mails over, tell what came of each. Called by mailer alone.
// nodemailer's transport cannot say whether a lost mail was handed over, so connect and send are two steps here, and the
// mail is a stream that remembers whether it was read to its end.
import type { ConnectionOptions } from 'node:tls';
import SmtpConnection from 'nodemailer/lib/smtp-connection';
import type { MailOutcome } from '../domain/mail';
import { AppError } from '../errors';
import { cleanLine } from './address';
import type { ComposedMail } from './compose';

/** Where the relay is and how long each wait may take, in milliseconds. */
export interface RelayOptions {
  readonly smtpUrl: string;
  readonly connectMs: number;
  readonly greetingMs: number;
  readonly socketMs: number;
  /** Extra TLS settings, such as the certificate authority of a private relay. */
  readonly tls?: ConnectionOptions;
}

/** An open, signed-in connection. */
export interface SmtpSession {
  isOpen(): boolean;
  /** Hands one mail over. The connection is closed unless the mail was accepted. */
  send(mail: ComposedMail, deadline: AbortSignal): Promise<MailOutcome>;
  /** Says QUIT and closes. */
  quit(): void;
}

/** What nodemailer puts on its errors. */
interface SmtpError extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
}

/**
 * Connects and signs in.
 * @returns the session, or why there is none: whatever the relay says before a mail is under way means `unreachable`
 */
export async function openSession(options: RelayOptions, deadline: AbortSignal): Promise<SmtpSession | MailOutcome> {
  const { connection, auth } = createConnection(options);
  try {
    await untilDeadline(deadline, connection, (done) => connection.connect(done));
    if (auth) await untilDeadline(deadline, connection, (done) => connection.login(auth, done));
  } catch (error) {
    connection.close();
    return { kind: 'unreachable', reason: reasonOf(error as SmtpError) };
  }
  return createSession(connection);
}

/** Whether opening gave a session. */
export function isSession(opened: SmtpSession | MailOutcome): opened is SmtpSession {
  return 'send' in opened;
}

function createSession(connection: SmtpConnection): SmtpSession {
  return {
    isOpen: () => !connection.destroyed,
    quit() {
      if (connection.destroyed) return;
      connection.quit();
      // Without waiting for the answer: a relay that gives none would keep the process.
      connection.close();
    },
    async send(mail, deadline) {
      let wasReadToEnd = false;
      // Before nodemailer pipes the stream: its own listener writes the dot that ends the mail.
      mail.stream.once('end', () => {
        wasReadToEnd = true;
      });
      const envelope = {
        from: mail.sender,
        to: [mail.recipient],
        ...(mail.leastBytes > 0 && { size: mail.leastBytes }),
      };
      try {
        const info = await untilDeadline<SmtpConnection.SentMessageInfo>(deadline, connection, (done) =>
          connection.send(envelope, mail.stream, done),
        );
        return outcomeOfReply(info.rejectedErrors?.[0]?.response ?? info.response, wasReadToEnd);
      } catch (error) {
        connection.close();
        return outcomeOfError(error as SmtpError, wasReadToEnd);
      }
    },
  };
}

function createConnection({ smtpUrl, connectMs, greetingMs, socketMs, tls }: RelayOptions) {
  const url = new URL(smtpUrl);
  const user = decodeURIComponent(url.username);
  const auth = user === '' ? undefined : { user, pass: decodeURIComponent(url.password) };
  const connection = new SmtpConnection({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    ...(url.port !== '' && { port: Number(url.port) }),
    secure: url.protocol === 'smtps:',
    requireTLS: needsTls(url, auth !== undefined),
    ...(url.searchParams.has('name') && { name: String(url.searchParams.get('name')) }),
    connectionTimeout: connectMs,
    dnsTimeout: connectMs,
    greetingTimeout: greetingMs,
    socketTimeout: socketMs,
    allowInternalNetworkInterfaces: true,
    tls,
  });
  // An 'error' that nobody hears ends the process, and a connection may fail between two mails.
  connection.on('error', () => undefined);
  return { connection, auth };
}

/** A password leaves this machine under TLS alone, unless the address says `?requireTLS=false`. */
function needsTls(url: URL, hasPassword: boolean): boolean {
  const said = url.searchParams.get('requireTLS');
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  return said === null ? hasPassword && !isLocal : said === 'true';
}

/** One step of the connection as a promise: ends by its callback, by a lost connection, or at the deadline. */
function untilDeadline<Value>(
  deadline: AbortSignal,
  connection: SmtpConnection,
  step: (done: (error?: Error | null, value?: Value) => void) => void,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = () => end(Object.assign(new Error('the attempt took too long'), { code: 'EATTEMPT' }));
    const lost = () => end(Object.assign(new Error('the connection ended'), { code: 'ECONNECTION' }));
    // Later than the callback of the step, which tells more.
    const ended = () => setImmediate(lost);
    const end = (error?: Error | null, value?: Value) => {
      deadline.removeEventListener('abort', late);
      connection.removeListener('error', end).removeListener('end', ended);
      if (error) reject(error);
      else resolve(value as Value);
    };
    connection.once('error', end).once('end', ended);
    if (deadline.aborted) return late();
    deadline.addEventListener('abort', late, { once: true });
    step(end);
  });
}

function outcomeOfReply(response: string, wasReadToEnd: boolean): MailOutcome {
  const code = Number(/^[245]\d\d/.exec(response)?.[0] ?? 0);
  const reply = cleanLine(response, 500);
  if (code >= 500) return { kind: 'rejected', code, reply, ...enhancedOf(response) };
  if (code >= 400) return { kind: 'deferred', code, reply };
  if (code >= 200 && wasReadToEnd) return { kind: 'accepted', code, reply };
  return { kind: 'unknown', reason: 'EPROTOCOL' };
}

/**
 * @throws AppError `bug` when the mail itself could not be read
 */
function outcomeOfError(error: SmtpError, wasReadToEnd: boolean): MailOutcome {
  if (error.code === 'ESTREAM') throw new AppError('bug', { what: 'the mail could not be read' }, { cause: error });
  const code = error.responseCode ?? 0;
  const isGoodbye = code === 421 && !wasReadToEnd;
  if (code >= 400 && !isGoodbye) return outcomeOfReply(error.response ?? '', wasReadToEnd);
  if (error.code === 'EMESSAGE' && error.command === 'MAIL FROM') return tooLarge;
  if (error.code === 'EENVELOPE' && error.command === 'API') return badRecipient;
  return { kind: wasReadToEnd ? 'unknown' : 'unreachable', reason: reasonOf(error) };
}

/** The relay says in its greeting how much it takes; nodemailer then refuses by itself. Source: RFC 1870 6.1. */
const tooLarge: MailOutcome = {
  kind: 'rejected',
  code: 552,
  reply: '552 larger than the relay takes',
  enhanced: '5.3.4',
};

/** Not reached with a Mailbox of address.ts. Source: RFC 3463 3.2. */
const badRecipient: MailOutcome = { kind: 'rejected', code: 553, reply: '553 not a mailbox', enhanced: '5.1.3' };

function enhancedOf(response: string): { enhanced?: string } {
  const enhanced = /^\d{3}[ -](5\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
  return enhanced === undefined ? {} : { enhanced };
}

/** Codes alone: the relay's own words may hold an address or a user name. */
function reasonOf(error: SmtpError): string {
  const system = (error as { originalCode?: string }).originalCode;
  return [error.code ?? error.name, system, error.responseCode].filter((part) => part !== undefined).join(' ');
}
