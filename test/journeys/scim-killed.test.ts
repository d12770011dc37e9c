// F1, S13: web dies by SIGKILL at random points of a storm whose clients try again as Entra does. Afterwards users, seats,
// groups and trail are what the model says, each change made exactly once, and no answer contradicted another. npm run soak
// kills 200 times in some 5,000 requests.
import { findSeatDifference } from '../support/oracle';
import { useProduct } from '../support/product';
import { createDice } from '../support/scim-dice';
import { type Person, startStorm, type Storm, type Team } from '../support/scim-storm';
import { soakCount } from '../support/soak';

const kills = soakCount('kills', 5);
const seed = soakCount('seed', 20_261_121);
const clients = 6;
/** 5,000 requests for 200 kills. */
const answersEach = 25;

describe('S13: web killed at random points of a storm', () => {
  const product = useProduct({ roles: ['web'] });
  let storm: Storm | undefined;
  afterAll(() => storm?.stop());

  test('the state is that of the model, and no answer contradicts another', async () => {
    await product.rows('UPDATE license_pool_terms SET seats = 1000000');
    const dice = createDice(seed);
    storm = startStorm(product, clients, seed);
    for (let kill = 0; kill < kills; kill += 1) {
      await goesOn(storm, answersEach);
      await new Promise((resolve) => setTimeout(resolve, dice.pick([0, 1, 2, 3, 5, 8, 13])));
      await product.web.kill();
      await product.web.start();
    }
    await goesOn(storm, answersEach);
    await storm.stop();

    expect(storm.contradictions).toEqual([]);
    expect(storm.counts.unanswered).toBeGreaterThan(0);
    expect(await differences(storm)).toEqual([]);
    expect(await brokenUsers()).toEqual([]);
    expect(await findSeatDifference(product)).toBe(0);
  }, 3_600_000);

  /** Waits for so many more answers. */
  async function goesOn({ counts }: Storm, more: number): Promise<void> {
    const answered = (): number => counts.sent - counts.unanswered;
    const before = answered();
    await product.until('the storm goes on', async () => answered() >= before + more, 30_000);
  }

  /** Where what is read differs from the model; a version counts each change once. */
  async function differences({ people, teams }: Storm): Promise<string[]> {
    const found: string[] = [];
    for (const person of people) found.push(...compare(person.userName, await seenOf(person), modelOf(person)));
    for (const team of teams) found.push(...compare(team.id, await membersOf(team), teamOf(team)));
    return found;
  }

  async function seenOf({ id }: Person): Promise<object> {
    const { status, body } = await product.scim('GET', `/Users/${id}`);
    const { title, active, meta } = body as { title?: string; active?: boolean; meta?: { version: string } };
    return status === 404 ? { status } : { status, title, active, version: meta?.version };
  }

  async function membersOf({ id }: Team): Promise<object> {
    const { body } = await product.scim('GET', `/Groups/${id}`);
    const { members = [], meta } = body as { members?: { value: string }[]; meta: { version: string } };
    return { members: members.map(({ value }) => value).toSorted(), version: meta.version };
  }

  /** People without exactly one row of each kind that their state asks for, or without a trail of each change. */
  async function brokenUsers(): Promise<string[]> {
    const found = await product.rows<{ id: string }>(
      `SELECT * FROM (SELECT users.id, users.account_state = 'enabled' AS enabled, users.row_version AS version,
         (SELECT COUNT(*) FROM license_assignments seats WHERE seats.user_id = users.id AND seats.released_at IS NULL) AS seats,
         (SELECT COUNT(*) FROM license_assignments seats WHERE seats.user_id = users.id) AS all_seats,
         (SELECT COUNT(*) FROM user_state_intervals states WHERE states.user_id = users.id AND states.ended_at IS NULL) AS states,
         (SELECT COUNT(*) FROM user_values found WHERE found.user_id = users.id AND found.attribute = 'emails') AS emails,
         (SELECT COUNT(*) FROM outbox WHERE outbox.subject_id = users.id AND outbox.topic = 'SeatAssigned') AS messages,
         (SELECT COUNT(*) FROM audit_entries trail WHERE trail.target_id = users.id AND trail.action = 'user.created') AS made,
         (SELECT COUNT(*) FROM audit_entries trail WHERE trail.target_id = users.id AND trail.action LIKE 'user.%') AS entries,
         (SELECT GROUP_CONCAT(trail.action) FROM audit_entries trail WHERE trail.target_id = users.id) AS trail
       FROM users) facts
       WHERE seats <> enabled OR made <> 1 OR messages <> all_seats OR emails <> 1 OR states <> 1 OR entries <> version`,
    );
    return found.map((row) => JSON.stringify(row));
  }
});

function modelOf({ isRemoved, title, active, changes }: Person): object {
  return isRemoved ? { status: 404 } : { status: 200, title, active, version: `W/"${1 + changes}"` };
}

function teamOf({ members, changes }: Team): object {
  return { members: [...members].toSorted(), version: `W/"${1 + changes}"` };
}

function compare(name: string, seen: object, wanted: object): string[] {
  const [left, right] = [JSON.stringify(seen), JSON.stringify(wanted)];
  return left === right ? [] : [`${name}: ${left} instead of ${right}`];
}
