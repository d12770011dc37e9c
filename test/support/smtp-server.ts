// Two SMTP servers for suites: a sink that takes every mail and keeps it, and a relay that answers, hangs, drops or trickles
// at each step as its script says. Both listen on a free port of loopback.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** One mail as it came in. */
export interface ReceivedMail {
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly raw: Buffer;
}

/** A server that takes mails. */
export interface SmtpSink {
  readonly url: string;
  readonly port: number;
  /** Mails in the order of their arrival. */
  readonly mails: readonly ReceivedMail[];
  /** Connections so far. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** Starts a sink. Options are those of smtp-server, for TLS, sign-in and size. */
export async function startSmtpSink(options: SMTPServerOptions = {}): Promise<SmtpSink> {
  const mails: ReceivedMail[] = [];
  let connections = 0;
  const server = new SMTPServer({
    disabledCommands: options.onAuth ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    onConnect: (_session, done) => {
      connections += 1;
      done();
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const tooLarge = stream.sizeExceeded ? Object.assign(new Error('too large'), { responseCode: 552 }) : undefined;
        const { mailFrom, rcptTo } = session.envelope;
        const sender = mailFrom ? mailFrom.address : '';
        if (!tooLarge) mails.push({ sender, recipients: rcptTo.map((to) => to.address), raw: Buffer.concat(chunks) });
        done(tooLarge);
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const url = `${options.secure ? 'smtps' : 'smtp'}://${options.secure ? 'localhost' : '127.0.0.1'}:${port}`;
  return { url, port, mails, connections: () => connections, close: () => new Promise((done) => server.close(done)) };
}

/** Where a script may step in; `end` is the reply to the dot after the mail. */
export type Phase = 'greeting' | 'ehlo' | 'auth' | 'mail' | 'rcpt' | 'data' | 'body' | 'end';

/** A reply; or silence; or a cut; or a reply that comes byte by byte and never ends. */
export type Act = string | { hang: true } | { drop: true } | { trickleEveryMs: number } | { reply: string; drop: true };

/** What a relay does instead of answering well, by phase; per connection when it is a function. */
export type Script = Partial<Record<Phase, Act>>;

/** A relay that follows a script. */
export interface ScriptedRelay {
  readonly url: string;
  readonly connections: () => number;
  /** Lines the client said, over all connections. */
  readonly heard: readonly string[];
  close(): Promise<void>;
}

const goodReplies: Record<Exclude<Phase, 'body'>, string> = {
  greeting: '220 relay.example ESMTP',
  ehlo: '250-relay.example\r\n250-8BITMIME\r\n250 AUTH PLAIN',
  auth: '235 2.7.0 signed in',
  mail: '250 2.1.0 ok',
  rcpt: '250 2.1.5 ok',
  data: '354 go on',
  end: '250 2.0.0 queued as 1',
};

/** Starts a scripted relay. @param script what goes wrong; a function gets the number of the connection, from 1 */
export async function startScriptedRelay(script: Script | ((connection: number) => Script)): Promise<ScriptedRelay> {
  const sockets = new Set<Socket>();
  const heard: string[] = [];
  let connections = 0;
  const server: Server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    converse(socket, typeof script === 'function' ? script(connections) : script, heard);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    heard,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function converse(socket: Socket, script: Script, heard: string[]): void {
  const say = (phase: Exclude<Phase, 'body'>) => perform(socket, script[phase] ?? goodReplies[phase]);
  let rest = '';
  let isBody = false;
  say('greeting');
  socket.on('data', (chunk) => {
    rest += chunk.toString('latin1');
    if (isBody && script.body) {
      socket.pause();
      return perform(socket, script.body);
    }
    for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      if (isBody && line !== '.') continue;
      heard.push(line);
      const phase = isBody ? 'end' : phaseOf(line);
      isBody = phase === 'data' && script.data === undefined;
      if (phase === undefined) socket.end('221 bye\r\n');
      else say(phase);
    }
  });
}

function phaseOf(line: string): Exclude<Phase, 'body'> | undefined {
  const verb = line.slice(0, 4).toLowerCase();
  const phases: Record<string, Exclude<Phase, 'body'>> = { helo: 'ehlo' };
  return phases[verb] ?? (['ehlo', 'auth', 'mail', 'rcpt', 'data'] as const).find((phase) => phase === verb);
}

function perform(socket: Socket, act: Act): void {
  if (typeof act === 'string') return void socket.write(`${act}\r\n`);
  if ('trickleEveryMs' in act) {
    socket.write('2');
    const timer = setInterval(() => socket.write('5'), act.trickleEveryMs);
    return void socket.on('close', () => clearInterval(timer));
  }
  if ('reply' in act) return void socket.end(`${act.reply}\r\n`);
  if ('drop' in act) socket.destroy();
}
