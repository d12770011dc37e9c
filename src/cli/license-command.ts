// `uptake pool set|list`, `uptake license-rule add|end|list` and `uptake license grant|deny|clear`.
import type { Caller } from '../domain/caller';
import type { LicenseRules, RuleWish } from '../service/license-rules';
import type { LicenseSwitch, SwitchedPool } from '../service/license-switch';
import type { Pools, PoolWish } from '../service/pools';
import type { LicenseWish, SwitchVerb } from './license-verbs';
import type { Output } from './output';

interface PoolParts {
  readonly pools: Pools;
  readonly caller: Caller;
  readonly output: Output;
}

interface RuleParts {
  readonly licenseRules: LicenseRules;
  readonly caller: Caller;
  readonly output: Output;
}

type PoolShown = Awaited<ReturnType<Pools['list']>>[number];
type RuleShown = Awaited<ReturnType<LicenseRules['list']>>[number];

/** Makes or changes a pool. */
export async function setPool({ pools, caller, output }: PoolParts, code: string, wish: PoolWish): Promise<void> {
  const pool = await pools.set(caller, code, wish);
  output.result(poolDocument(pool), [poolLine(pool)]);
}

/** Lists the pools. */
export async function listPools({ pools, caller, output }: PoolParts): Promise<void> {
  const all = await pools.list(caller);
  output.result({ items: all.map(poolDocument) }, all.map(poolLine));
}

/** Makes a rule and applies it to everybody. */
export async function addLicenseRule({ licenseRules, caller, output }: RuleParts, wish: RuleWish): Promise<void> {
  const { rule, people } = await licenseRules.add(caller, wish);
  output.result({ ...ruleDocument(rule), people }, [ruleLine(rule), `Applied to ${people} people.`]);
}

/** Ends a rule and withdraws what it granted. */
export async function endLicenseRule({ licenseRules, caller, output }: RuleParts, ruleId: string): Promise<void> {
  const { rule, people } = await licenseRules.end(caller, ruleId);
  output.result({ ...ruleDocument(rule), people }, [ruleLine(rule), `Withdrawn from ${people} people.`]);
}

/** Lists the rules, ended ones last. */
export async function listLicenseRules({ licenseRules, caller, output }: RuleParts): Promise<void> {
  const all = await licenseRules.list(caller);
  output.result({ items: all.map(ruleDocument) }, all.map(ruleLine));
}

interface SwitchParts {
  readonly licenseSwitch: LicenseSwitch;
  readonly caller: Caller;
  readonly output: Output;
}

/** Grants, denies or leaves to the other sources the license of one person, and says how they stand now. */
export async function switchLicense(
  { licenseSwitch, caller, output }: SwitchParts,
  verb: SwitchVerb,
  { user, pool, reason }: LicenseWish,
): Promise<void> {
  const userId = await licenseSwitch.findUser(caller, user);
  const call = { grant: licenseSwitch.assign, deny: licenseSwitch.release, clear: licenseSwitch.clear }[verb];
  const { isChanged, pools } = await call(caller, userId, { poolCode: pool, ...(reason !== undefined && { reason }) });
  for (const { code, holds, claims } of pools) {
    const document = { user_id: userId, pool: code, changed: isChanged, license: holds, claims };
    output.result(document, [`${userId}: ${holdsWords[holds]} ${code}${isChanged ? '' : ' (nothing changed)'}`]);
  }
}

const holdsWords: Readonly<Record<SwitchedPool['holds'], string>> = {
  assigned: 'has a license of',
  waitlisted: 'waits for a license of',
  none: 'has no license of',
};

function poolDocument({ id, code, name, isApp, overSeat, seats, assigned, waitlisted }: PoolShown): object {
  const free = Math.max(0, seats - assigned);
  const over = Math.max(0, assigned - seats);
  return {
    pool_id: id,
    code,
    name,
    is_app: isApp,
    over_seat: overSeat,
    seats,
    assigned,
    free,
    over_assigned: over,
    waitlisted,
  };
}

function poolLine({ code, isApp, overSeat, seats, assigned, waitlisted }: PoolShown): string {
  return `${code} (${isApp ? 'app' : 'add-on'}, ${overSeat}): ${seats} seats, ${assigned} assigned, ${waitlisted} waiting`;
}

function ruleDocument({
  id,
  source,
  poolCode,
  matchValue,
  groupId,
  createdAt,
  endedAt,
  pendingAfter,
}: RuleShown): object {
  return {
    rule_id: id,
    source,
    pool: poolCode,
    match: matchValue,
    group_id: groupId,
    created_at: createdAt.toISOString(),
    ended_at: endedAt?.toISOString() ?? null,
    is_applied: pendingAfter === null,
  };
}

function ruleLine({ id, source, poolCode, matchValue, endedAt, pendingAfter }: RuleShown): string {
  const state = `${endedAt === null ? 'open' : 'ended'}${pendingAfter === null ? '' : ', not applied to everybody yet: repeat the command'}`;
  return `${id}  ${source} "${matchValue}" -> ${poolCode} (${state})`;
}
