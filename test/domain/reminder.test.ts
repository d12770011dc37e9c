// The judgment of journeys: what comes next, when, and whether a mail may still leave.
import { isHeldOut, mayStillSend, plan } from '../../src/domain/reminder';
import { after, aSituation, assignedAt, day, episode, policyOf, row, seconds, stepOne } from '../support/reminder-cast';

describe('the plan', () => {
  it('sends the invitation at once, without any policy', () => {
    const facts = aSituation({ invitation: { isOn: true, status: null } });

    const next = plan(facts, undefined, assignedAt);

    expect(next).toEqual({ kind: 'send', stage: 'activation', episode, step: 0 });
  });

  it('invites nobody twice, nobody who is past activation, nobody of a source that is off', () => {
    const invited = aSituation({ invitation: { isOn: true, status: 'unknown' } });
    const activated = aSituation(
      { invitation: { isOn: true, status: null } },
      { milestones: { activatedAt: assignedAt, onboardedAt: null, itemsAddedAt: null } },
    );
    const unwanted = aSituation({ invitation: { isOn: false, status: null } });

    const plans = [invited, activated, unwanted].map((facts) => plan(facts, undefined, assignedAt).kind);

    expect(plans).toEqual(['wait', 'wait', 'wait']);
  });

  it('invites somebody who opted out of reminders, then ends', () => {
    const optedOut = { suppressions: [{ kind: 'opt_out', expiresAt: null }] as const };

    const before = plan(aSituation({ ...optedOut, invitation: { isOn: true, status: null } }), policyOf(), assignedAt);
    const then = plan(aSituation(optedOut), policyOf(), assignedAt);

    expect(before).toMatchObject({ kind: 'send', step: 0 });
    expect(then).toEqual({ kind: 'end', reason: 'opted_out' });
  });

  it('waits for the first reminder, sends it, waits for the interval, then is exhausted', () => {
    const policy = policyOf();
    const first = row(1, seconds(2));
    const second = row(2, seconds(5));

    const plans = [
      plan(aSituation(), policy, assignedAt),
      plan(aSituation(), policy, seconds(2)),
      plan(aSituation({ reminders: [first], lastMailAt: first.at }), policy, seconds(2)),
      plan(aSituation({ reminders: [first], lastMailAt: first.at }), policy, seconds(5)),
      plan(aSituation({ reminders: [first, second], lastMailAt: second.at }), policy, seconds(5)),
    ];

    expect(plans).toEqual([
      { kind: 'wait', until: seconds(2), stage: 'activation', action: 'remind' },
      { kind: 'send', ...stepOne },
      { kind: 'wait', until: seconds(5), stage: 'activation', action: 'remind' },
      { kind: 'send', ...stepOne, step: 2 },
      { kind: 'end', reason: 'exhausted' },
    ]);
  });

  it.each([
    ['deactivated', {}, { accountState: 'deactivated' as const }],
    ['removed', {}, { accountState: 'removed' as const }],
    ['no_license', { seat: null }, {}],
    ['using', {}, { milestones: { activatedAt: assignedAt, onboardedAt: assignedAt, itemsAddedAt: assignedAt } }],
  ])('ends with %s', (reason, edit, user) => {
    const next = plan(aSituation(edit, user), policyOf(), assignedAt);

    expect(next).toEqual({ kind: 'end', reason });
  });

  it('starts the next stage from its milestone, with an interval of its own', () => {
    const milestones = { activatedAt: seconds(60), onboardedAt: null, itemsAddedAt: null };
    const facts = aSituation({ reminders: [row(1, seconds(2))] }, { milestones });

    const next = plan(facts, policyOf(), seconds(60));

    expect(next).toEqual({ kind: 'wait', until: seconds(62), stage: 'app_setup', action: 'remind' });
  });

  it('begins anew in a new episode', () => {
    const old = row(2, seconds(1), { episode: 'an earlier assignment' });

    const next = plan(
      aSituation({ reminders: [row(1, seconds(0), { episode: 'an earlier assignment' }), old] }),
      policyOf(),
      seconds(2),
    );

    expect(next).toEqual({ kind: 'send', ...stepOne });
  });

  it('keeps seven days between mails of all stages when the policy caps', () => {
    const facts = aSituation({ lastMailAt: assignedAt });

    const next = plan(facts, policyOf({ cap: 'P7D' }), seconds(10));

    expect(next).toMatchObject({ kind: 'wait', until: after(7 * day) });
  });

  it('waits for the end of a snooze, and in steps of at most thirty days', () => {
    const until = after(40 * day);
    const facts = aSituation({ suppressions: [{ kind: 'snooze', expiresAt: until }] });

    const first = plan(facts, policyOf(), seconds(10));
    const last = plan(facts, policyOf(), after(20 * day));

    expect(first).toMatchObject({ kind: 'wait', until: new Date(seconds(10).getTime() + 30 * day) });
    expect(last).toMatchObject({ kind: 'wait', until });
  });

  it('asks for the row of a skip once, then waits for what lifts it', () => {
    const bounced = aSituation({ suppressions: [{ kind: 'soft_bounce', expiresAt: after(7 * day) }] });
    const known = { ...bounced, reminders: [row(1, seconds(3), { status: 'skipped', reason: 'soft_bounce' })] };
    const lifted = { ...known, suppressions: [] };

    const plans = [bounced, known, lifted].map((facts) => plan(facts, policyOf(), seconds(9)));

    expect(plans).toMatchObject([
      { kind: 'send', step: 1 },
      { kind: 'wait', until: after(7 * day) },
      { kind: 'send', step: 1 },
    ]);
  });

  it('escalates once after the last mail, and nobody who was held out', () => {
    const policy = policyOf({ maxCount: 1, atEnd: 'escalate', escalateAfter: 'P7D' });
    const reminded = aSituation({ reminders: [row(1, seconds(2))] });
    const noted = { ...reminded, notes: [{ ...stepOne, step: 2 }] };
    const everybody = policyOf({ ...policy.config, holdOut: { percent: 100, salt: 's' } });

    const plans = [
      plan(reminded, policy, seconds(3)),
      plan(reminded, policy, after(8 * day)),
      plan(noted, policy, after(8 * day)),
      plan(reminded, everybody, after(8 * day)),
    ];

    expect(plans).toEqual([
      { kind: 'wait', until: new Date(seconds(2).getTime() + 7 * day), stage: 'activation', action: 'escalate' },
      { kind: 'note', note: 'escalate', ...stepOne, step: 2 },
      { kind: 'end', reason: 'exhausted' },
      { kind: 'end', reason: 'exhausted' },
    ]);
  });
});

