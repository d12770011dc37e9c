// One lane over a real outbox and a real server: crashes, two relays, a poisonous row, a server that is away.
import { newId } from '../../src/ids';
import { createOutbox } from '../../src/service/outbox';
import type { OutboxEvent } from '../../src/domain/event';
import { createLaneRate } from '../../src/temporal/lane-rate';
import { createGate, createPresence } from '../../src/temporal/patience';
import { passLane, type LaneTools } from '../../src/temporal/relay-lane';
import { createWorkflowCalls, type WorkflowCalls } from '../../src/temporal/workflow-calls';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { quietLog } from '../support/reports';
import { useTemporalWorld } from '../support/temporal-world';

describe('a lane of the relay', () => {
  const db = useDatabase();
  const world = useTemporalWorld();
  const clock = testClock();
  const synced: string[] = [];
  const schedules = {
    syncReport: async (organizationId: number, reportId: string) => void synced.push(`${organizationId}/${reportId}`),
    syncOrganization: async () => undefined,
  };

  const toolsOver = (more: Partial<LaneTools> = {}): LaneTools => ({
    lane: 1,
    outbox: createOutbox({ database: db.database, newId }),
    calls: createWorkflowCalls({ client: world.link.client, schedules, callMs: 5000 }),
    rate: createLaneRate({ perSecond: 1000, clock }),
    presence: createPresence({ clock, log: quietLog }),
    gate: createGate(20),
    clock,
    log: quietLog,
    fault: async () => undefined,
    stopping: new AbortController().signal,
    ...more,
  });
  const add = (events: readonly OutboxEvent[], lane: 0 | 1 | 2 = 1) =>
    db.database.inTransaction(db.organizationId, (stores) =>
      stores.outbox.add(
        events.map((event) => ({ event, lane })),
        clock.now(),
      ),
    );
  const rows = async () => {
    const [found] = await db.sql.query(
      'SELECT dispatched_at IS NOT NULL AS done, attempts, last_error, claimed_until FROM outbox ORDER BY id',
    );
    return found as { done: number; attempts: number; last_error: string | null; claimed_until: Date | null }[];
  };
  const signalsOf = async (userId: string): Promise<number> => {
    const history = await world.link.client.workflow.getHandle(`onboarding/${userId}`).fetchHistory();
    return (history.events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes).length;
  };

  beforeEach(() => {
    clock.set('2026-03-02T09:00:00Z');
    synced.length = 0;
  });

  it('starts a journey for its first row and makes one call of ten changes', async () => {
    const userId = newId();
    await add([
      { topic: 'SeatAssigned', userId },
      ...Array.from({ length: 9 }, () => ({ topic: 'ProfileChanged', userId }) as const),
    ]);

    const taken = await passLane(toolsOver());

    expect(taken).toBe(10);
    expect(await signalsOf(userId)).toBe(1);
    expect((await rows()).every((row) => row.done === 1 && row.claimed_until === null)).toBe(true);
  });

  it('sets the organization as search attribute, and nothing that names a person', async () => {
    const userId = newId();
    await add([{ topic: 'SeatAssigned', userId }]);

    await passLane(toolsOver());
    const run = await world.link.client.workflow.getHandle(`onboarding/${userId}`).describe();

    expect(run.searchAttributes['UptakeOrganization']).toEqual([String(db.organizationId)]);
    expect(run.memo).toEqual({});
  });

  it('counts a signal to a journey that is not open as done', async () => {
    await add([{ topic: 'UserDeactivated', userId: newId() }]);

    await passLane(toolsOver());

    expect(await rows()).toMatchObject([{ done: 1, attempts: 1 }]);
  });

  it('makes a schedule equal to its row', async () => {
    await add([{ topic: 'ReportScheduleChanged', reportId: 'r1' }], 0);

    await passLane(toolsOver({ lane: 0 }));

    expect(synced).toEqual([`${db.organizationId}/r1`]);
  });

  it('repeats a call after a crash between call and mark, without harm', async () => {
    const userId = newId();
    await add([{ topic: 'SeatAssigned', userId }]);
    const crash = async (point: string): Promise<void> => {
      if (point === 'relay.beforeMark') throw new Error('killed');
    };

    const crashed = passLane(toolsOver({ fault: crash }));
    await expect(crashed).rejects.toThrow('killed');
    const during = await passLane(toolsOver());
    clock.advance(30_000);
    const after = await passLane(toolsOver());

    expect([during, after]).toEqual([0, 1]);
    expect(await rows()).toMatchObject([{ done: 1, attempts: 2 }]);
    expect(await signalsOf(userId)).toBe(2);
  });

  it('takes up what a crash left between claim and call', async () => {
    const userId = newId();
    await add([{ topic: 'SeatAssigned', userId }]);

    const crashed = passLane(toolsOver({ fault: async () => Promise.reject(new Error('killed')) }));
    await expect(crashed).rejects.toThrow('killed');
    clock.advance(30_000);
    await passLane(toolsOver());

    expect(await signalsOf(userId)).toBe(1);
  });

  it('shares rows between two relays: each row is called by one of them', async () => {
    const calls: string[] = [];
    const counting: WorkflowCalls = {
      perform: async (action) => void calls.push('workflowId' in action ? action.workflowId : ''),
    };
    await add(Array.from({ length: 600 }, () => ({ topic: 'SeatAssigned', userId: newId() }) as const));

    const drain = async (): Promise<void> => {
      while ((await passLane(toolsOver({ calls: counting }))) > 0) continue;
    };
    await Promise.all([drain(), drain()]);

    expect(calls).toHaveLength(600);
    expect(new Set(calls).size).toBe(600);
    expect((await rows()).every((row) => row.done === 1)).toBe(true);
  });

  it('tries a poisonous row ten times, parks it, and lets the others through', async () => {
    const userId = newId();
    await db.sql.query(
      `INSERT INTO outbox (organization_id, topic, subject_id, lane, payload, created_at, available_at, attempts) VALUES (?, 'NoSuchTopic', ?, 1, '{}', ?, ?, 0)`,
      [db.organizationId, newId(), clock.now(), clock.now()],
    );
    await add([{ topic: 'SeatAssigned', userId }]);

    for (let pass = 0; pass < 12; pass += 1) {
      await passLane(toolsOver());
      clock.advance(60_000);
    }
    const [parked] = await db.sql.query(
      'SELECT attempts, last_error, available_at > ? AS away FROM outbox WHERE topic = ?',
      ['9999-01-01', 'NoSuchTopic'],
    );
    const depth = await createOutbox({ database: db.database, newId }).depth(clock.now());

    expect(await signalsOf(userId)).toBe(1);
    expect(parked).toEqual([{ attempts: 10, last_error: 'unknown_topic', away: 1 }]);
    expect(depth).toEqual([{ lane: 1, waiting: 0, oldestAt: null, parked: 1 }]);
    const [alerts] = await db.sql.query('SELECT kind, is_open FROM alerts');
    expect(alerts).toEqual([{ kind: 'work_parked', is_open: 1 }]);
  });

  it('keeps rows while the server is away, uncounted, asks with one row, and delivers each once when it is back', async () => {
    const userIds = Array.from({ length: 30 }, () => newId());
    await add(userIds.map((userId) => ({ topic: 'SeatAssigned', userId })));
    let calls = 0;
    const away: WorkflowCalls = {
      perform: async () => {
        calls += 1;
        throw Object.assign(new Error('14 UNAVAILABLE'), { code: 14, details: '', metadata: {} });
      },
    };
    const presence = createPresence({ clock, log: quietLog });

    await passLane(toolsOver({ calls: away, presence }));
    const first = calls;
    clock.advance(1000);
    await passLane(toolsOver({ calls: away, presence }));
    const second = calls - first;
    clock.advance(30_000);
    const isAway = presence.awaySince() !== undefined;
    for (let pass = 0; pass < 3; pass += 1) {
      await passLane(toolsOver({ presence }));
      clock.advance(1000);
    }

    expect(first).toBeLessThanOrEqual(20);
    expect(second).toBe(1);
    expect(isAway).toBe(true);
    expect(presence.awaySince()).toBeUndefined();
    expect((await rows()).every((row) => row.done === 1 && row.attempts === 1)).toBe(true);
    expect(await Promise.all(userIds.map(signalsOf))).toEqual(userIds.map(() => 1));
  });

  it('slows down when the server is exhausted, and gives the rows back', async () => {
    await add([{ topic: 'SeatAssigned', userId: newId() }]);
    const busy: WorkflowCalls = {
      perform: async () => Promise.reject(Object.assign(new Error('8'), { code: 8, details: '', metadata: {} })),
    };
    const rate = createLaneRate({ perSecond: 100, clock });

    await passLane(toolsOver({ calls: busy, rate }));

    expect(rate.perSecond()).toBe(50);
    expect(await rows()).toMatchObject([{ done: 0, attempts: 0, claimed_until: null }]);
  });

  it('claims no more than its rate allows', async () => {
    await add(
      Array.from({ length: 60 }, () => ({ topic: 'UserRemoved', userId: newId() }) as const),
      2,
    );
    const rate = createLaneRate({ perSecond: 10, clock });

    const taken = await passLane(toolsOver({ lane: 2, rate }));

    expect(taken).toBe(10);
  });
});
