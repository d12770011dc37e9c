// The running relay: it drains, notices another server, heals from MySQL, and says that it lives.
import { newId } from '../../src/ids';
import { createOutbox } from '../../src/service/outbox';
import { createRelay, type Relay, type RelayDeps } from '../../src/temporal/relay';
import { createWorkflowCalls } from '../../src/temporal/workflow-calls';
import { systemClock } from '../../src/clock';
import { useDatabase } from '../support/database';
import { useReminding } from '../support/reminding';
import { quietLog } from '../support/reports';
import { eventually } from '../support/temporal-client';
import { useTemporalWorld } from '../support/temporal-world';

describe('the relay', () => {
  const db = useDatabase();
  const world = useTemporalWorld();
  const reminding = useReminding(db);
  let relay: Relay | undefined;
  let reconciled = 0;

  const start = (more: Partial<RelayDeps> = {}): Relay => {
    const none = { syncReport: async () => undefined, syncOrganization: async () => undefined };
    relay = createRelay({
      outbox: createOutbox({ database: db.database, newId }),
      journeys: reminding.build().journeys,
      calls: createWorkflowCalls({ client: world.link.client, schedules: none, callMs: 5000 }),
      schedules: {
        reconcile: async () => {
          reconciled += 1;
          return { written: 0, refused: 0, deleted: 0, unchanged: 0 };
        },
      },
      clock: systemClock,
      log: quietLog,
      fault: async () => undefined,
      namespace: world.link.namespace,
      namespaceId: world.link.namespaceId,
      isMailFailing: () => false,
      startsPerSecond: 50,
      ...more,
    });
    relay.start();
    return relay;
  };
  const isOpen = async (userId: string): Promise<boolean> => {
    const run = await world.link.client.workflow.getHandle(`onboarding/${userId}`).describe();
    return run.status.name === 'RUNNING';
  };
  const waiting = () => reminding.rows('SELECT id FROM outbox WHERE dispatched_at IS NULL');

  beforeEach(() => {
    reconciled = 0;
  });
  afterEach(async () => {
    await relay?.stop();
    relay = undefined;
  });

  it('drains all lanes and notes the server it sees', async () => {
    const userIds = [newId(), newId(), newId()];
    await db.database.inTransaction(db.organizationId, (stores) =>
      stores.outbox.add(
        userIds.map((userId, lane) => ({ event: { topic: 'SeatAssigned', userId }, lane: lane as 0 | 1 | 2 })),
        systemClock.now(),
      ),
    );

    start();
    await eventually(async () => expect(await waiting()).toEqual([]));

    expect(await Promise.all(userIds.map(isOpen))).toEqual([true, true, true]);
    expect(await reminding.rows('SELECT namespace, namespace_id, smtp_failing_since FROM temporal_server')).toEqual([
      { namespace: world.link.namespace, namespace_id: await world.link.namespaceId(), smtp_failing_since: null },
    ]);
    expect(reconciled).toBe(0);
  });

  it('fills a server that was emptied or replaced: every open journey, and the schedules', async () => {
    reminding.clock.set(new Date());
    const { id: userId } = await reminding.addLicensed();
    const { reminders, journeys } = reminding.build();
    await reminders.planNextStep(reminding.caller(), { userId, journey: 'onboarding', asOf: new Date(), version: 1 });
    await journeys.see({ namespace: world.link.namespace, namespaceId: 'the server before', isMailFailing: false });

    start();
    await eventually(async () => expect(await isOpen(userId)).toBe(true));

    expect(reconciled).toBe(1);
    expect(await reminding.rows('SELECT namespace_id FROM temporal_server')).toEqual([
      { namespace_id: await world.link.namespaceId() },
    ]);
  });

  it('sees a new server despite a person who failed, but not before the database answered for all', async () => {
    const { journeys } = reminding.build();
    await journeys.see({ namespace: world.link.namespace, namespaceId: 'the server before', isMailFailing: false });
    const lines: string[] = [];
    const log = {
      ...quietLog,
      error: (facts: object, sentence: string) => void lines.push(JSON.stringify([facts, sentence])),
    };
    const startWith = (failed: number, isAway: boolean) =>
      start({ log, journeys: { ...journeys, rebuild: async () => ({ journeys: 1, mails: 0, failed, isAway }) } });
    const seen = () => reminding.rows('SELECT namespace_id FROM temporal_server');

    await startWith(1, true).stop();
    const whileAway = await seen();
    startWith(2, false);
    await eventually(async () => expect(await seen()).toEqual([{ namespace_id: await world.link.namespaceId() }]));

    expect(whileAway).toEqual([{ namespace_id: 'the server before' }]);
    expect(lines).toEqual([expect.stringContaining('"failed":2')]);
  });

  it('stops without losing a row, and says since when the server is away', async () => {
    const calls = {
      perform: async () => Promise.reject(Object.assign(new Error('14'), { code: 14, details: '', metadata: {} })),
    };
    await db.database.inTransaction(db.organizationId, (stores) =>
      stores.outbox.add([{ event: { topic: 'SeatAssigned', userId: newId() }, lane: 0 }], systemClock.now()),
    );

    const running = start({ calls, namespaceId: async () => Promise.reject(new Error('away')) });
    await eventually(async () => expect(running.awaySince()).toBeDefined());
    await running.stop();

    expect(await reminding.rows('SELECT attempts, claimed_until FROM outbox WHERE dispatched_at IS NULL')).toEqual([
      { attempts: 0, claimed_until: null },
    ]);
    expect(await reminding.rows('SELECT namespace FROM temporal_server')).toEqual([]);
  });
});
