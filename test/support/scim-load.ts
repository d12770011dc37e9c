// A steady load of SCIM requests, as several directories at once make it, that keeps what every request was answered.
// Called by journeys about outages and stops.
import { Agent, request } from 'node:http';
import { entraPatch, entraUser } from './entra-client';
import type { Product } from './product';

/** One request and its end. */
export interface Outcome {
  readonly method: string;
  readonly path: string;
  /** undefined = no answer came: `error` says why. */
  readonly status: number | undefined;
  readonly error: string | undefined;
  /** Whether the server had taken the connection. */
  readonly wasAccepted: boolean;
  readonly endedAt: number;
}

/** A running load. */
export interface Load {
  /** Everything that has ended so far. */
  readonly outcomes: readonly Outcome[];
  /** Names whose creation was answered with 201, with their ids. */
  readonly created: ReadonlyMap<string, string>;
  /** Ends each client after its request under way. */
  stop(): Promise<void>;
}

/**
 * Starts clients that each create a user, read it, rename it and look for it, again and again, over kept connections.
 * After a failure a client looks for its user before it creates it again, as Entra does; a look that failed itself says nothing.
 */
export function startLoad(product: Pick<Product, 'url' | 'scimToken'>, clients: number): Load {
  const outcomes: Outcome[] = [];
  const created = new Map<string, string>();
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const stopping = new AbortController();
  const ask = async (method: string, path: string, body?: object): Promise<{ status?: number; body?: unknown }> => {
    const { outcome, answer } = await send(agent, product, { method, path, body });
    outcomes.push(outcome);
    return { status: outcome.status, body: answer };
  };
  const find = async (userName: string): Promise<{ wasTold: boolean; id: string | undefined }> => {
    const { status, body } = await ask('GET', `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`);
    return { wasTold: status === 200, id: (body as { Resources?: { id: string }[] } | undefined)?.Resources?.[0]?.id };
  };
  const provision = async (userName: string): Promise<string | undefined> => {
    const { status, body } = await ask('POST', '/Users', entraUser({ userName, givenName: 'Lo', familyName: 'Ad' }));
    if (status !== 201) return undefined;
    const { id } = body as { id: string };
    created.set(userName, id);
    return id;
  };
  const client = async (number: number): Promise<void> => {
    for (let turn = 0; !stopping.signal.aborted; turn += 1) {
      const userName = `load-${number}-${turn}@example.com`;
      let id = await provision(userName);
      while (id === undefined && !stopping.signal.aborted) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        const found = await find(userName);
        id = found.id;
        if (id === undefined && found.wasTold && !stopping.signal.aborted) id = await provision(userName);
      }
      if (id === undefined) return;
      await ask('GET', `/Users/${id}`);
      await ask('PATCH', `/Users/${id}`, entraPatch({ op: 'Replace', path: 'title', value: `turn ${turn}` }));
      await find(userName);
    }
  };
  const running = Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  return {
    outcomes,
    created,
    stop: async () => {
      stopping.abort();
      await running;
      agent.destroy();
    },
  };
}

interface Sent {
  readonly outcome: Outcome;
  readonly answer: unknown;
}

function send(
  agent: Agent,
  { url, scimToken }: Pick<Product, 'url' | 'scimToken'>,
  { method, path, body }: { method: string; path: string; body?: object | undefined },
): Promise<Sent> {
  return new Promise((resolve) => {
    let wasAccepted = false;
    const end = (status: number | undefined, error: string | undefined, answer?: unknown): void =>
      resolve({ outcome: { method, path, status, error, wasAccepted, endedAt: Date.now() }, answer });
    const headers = { authorization: `Bearer ${scimToken}`, 'content-type': 'application/scim+json' };
    const asked = request(`${url}/scim/v2${path}`, { method, agent, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', (error) => end(undefined, codeOf(error)));
      answer.on('end', () => end(answer.statusCode, undefined, read(chunks)));
    });
    asked.on('socket', (socket) => {
      wasAccepted = !socket.connecting;
      if (socket.connecting) socket.once('connect', () => (wasAccepted = true));
    });
    asked.on('error', (error) => end(undefined, codeOf(error)));
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function read(chunks: readonly Buffer[]): unknown {
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message;
}
