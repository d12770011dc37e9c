// PATCH bodies from the grammar, in both dialects and every spelling: what the product makes of them is what the reference
// evaluator makes of their meaning. The full count over HTTP runs in npm run soak.
import * as fc from 'fast-check';
import { AppError } from '../../src/errors';
import { normalizePatch } from '../../src/scim/entra-dialect';
import { patch } from '../../src/scim/patch';
import { userSchema } from '../../src/scim/schemas';
import { toScimError } from '../../src/scim/scim-error';
import { fromWire, toWire } from '../../src/scim/user-mapping';
import { useDatabase } from '../support/database';
import { canonical, enterpriseUrn, type Json, type Resource } from '../support/scim-filters';
import { type Intent, patchBody, requests } from '../support/scim-patches';
import { expected } from '../support/scim-reference';
import { soakCount } from '../support/soak';
import { doorNames, idOf, useDoors } from './doors';

const schema = userSchema();
const start: Resource = { userName: 'u@example.com', active: true };

/** What the product makes of a body, without a database. */
function outcomeOf(before: Resource, body: unknown): { after: Json } | { refused: string | undefined } {
  try {
    const { operations } = normalizePatch(schema, body, 'the-id');
    const after = toWire(fromWire(patch(toWire(fromWire(before as never)), operations)));
    return { after: JSON.parse(JSON.stringify(after)) as Json };
  } catch (error) {
    if (!(error instanceof AppError) || error.kind === 'bug') throw error;
    return { refused: toScimError(error).scimType };
  }
}

describe('generated PATCH bodies', () => {
  it('S5: 12,000 bodies end in the state of the reference evaluator', () => {
    const agrees = fc.property(fc.array(requests, { minLength: 6, maxLength: 6 }), (chain) => {
      let before = start;
      for (const { intents, seed } of chain) {
        const body = patchBody(intents, seed);
        const wanted = expected(before, intents);
        const got = outcomeOf(before, body);
        if (canonical(got) !== canonical(wanted))
          throw new Error(JSON.stringify({ before, body, wanted, got }, null, 1));
        if ('after' in wanted) before = wanted.after;
      }
    });

    const { failed, errorInstance } = fc.check(agrees, { numRuns: 2000 });
    expect(failed ? String(errorInstance) : 'agrees').toBe('agrees');
  });

  describe('over HTTP', () => {
    const db = useDatabase();
    const doors = useDoors(db);
    const count = soakCount('bodies', 400);

    it('S5: each leaves the stored user as the reference evaluator says, or as it was, and never a 500', async () => {
      const made = await doors.send('hot', 'POST', '/Users', { body: start });
      const path = `/Users/${idOf(made)}`;
      let state: State = { before: start, version: versionOf(made.body) };
      const seen = new Set<string>();

      for (const [number, { intents, seed }] of fc
        .sample(requests, { numRuns: count, seed: soakCount('seed', 20_261_121) })
        .entries()) {
        // A user grows until nothing is new; now and then it begins again.
        if (number % 40 === 39) state = await restart(path);
        state = await step(path, state, intents, seed, number);
        seen.add(state.status ?? '');
      }

      expect([...seen].toSorted()).toEqual([
        '200',
        '400 invalidFilter',
        '400 invalidPath',
        '400 invalidSyntax',
        '400 invalidValue',
        '400 mutability',
        '400 noTarget',
      ]);
    }, 1_800_000);

    interface State {
      readonly before: Resource;
      readonly version: string;
      readonly status?: string;
    }

    async function restart(path: string): Promise<State> {
      const replaced = await doors.send('hot', 'PUT', path, { body: start });
      return { before: start, version: versionOf(replaced.body) };
    }

    async function step(path: string, { before, version }: State, intents: Intent[], seed: number, number: number) {
      const door = doorNames[number % 2] ?? 'hot';
      const body = patchBody(intents, seed);
      const wanted = expected(before, intents);

      const answer = await doors.send(door, 'PATCH', path, { body });
      const read = await doors.send('hot', 'GET', path);

      const isRefused = 'refused' in wanted;
      const after = isRefused ? before : wanted.after;
      const isSame = canonical(after) === canonical(before);
      expect({
        body,
        status: isRefused ? [answer.status, answer.body['scimType']] : answer.status,
        stored: canonical(ownPart(read.body)),
        isSameVersion: versionOf(read.body) === version,
      }).toEqual({
        body,
        status: isRefused ? [400, wanted.refused] : 200,
        stored: canonical(after),
        isSameVersion: isSame,
      });
      return {
        before: after,
        version: versionOf(read.body),
        status: isRefused ? `400 ${wanted.refused}` : '200',
      };
    }
  });
});

function versionOf(body: unknown): string {
  return (body as { meta: { version: string } }).meta.version;
}

/** What the client owns of an answer; a manager who turns out to be somebody is shown with more. */
function ownPart(body: unknown): Resource {
  const { id: _, schemas: __, meta: ___, ...own } = body as Resource;
  const extension = own[enterpriseUrn] as { manager?: { value: string } } | undefined;
  if (extension?.manager === undefined) return own;
  return { ...own, [enterpriseUrn]: { ...extension, manager: { value: extension.manager.value } } };
}
