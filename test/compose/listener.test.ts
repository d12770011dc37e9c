// The HTTP server's stop, over real connections.
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { startListener, type Listener } from '../../src/compose/listener';

/** Answers when it is told to. */
function heldApp() {
  const waiting: ServerResponse[] = [];
  let isHeld = false;
  return {
    hold: () => (isHeld = true),
    waiting,
    app: (_req: IncomingMessage, res: ServerResponse) => {
      if (isHeld) waiting.push(res);
      else res.end('well');
    },
  };
}

interface Answer {
  readonly text: string;
  readonly connection: string | undefined;
}

function ask(listener: Listener, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: listener.port, agent }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => resolve({ text, connection: answer.headers.connection }));
    }).on('error', reject);
  });
}

async function until(check: () => boolean): Promise<void> {
  const deadlineAt = Date.now() + 10_000;
  while (!check()) {
    if (Date.now() > deadlineAt) throw new Error('not within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('the listener', () => {
  const agents: Agent[] = [];
  const keptConnection = (): Agent => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agents.push(agent);
    return agent;
  };
  afterEach(() => {
    for (const agent of agents.splice(0)) agent.destroy();
  });

  test('answers what it has begun before it is closed', async () => {
    const { app, hold, waiting } = heldApp();
    const listener = await startListener(app, '127.0.0.1', 0);
    hold();
    const asked = ask(listener, keptConnection());
    await until(() => waiting.length === 1);

    const closed = listener.close();
    waiting[0]?.end('late');

    expect((await asked).text).toBe('late');
    await closed;
  });

  test('answers a request on a kept connection once more and says that it was the last', async () => {
    const { app } = heldApp();
    const listener = await startListener(app, '127.0.0.1', 0);
    const agent = keptConnection();
    const first = await ask(listener, agent);

    const closed = listener.close();
    const last = await ask(listener, agent);

    expect([first, last]).toEqual([
      { text: 'well', connection: 'keep-alive' },
      { text: 'well', connection: 'close' },
    ]);
    await closed;
    await expect(ask(listener, agent)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('does not wait for kept connections that stay silent', async () => {
    const { app } = heldApp();
    const listener = await startListener(app, '127.0.0.1', 0);
    await ask(listener, keptConnection());

    const closed = await Promise.race([
      listener.close().then(() => true),
      new Promise((resolve) => setTimeout(resolve, 20_000, false).unref()),
    ]);

    expect(closed).toBe(true);
  });

  test('says when the port is taken', async () => {
    const { app } = heldApp();
    const listener = await startListener(app, '127.0.0.1', 0);

    const second = startListener(app, '127.0.0.1', listener.port);

    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await listener.close();
  });
});
