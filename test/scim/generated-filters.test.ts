// Filters from the grammar, in every spelling: the list that comes back is what the reference evaluator finds in the JSON of
// the same people. The full count runs in npm run soak.
import * as fc from 'fast-check';
import { useDatabase } from '../support/database';
import {
  enterpriseUrn,
  type Filter,
  filters,
  foreignUrn,
  holds,
  type Resource,
  written,
} from '../support/scim-filters';
import { requests, subsOf, words } from '../support/scim-patches';
import { expected } from '../support/scim-reference';
import { soakCount } from '../support/soak';
import { type Body, doorNames, useDoors } from './doors';

const attributes = Object.keys(subsOf);
/** The database folds what has no key of its own, and pads; blanks at the end are a matter of other suites. */
const texts = words.filter((word) => !word.endsWith(' '));
const types = ['work', 'home', 'Work', 'other'];

const someOf = fc.constantFrom(...attributes).chain((name) =>
  filters({ texts: subsOf[name] ?? [], flags: ['primary'], words: [...texts, ...types] }).map((where): Filter => ({
    kind: 'some',
    path: name,
    where,
  })),
);
const grammar = {
  texts: [
    'userName',
    'externalId',
    'displayName',
    'title',
    'nickName',
    'locale',
    'timezone',
    'name.givenName',
    'name.middleName',
    `${enterpriseUrn}:department`,
    `${enterpriseUrn}:division`,
    `${enterpriseUrn}:manager.value`,
    `${foreignUrn}:badge`,
    ...attributes.flatMap((name) => (subsOf[name] ?? []).map((sub) => `${name}.${sub}`)),
  ],
  flags: ['active', 'emails.primary'],
  wholes: ['name', `${enterpriseUrn}:manager`],
  words: [...texts, 'work', 'u1', 'u1@example.com'],
};
const sent = fc.record({ filter: filters(grammar, [someOf]), seed: fc.nat() });

describe('generated filters', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const count = soakCount('filters', 800);
  const draw = { seed: soakCount('seed', 20_261_121) };

  it('S5: each finds what the reference evaluator finds, in order', async () => {
    const people: Resource[] = [];
    for (const body of bodies(40)) {
      const made = await doors.send('hot', 'POST', '/Users', { body });
      expect([body, made.status]).toEqual([body, 201]);
      people.push(made.body);
    }

    let hits = 0;
    for (const [number, { filter, seed }] of fc.sample(sent, { ...draw, numRuns: count }).entries()) {
      const text = written(filter, seed);
      const wanted = people.filter((person) => holds(filter, person)).map((person) => person['userName']);
      const path = `/Users?count=200&filter=${encodeURIComponent(text)}`;

      const { status, body } = await doors.send(doorNames[number % 2] ?? 'hot', 'GET', path);

      expect({ text, status, found: namesIn(body), total: body['totalResults'] }).toEqual({
        text,
        status: 200,
        found: wanted,
        total: wanted.length,
      });
      hits += wanted.length > 0 && wanted.length < people.length ? 1 : 0;
    }
    // Filters that find all or nobody would prove little.
    expect(hits).toBeGreaterThan(count / 3);
  }, 1_800_000);

  /** People with what generated requests leave behind. */
  function bodies(wanted: number): Resource[] {
    const drawn = fc.sample(fc.array(requests, { minLength: 6, maxLength: 6 }), { ...draw, numRuns: wanted });
    return drawn.map((chain, number) => {
      let resource: Resource = { userName: 'u', active: number % 3 > 0 };
      for (const { intents } of chain) {
        const outcome = expected(resource, intents);
        if ('after' in outcome) resource = outcome.after;
      }
      return trimmed({ ...resource, userName: `${texts[number % texts.length]}${number}` });
    });
  }
});

function namesIn(body: Body): unknown[] {
  return ((body['Resources'] ?? []) as unknown as { userName: string }[]).map(({ userName }) => userName);
}

function trimmed(resource: Resource): Resource {
  return JSON.parse(JSON.stringify(resource).replaceAll('b "', 'b"')) as Resource;
}
