// One provisioning cycle with a fixed outcome: several clients that look, create, change and remove as Entra does, trying again
// after each 503, and the rows that must be there in the end. Called by the journey that takes the database away.
import { Agent, request } from 'node:http';
import { entraPatch, entraUser, type Operation } from './entra-client';
import type { Product } from './product';

/** One answer of the cycle. */
export interface CycleAnswer {
  readonly asked: string;
  /** 0 = none came. */
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly ms: number;
  /** An attempt before this one may have done it already. */
  readonly isRepeat: boolean;
}

/** What a cycle works with. */
export interface CycleParts {
  readonly url: string;
  /** SCIM token of the organization whose cycle it is. */
  readonly token: string;
  /** Called after each answer. */
  readonly onAnswer: (all: readonly CycleAnswer[]) => void;
}

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

type Ask = (method: string, path: string, body?: object) => Promise<Reply>;

const clients = 4;
const peopleEach = 9;
const pauseMs = 50;

/** Runs the whole cycle. Everybody's part is their own, so the end is the same in any order. @throws Error for an answer that cannot be right */
export async function runCycle({ url, token, onAnswer }: CycleParts): Promise<readonly CycleAnswer[]> {
  const answers: CycleAnswer[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const ask: Ask = async (method, path, body) => {
    for (let isRepeat = false; ; isRepeat = true) {
      const { reply, ...answer } = await send(agent, { url, token, method, path, body });
      answers.push({ ...answer, isRepeat });
      onAnswer(answers);
      if (answer.status !== 503) return reply;
      if (method === 'POST') return reply;
      await pause();
    }
  };
  try {
    await Promise.all(Array.from({ length: clients }, (_, number) => runClient(ask, number)));
  } finally {
    agent.destroy();
  }
  return answers;
}

async function runClient(ask: Ask, number: number): Promise<void> {
  const group = await provision(ask, 'Groups', `displayName eq "Team ${number}"`, { displayName: `Team ${number}` });
  for (let no = 0; no < peopleEach; no += 1) {
    const userName = `p${number}-${no}@example.com`;
    const body = { ...entraUser({ userName, givenName: 'P', familyName: `${no}` }), externalId: userName };
    const id = await provision(ask, 'Users', `userName eq "${userName}"`, body);
    const user = (...operations: Operation[]) => change(ask, `/Users/${id}`, operations);
    const team = (op: string) => change(ask, `/Groups/${group}`, [{ op, path: 'members', value: [{ value: id }] }]);
    await user({ op: 'Replace', path: 'title', value: `Title ${no}` });
    await team('Add');
    if (no % 3 === 1) await user({ op: 'Replace', path: 'active', value: 'False' });
    if (no % 3 === 2) await team('Remove');
    await user({ op: 'Add', path: 'roles', value: [{ value: `role ${no}` }] });
    if (no % 4 === 1) await user({ op: 'Replace', path: 'active', value: 'True' });
    if (no % 4 === 3) await remove(ask, `/Users/${id}`);
  }
}

/** Looks, then creates; a lost POST is looked for before it is sent again. */
async function provision(ask: Ask, resource: string, filter: string, body: object): Promise<string> {
  for (let wasTaken = false; ;) {
    const found = await ask('GET', `/${resource}?filter=${encodeURIComponent(filter)}`);
    const [known] = (found.body['Resources'] ?? []) as { id: string }[];
    if (known !== undefined) return known.id;
    if (wasTaken) throw new Error(`409 for ${filter}, and nobody is found`);
    const made = await ask('POST', `/${resource}`, body);
    if (made.status === 201) return made.body['id'] as string;
    wasTaken = made.status === 409;
    await pause();
  }
}

async function change(ask: Ask, path: string, operations: readonly Operation[]): Promise<void> {
  const { status } = await ask('PATCH', path, entraPatch(...operations));
  if (status !== 200) throw new Error(`PATCH ${path}: ${status}`);
}

async function remove(ask: Ask, path: string): Promise<void> {
  await ask('DELETE', path);
  const { status } = await ask('GET', path);
  if (status !== 404) throw new Error(`GET after DELETE ${path}: ${status}`);
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, pauseMs));

/** What the cycle has left of an organization, by names: people, seats, groups, and how often each consequence was written. */
export async function readOutcome({ rows }: Pick<Product, 'rows'>, slug: string): Promise<Record<string, unknown[]>> {
  const of = (sql: string) =>
    rows(sql.replaceAll(':organization', '(SELECT organization_id FROM organizations WHERE slug = ?)'), [slug]);
  return {
    people: await of(
      `SELECT user_name, external_id, email, title, scim_active, account_state, licensed_at IS NOT NULL AS has_seat, row_version FROM users WHERE organization_id = :organization ORDER BY user_name`,
    ),
    values: await of(
      `SELECT u.user_name, v.attribute, v.ordinal, v.value FROM user_values v JOIN users u ON u.organization_id = v.organization_id AND u.id = v.user_id WHERE v.organization_id = :organization ORDER BY 1, 2, 3`,
    ),
    groups: await of(
      `SELECT display_name, row_version, member_count FROM directory_groups WHERE organization_id = :organization ORDER BY display_name`,
    ),
    members: await of(
      `SELECT g.display_name, u.user_name, m.left_at IS NULL AS is_open FROM directory_group_members m JOIN directory_groups g ON g.id = m.group_id AND g.organization_id = m.organization_id
       JOIN users u ON u.id = m.user_id AND u.organization_id = m.organization_id WHERE m.organization_id = :organization ORDER BY 1, 2, 3`,
    ),
    seats: await of(
      `SELECT u.user_name, s.released_at IS NULL AS is_held FROM license_assignments s JOIN users u ON u.id = s.user_id AND u.organization_id = s.organization_id WHERE s.organization_id = :organization ORDER BY 1, 2`,
    ),
    assigned: await of(`SELECT assigned FROM license_pools WHERE organization_id = :organization`),
    audit: await of(
      `SELECT action, COUNT(*) AS times FROM audit_entries WHERE organization_id = :organization AND target_kind IN ('user', 'group') GROUP BY action ORDER BY action`,
    ),
    outbox: await of(
      `SELECT topic, COUNT(*) AS times FROM outbox WHERE organization_id = :organization GROUP BY topic ORDER BY topic`,
    ),
  };
}

interface Sent {
  readonly url: string;
  readonly token: string;
  readonly method: string;
  readonly path: string;
  readonly body: object | undefined;
}

function send(
  agent: Agent,
  { url, token, method, path, body }: Sent,
): Promise<Omit<CycleAnswer, 'isRepeat'> & { reply: Reply }> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/scim+json',
    ...(text !== undefined && { 'content-length': Buffer.byteLength(text) }),
  };
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const end = (status: number, said: string, retryAfter?: string): void => {
      const reply = { status, body: said === '' ? {} : (JSON.parse(said) as Reply['body']) };
      resolve({ asked: `${method} ${path}`, status, retryAfter, ms: performance.now() - startedAt, reply });
    };
    const asked = request(`${url}/scim/v2${path}`, { method, agent, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', () => end(0, ''));
      answer.on('end', () =>
        end(answer.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'), answer.headers['retry-after']),
      );
    });
    asked.on('error', () => end(0, ''));
    asked.end(text);
  });
}
