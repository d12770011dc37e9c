// Which call follows which event, and how rows are joined.
import type { OutboxEvent, OutboxRow } from '../../src/domain/event';
import { costOf, dispatch, groupRows } from '../../src/temporal/dispatch';

const userId = '01900000-0000-7000-8000-000000000001';
const rowOf = (id: number, event: OutboxEvent): OutboxRow => ({ id, organizationId: 7, lane: 1, attempts: 1, event });
const args = { organizationId: 7, userId };
const journey = `onboarding/${userId}`;

describe('dispatch', () => {
  it.each(['SeatAssigned', 'UserReactivated', 'StageReached', 'JourneyStale'] as const)(
    '%s starts the journey or tells it',
    (topic) => {
      const action = dispatch(rowOf(5, { topic, userId }));

      expect(action).toEqual({ kind: 'ensure', workflowId: journey, args, version: 5 });
    },
  );

  it.each(['SeatReleased', 'UserDeactivated', 'UserRemoved', 'ProfileChanged', 'SuppressionChanged'] as const)(
    '%s tells the journey only if it is open',
    (topic) => {
      const action = dispatch(rowOf(5, { topic, userId }));

      expect(action).toEqual({ kind: 'signal', workflowId: journey, version: 5 });
    },
  );

  it.each<[OutboxEvent, object]>([
    [
      { topic: 'PolicyActivated', policyId: 'p' },
      {
        workflowType: 'replanJourneys',
        workflowId: 'replan-journeys/p',
        isOnce: false,
        args: { organizationId: 7, policyId: 'p' },
      },
    ],
    [
      { topic: 'MailQueued', mailId: 'm' },
      { workflowType: 'deliverMail', workflowId: 'mail/m', isOnce: false, args: { organizationId: 7, mailId: 'm' } },
    ],
    [
      { topic: 'ReportRunRequested', reportId: 'r', runKey: 'manual-1' },
      {
        workflowType: 'scheduledReport',
        workflowId: 'report-run/r/manual-1',
        isOnce: true,
        args: { organizationId: 7, reportId: 'r', runKey: 'manual-1' },
      },
    ],
  ])('$topic starts a workflow', (event, expected) => {
    const action = dispatch(rowOf(5, event));

    expect(action).toMatchObject({ kind: 'start', ...expected });
  });

  it('schedules follow their rows', () => {
    const actions = [
      dispatch(rowOf(1, { topic: 'ReportScheduleChanged', reportId: 'r' })),
      dispatch(rowOf(2, { topic: 'OrganizationScheduleChanged', organizationId: 7 })),
    ];

    expect(actions).toEqual([
      { kind: 'syncReport', organizationId: 7, reportId: 'r' },
      { kind: 'syncOrganization', organizationId: 7 },
    ]);
  });
});

describe('joined rows', () => {
  it('of one person are one call with the highest version', () => {
    const rows = [3, 9, 6].map((id) => rowOf(id, { topic: 'ProfileChanged', userId }));

    const groups = groupRows(rows);

    expect(groups).toHaveLength(1);
    expect(groups[0]).toMatchObject({ action: { kind: 'signal', version: 9 }, rows });
  });

  it('start the journey when any of them wants it, in whatever order', () => {
    const rows = [rowOf(3, { topic: 'SeatAssigned', userId }), rowOf(4, { topic: 'ProfileChanged', userId })];

    const groups = [...groupRows(rows), ...groupRows(rows.toReversed())];

    expect(groups.map((group) => group.action)).toEqual([
      { kind: 'ensure', workflowId: journey, args, version: 4 },
      { kind: 'ensure', workflowId: journey, args, version: 4 },
    ]);
  });

  it('of different people stay apart, and a signal costs half a start', () => {
    const rows = ['a', 'b'].map((id, index) => rowOf(index, { topic: 'UserRemoved', userId: id }));

    const groups = groupRows(rows);

    expect(groups.map((group) => costOf(group.action))).toEqual([0.5, 0.5]);
  });
});