describe('the nine checks', () => {
  const facts = aSituation();
  const policy = policyOf();

  it('let a mail go when nothing is in its way', () => {
    const verdict = mayStillSend(facts, policy, stepOne, seconds(2));

    expect(verdict).toEqual({ kind: 'go' });
  });

  it.each([
    ['organization_paused', { organization: { timeZone: 'UTC', mailPausedAt: assignedAt } }, {}],
    ['stage_left', {}, { milestones: { activatedAt: assignedAt, onboardedAt: null, itemsAddedAt: null } }],
    ['not_enabled', {}, { accountState: 'deactivated' as const }],
    ['no_license', { seat: null }, {}],
    ['no_license', { seat: { assignmentId: 'another', assignedAt } }, {}],
    ['no_address', {}, { email: null }],
    ['hard_bounce', { suppressions: [{ kind: 'hard_bounce' as const, expiresAt: null }] }, {}],
    ['complaint', { suppressions: [{ kind: 'complaint' as const, expiresAt: null }] }, {}],
    ['opted_out', { suppressions: [{ kind: 'opt_out' as const, expiresAt: null }] }, {}],
    ['never_list', { suppressions: [{ kind: 'never_list' as const, expiresAt: null }] }, {}],
    ['snoozed', { suppressions: [{ kind: 'snooze' as const, expiresAt: after(day) }] }, {}],
  ])('stop a mail with %s', (code, edit, user) => {
    const verdict = mayStillSend(aSituation(edit, user), policy, stepOne, seconds(2));

    expect(verdict).toMatchObject({ code });
  });

  it('stop a mail without a policy, over the cap, outside the window and for a hold-out', () => {
    const saturday = new Date('2027-01-09T10:00:00Z');
    const capped = aSituation({ lastMailAt: assignedAt });

    const verdicts = [
      mayStillSend(facts, undefined, stepOne, seconds(2)),
      mayStillSend(capped, policyOf({ cap: 'P7D' }), stepOne, seconds(2)),
      mayStillSend(facts, policyOf({ window: 'office' }), stepOne, saturday),
      mayStillSend(facts, policyOf({ holdOut: { percent: 100, salt: 's' } }), stepOne, seconds(2)),
      mayStillSend(aSituation({ reminders: [row(1, seconds(1))] }), policy, stepOne, seconds(2)),
    ];

    expect(verdicts).toMatchObject([
      { code: 'policy_paused' },
      { code: 'over_cap' },
      { code: 'outside_window' },
      { kind: 'hold_out' },
      { kind: 'duplicate' },
    ]);
  });

  it('let the first that fails decide', () => {
    const everything = aSituation(
      { seat: null, lastMailAt: assignedAt, suppressions: [{ kind: 'hard_bounce', expiresAt: null }] },
      { accountState: 'deactivated', email: null },
    );

    const verdict = mayStillSend(everything, policyOf({ cap: 'P7D' }), stepOne, seconds(2));

    expect(verdict).toEqual({ kind: 'skip', code: 'not_enabled' });
  });

  it('count a suppression no more once its end has come', () => {
    const expired = aSituation({ suppressions: [{ kind: 'soft_bounce', expiresAt: seconds(2) }] });

    const verdict = mayStillSend(expired, policy, stepOne, seconds(2));

    expect(verdict).toEqual({ kind: 'go' });
  });

  it('agree with the plan: what it wants sent, they let go or skip with a row', () => {
    const situations = [facts, aSituation({ lastMailAt: assignedAt }), aSituation({}, { email: null })];

    const pairs = situations.map((it) => [
      plan(it, policy, seconds(2)).kind,
      mayStillSend(it, policy, stepOne, seconds(2)).kind,
    ]);

    expect(pairs).toEqual([
      ['send', 'go'],
      ['send', 'go'],
      ['send', 'skip'],
    ]);
  });
});

describe('the hold-out', () => {
  it('takes about its share of the people, and always the same ones', () => {
    const policy = policyOf({ holdOut: { percent: 20, salt: 'winter' } });
    const people = Array.from({ length: 5000 }, (_, index) => `user-${index}`);

    const held = people.filter((id) => isHeldOut(policy, 'activation', id));

    expect(held.length / people.length).toBeGreaterThan(0.17);
    expect(held.length / people.length).toBeLessThan(0.23);
    expect(people.filter((id) => isHeldOut(policy, 'activation', id))).toEqual(held);
  });
});
