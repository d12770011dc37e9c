// A storm of SCIM requests whose clients try again as Entra does, and a model of what must be there afterwards. Each client has
// people and a group of its own, so its model is exact. Called by the journey that kills web again and again.
import { Agent, request } from 'node:http';
import { createDice, type Dice } from './scim-dice';
import type { Product } from './product';

/** Somebody as the model has them. */
export interface Person {
  readonly id: string;
  readonly userName: string;
  title: string | undefined;
  active: boolean;
  /** Changes that were made, each exactly once: the version is one more. */
  changes: number;
  isRemoved: boolean;
}

/** A group as the model has it. */
export interface Team {
  readonly id: string;
  readonly members: Set<string>;
  changes: number;
}

/** A running storm. */
export interface Storm {
  readonly people: readonly Person[];
  readonly teams: readonly Team[];
  /** Answers and statements that contradict each other. */
  readonly contradictions: readonly string[];
  /** Requests that were sent, and those that got no answer. */
  readonly counts: { readonly sent: number; readonly unanswered: number };
  /** Ends each client after what it has begun. */
  stop(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: Body;
  /** Whether an attempt before this one may have done it already. */
  readonly isRepeat: boolean;
}

type Body = Record<string, unknown> | undefined;
type Reaching = Pick<Product, 'url' | 'scimToken'>;

/** At most so many may be deactivated by a storm: more would be held as a mass change. */
const mostDeactivations = 40;
const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** What a client does next, as often as it stands here. */
const deeds = [
  'join',
  'join',
  'join',
  'rename',
  'rename',
  'rename',
  'look',
  'look',
  'enroll',
  'enroll',
  'toggle',
  'remove',
];

/** Starts the clients. @param seed the same number gives the same choices */
export function startStorm(product: Reaching, clients: number, seed: number): Storm {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const shared = {
    people: [] as Person[],
    teams: [] as Team[],
    contradictions: [] as string[],
    counts: { sent: 0, unanswered: 0 },
    deactivations: 0,
    isStopping: false,
  };
  const once = async (method: string, path: string, body?: object): Promise<Omit<Reply, 'isRepeat'> | undefined> => {
    shared.counts.sent += 1;
    const answer = await send(agent, product, method, path, body);
    if (answer === undefined) shared.counts.unanswered += 1;
    return answer;
  };
  const running = Promise.all(
    Array.from({ length: clients }, (_, number) => client(shared, once, createDice(seed + number), number)),
  );
  return {
    ...shared,
    stop: async () => {
      shared.isStopping = true;
      await running;
      agent.destroy();
    },
  };
}

interface Shared extends Omit<Storm, 'stop' | 'people' | 'teams' | 'contradictions'> {
  readonly people: Person[];
  readonly teams: Team[];
  readonly contradictions: string[];
  deactivations: number;
  isStopping: boolean;
}

type Once = (method: string, path: string, body?: object) => Promise<Omit<Reply, 'isRepeat'> | undefined>;

async function client(shared: Shared, once: Once, dice: Dice, number: number): Promise<void> {
  const { contradictions } = shared;
  const own: Person[] = [];
  /** Again and again until there is an answer that is no outage. */
  const insist: (method: string, path: string, body?: object) => Promise<Reply> = async (method, path, body) => {
    for (let isRepeat = false; ; isRepeat = true) {
      const answer = await once(method, path, body);
      if (answer !== undefined && answer.status !== 503) return { ...answer, isRepeat };
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  /** Looks, then creates, as Entra does; a 409 must be true at once. */
  const provision = async (resource: 'Users' | 'Groups', filter: string, body: object): Promise<string> => {
    for (let wasTaken = false; ;) {
      const { body: found } = await insist('GET', `/${resource}?filter=${encodeURIComponent(filter)}`);
      const [known] = (found?.['Resources'] ?? []) as { id: string }[];
      if (known !== undefined) return known.id;
      if (wasTaken) contradictions.push(`409 for ${filter}, and nobody is found`);
      const made = await once('POST', `/${resource}`, body);
      if (made?.status === 201) return made.body?.['id'] as string;
      wasTaken = made?.status === 409;
      if (made !== undefined && !wasTaken && made.status !== 503) contradictions.push(`POST: ${made.status}`);
    }
  };
  const change = async (path: string, operation: object): Promise<Reply> => {
    const reply = await insist('PATCH', path, { schemas: [patchOp], Operations: [operation] });
    if (reply.status !== 200) contradictions.push(`PATCH ${path}: ${reply.status}`);
    return reply;
  };
  const team: Team = {
    id: await provision('Groups', `displayName eq "Team ${number}"`, { displayName: `Team ${number}` }),
    members: new Set(),
    changes: 0,
  };
  shared.teams.push(team);

  const join = async (): Promise<void> => {
    const userName = `storm-${number}-${own.length}@example.com`;
    const emails = [{ primary: true, type: 'work', value: userName }];
    const body = { userName, externalId: userName, active: true, emails };
    const id = await provision('Users', `userName eq "${userName}"`, body);
    const person = { id, userName, title: undefined, active: true, changes: 0, isRemoved: false };
    own.push(person);
    shared.people.push(person);
  };
  const rename = async (person: Person, turn: number): Promise<void> => {
    const title = `turn ${turn}`;
    const { body } = await change(`/Users/${person.id}`, { op: 'Replace', path: 'title', value: title });
    if (body?.['title'] !== title)
      contradictions.push(`PATCH of ${person.userName} answered ${String(body?.['title'])}`);
    Object.assign(person, { title, changes: person.changes + 1 });
  };
  const toggle = async (person: Person): Promise<void> => {
    if (person.active && shared.deactivations >= mostDeactivations) return;
    if (person.active) shared.deactivations += 1;
    const value = person.active ? 'False' : 'True';
    await change(`/Users/${person.id}`, { op: 'Replace', path: 'active', value });
    Object.assign(person, { active: !person.active, changes: person.changes + 1 });
  };
  const enroll = async (person: Person): Promise<void> => {
    const isMember = team.members.has(person.id);
    const value = [{ value: person.id }];
    await change(`/Groups/${team.id}`, { op: isMember ? 'Remove' : 'Add', path: 'members', value });
    if (isMember) team.members.delete(person.id);
    else team.members.add(person.id);
    team.changes += 1;
  };
  const remove = async (person: Person): Promise<void> => {
    if (team.members.has(person.id) || !person.active) return;
    const { status, isRepeat } = await insist('DELETE', `/Users/${person.id}`);
    if (status !== 204 && !(status === 404 && isRepeat)) contradictions.push(`DELETE ${person.userName}: ${status}`);
    person.isRemoved = true;
  };
  const look = async (person: Person): Promise<void> => {
    const { status, body } = await insist('GET', `/Users/${person.id}`);
    const wanted = person.isRemoved ? '404' : `200 ${person.title} ${person.active}`;
    const seen = status === 200 ? `200 ${String(body?.['title'])} ${String(body?.['active'])}` : String(status);
    if (seen !== wanted) contradictions.push(`GET ${person.userName}: ${seen} instead of ${wanted}`);
  };

  await join();
  for (let turn = 0; !shared.isStopping; turn += 1) {
    const living = own.filter(({ isRemoved }) => !isRemoved);
    const person = living.length > 0 ? dice.pick(living) : undefined;
    const deed = person === undefined ? 'join' : dice.pick(deeds);
    if (deed === 'join' || person === undefined) await join();
    else if (deed === 'rename') await rename(person, turn);
    else if (deed === 'look') await look(dice.pick(own));
    else if (deed === 'enroll') await enroll(person);
    else if (deed === 'toggle') await toggle(person);
    else await remove(person);
  }
}

function send(
  agent: Agent,
  { url, scimToken }: Reaching,
  method: string,
  path: string,
  body?: object,
): Promise<Omit<Reply, 'isRepeat'> | undefined> {
  return new Promise((resolve) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const length = text === undefined ? {} : { 'content-length': Buffer.byteLength(text) };
    const headers = { authorization: `Bearer ${scimToken}`, 'content-type': 'application/scim+json', ...length };
    const asked = request(`${url}/scim/v2${path}`, { method, agent, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', () => resolve(undefined));
      answer.on('aborted', () => resolve(undefined));
      answer.on('end', () => {
        const said = Buffer.concat(chunks).toString('utf8');
        resolve({ status: answer.statusCode ?? 0, body: said === '' ? undefined : (JSON.parse(said) as Body) });
      });
    });
    asked.on('error', () => resolve(undefined));
    asked.end(text);
  });
}
