// What a mail relay says first, for the doctor: a port may be open while nobody serves behind it.
import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';

/**
 * The first line of the relay at an smtp:// or smtps:// address. Source: RFC 5321 3.1.
 * @throws the socket's error, or ETIMEDOUT when nothing is said in time
 */
export function relayGreeting(smtpUrl: string, waitMs: number): Promise<string> {
  const { hostname, port, protocol } = new URL(smtpUrl);
  const isTls = protocol === 'smtps:';
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const place = { host, port: Number(port || (isTls ? 465 : 587)) };
  return new Promise((resolve, reject) => {
    const socket = isTls ? connectTls({ ...place, ...(isIP(host) === 0 && { servername: host }) }) : connect(place);
    const timer = setTimeout(() => socket.destroy(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' })), waitMs);
    let said = '';
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      said += text;
      if (!said.includes('\n') && said.length < 1000) return;
      resolve(said.split('\r\n', 1)[0] ?? '');
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    });
  });
}
