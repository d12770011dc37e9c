// What a policy may say, and what an organization begins with.
import { faultsOf, reminderDrafts, toConfig } from '../../src/domain/reminder-policy';

const wish = { first: 'PT2S', repeat: 'PT3S', max: 2, window: 'always', cap: 'off' };

describe('a wish for a policy', () => {
  it('becomes a configuration when it has no fault', () => {
    const faults = faultsOf(wish);
    const config = toConfig(wish);

    expect(faults).toEqual([]);
    expect(config).toMatchObject({
      firstAfter: 'PT2S',
      intervals: ['PT3S'],
      maxCount: 2,
      window: 'always',
      cap: 'off',
      atEnd: 'stop',
    });
  });

  it.each([
    ['first', { first: '3 days' }],
    ['repeat', { repeat: 'PT0S' }],
    ['max', { max: 0 }],
    ['max', { max: 1.5 }],
    ['window', { window: 'night' }],
    ['cap', { cap: '7' }],
  ])('names the fault of %s', (name, edit) => {
    const faults = faultsOf({ ...wish, ...edit });

    expect(faults).toHaveLength(1);
    expect(faults[0]?.startsWith(name)).toBe(true);
  });
});

describe('the drafts', () => {
  it('cover every stage once, in office hours and with a cap', () => {
    const stages = reminderDrafts.map((draft) => draft.stage);

    expect(new Set(stages).size).toBe(8);
    expect(reminderDrafts.every(({ config }) => config.window === 'office' && config.cap === 'P7D')).toBe(true);
    expect(reminderDrafts[2]?.config).toMatchObject({
      firstAfter: 'P5D',
      intervals: ['P7D', 'P14D'],
      maxCount: 3,
      atEnd: 'escalate',
    });
  });
});
