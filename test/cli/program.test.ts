// The verbs of the command line: what reaches their handlers, and what is refused as wrong use.
import { type Command, CommanderError } from 'commander';
import { createProgram, organizationOf, refusalOf, type Handlers } from '../../src/cli/program';

function aProgram(isWell = true) {
  const calls: unknown[][] = [];
  const results: boolean[] = [];
  const handler =
    (name: string) =>
    async (...args: unknown[]) => {
      calls.push([name, ...args]);
      return isWell;
    };
  const names = [
    'migrate',
    'rollback',
    'doctor',
    'demo',
    'configPrint',
    'adminRecover',
    'journeysRebuild',
    'policySet',
    'snapshot',
    'reportRun',
    'reportSchedule',
    'poolSet',
    'poolList',
    'licenseRuleAdd',
    'licenseRuleEnd',
    'licenseRuleList',
    'licenseSwitch',
    'organizationCreate',
    'tokenCreate',
    'federationCreate',
    'tokenList',
    'tokenRotate',
    'tokenRevoke',
    'holdList',
    'holdShow',
    'holdApprove',
    'holdReject',
    'scimLog',
    'scimHealth',
    'scimDryRun',
    'alertList',
    'workList',
    'workSettle',
    'mailList',
    'mailSettle',
    'mailSendAgain',
  ];
  const handlers = Object.fromEntries(names.map((name) => [name, handler(name)])) as unknown as Handlers;
  const program = createProgram(handlers, (well) => void results.push(well));
  const silent = { writeOut: () => undefined, writeErr: () => undefined };
  const every = (command: Command): Command[] => [command, ...command.commands.flatMap(every)];
  for (const one of every(program)) one.configureOutput(silent);
  return { calls, results, program, run: (...argv: string[]) => program.parseAsync(argv, { from: 'user' }) };
}

describe('the command line', () => {
  it.each([
    [['migrate'], ['migrate']],
    [['config', 'print'], ['configPrint']],
    [['admin', 'recover'], ['adminRecover']],
    [['journeys', 'rebuild'], ['journeysRebuild']],
    [
      ['pool', 'set', 'PRO', '--seats', '20', '--over-seat', 'allow'],
      ['poolSet', 'PRO', { seats: 20, overSeat: 'allow' }],
    ],
    [
      ['license-rule', 'add', '--source', 'roles', '--pool', 'PRO', '--match', 'Pro.User'],
      ['licenseRuleAdd', { source: 'roles', poolCode: 'PRO', match: 'Pro.User' }],
    ],
    [
      ['license-rule', 'end', 'a-rule'],
      ['licenseRuleEnd', 'a-rule'],
    ],
    [
      ['license', 'deny', '--user', 'ann@example.com', '--pool', 'APP', '--reason', 'left the team'],
      ['licenseSwitch', 'deny', { user: 'ann@example.com', pool: 'APP', reason: 'left the team' }],
    ],
    [
      ['license', 'grant', '--user', 'u', '--pool', 'APP'],
      ['licenseSwitch', 'grant', { user: 'u', pool: 'APP' }],
    ],
    [['hold', 'list'], ['holdList']],
    [
      ['hold', 'show', '01980000-0000-7000-8000-000000000001'],
      ['holdShow', '01980000-0000-7000-8000-000000000001', { limit: 100 }],
    ],
    [
      [
        'hold',
        'show',
        '01980000-0000-7000-8000-000000000001',
        '--limit',
        '5',
        '--cursor',
        '01980000-0000-7000-8000-000000000002',
      ],
      [
        'holdShow',
        '01980000-0000-7000-8000-000000000001',
        { limit: 5, cursor: '01980000-0000-7000-8000-000000000002' },
      ],
    ],
    [
      ['hold', 'approve', '01980000-0000-7000-8000-000000000001'],
      ['holdApprove', '01980000-0000-7000-8000-000000000001'],
    ],
    [
      ['hold', 'reject', '01980000-0000-7000-8000-000000000001'],
      ['holdReject', '01980000-0000-7000-8000-000000000001'],
    ],
    [
      ['scim', 'log', '--user', 'a@b.example', '--status', '409', '--before', '2026-03-02T09:00:00.000Z/12'],
      [
        'scimLog',
        {
          user: 'a@b.example',
          status: 409,
          limit: 50,
          before: { receivedAt: new Date('2026-03-02T09:00:00Z'), id: 12 },
        },
      ],
    ],
    [
      ['scim', 'health'],
      ['scimHealth', 24],
    ],
    [
      ['alert', 'list'],
      ['alertList', false],
    ],
    [
      ['alert', 'list', '--all'],
      ['alertList', true],
    ],
    [
      ['work', 'drop', '12'],
      ['workSettle', 'drop', 12],
    ],
    [
      ['mail', 'settle', '01980000-0000-7000-8000-000000000001', 'sent'],
      ['mailSettle', '01980000-0000-7000-8000-000000000001', 'sent'],
    ],
    [
      ['mail', 'settle', '01980000-0000-7000-8000-000000000001', '--send-again', '--reason', 'not in the log'],
      ['mailSendAgain', '01980000-0000-7000-8000-000000000001', 'not in the log'],
    ],
    [['snapshot'], ['snapshot', undefined]],
    [
      ['snapshot', '--day', '2026-03-01'],
      ['snapshot', '2026-03-01'],
    ],
    [
      ['report', 'run', 'users-and-adoption', '--wait'],
      ['reportRun', 'users-and-adoption', true],
    ],
    [
      [
        'policy',
        'set',
        'activation',
        '--first',
        'PT2S',
        '--repeat',
        'PT3S',
        '--max',
        '2',
        '--window',
        'always',
        '--cap',
        'off',
      ],
      ['policySet', 'activation', { first: 'PT2S', repeat: 'PT3S', max: 2, window: 'always', cap: 'off' }],
    ],
    [
      [
        'report',
        'schedule',
        'a',
        '--cron',
        '0 8 * * 1',
        '--zone',
        'Europe/Berlin',
        '--to',
        'a@b.example',
        'c@d.example',
      ],
      ['reportSchedule', 'a', { cron: '0 8 * * 1', zone: 'Europe/Berlin', to: ['a@b.example', 'c@d.example'] }],
    ],
    [
      ['organization', 'create', 'acme', '--name', 'Acme', '--seats', '3'],
      ['organizationCreate', 'acme', { name: 'Acme', zone: 'UTC', locale: 'en', seats: 3 }],
    ],
    [
      ['token', 'create', 'scim', '--label', 'Entra', '--expires', '90d'],
      ['tokenCreate', 'scim', { label: 'Entra', expires: '90d' }],
    ],
    [
      ['token', 'create', 'api', '--label', 'app', '--scopes', 'Users Read, Event Ingestion'],
      ['tokenCreate', 'api', { label: 'app', scopes: ['Users Read', 'Event Ingestion'] }],
    ],
    [
      ['token', 'create', 'oauth-client', '--label', 'Entra', '--minutes', '90'],
      ['tokenCreate', 'oauth-client', { label: 'Entra', minutes: 90 }],
    ],
    [
      ['token', 'create', 'federation', '--label', 'E', '--tenant', 't', '--subject', 's', '--audience', 'a', 'b'],
      ['federationCreate', { label: 'E', tenant: 't', subject: 's', audience: ['a', 'b'] }],
    ],
    [['token', 'list'], ['tokenList']],
    [
      ['token', 'rotate', 'x', '--expires', '1y'],
      ['tokenRotate', 'x', '1y'],
    ],
    [
      ['token', 'revoke', 'x'],
      ['tokenRevoke', 'x'],
    ],
  ])('hands %j over', async (argv, expected) => {
    const { calls, run } = aProgram();

    await run(...argv);

    expect(calls.map((call) => call.slice(0, expected.length))).toEqual([expected]);
  });

  it.each([
    [[]],
    [['nonsense']],
    [['policy', 'set', 'activation']],
    [['policy', 'set', 'activation', '--first', 'P1D', '--repeat', 'P1D', '--max', 'many']],
    [['policy', 'set', 'activation', '--first', 'P1D', '--repeat', 'P1D', '--max', '2', '--window', 'sometimes']],
    [['report', 'run']],
    [['hold', 'approve']],
    [['scim', 'dry-run', 'STEAL', '/Users']],
    [['scim', 'dry-run', 'GET', 'Users']],
    [['scim', 'log', '--status', 'bad']],
    [['scim', 'log', '--before', 'yesterday']],
    [['hold', 'approve', 'everything']],
    [['hold', 'show']],
    [['hold', 'show', '01980000-0000-7000-8000-000000000001', '--limit', '0']],
    [['license', 'grant', '--user', 'u']],
    [['mail', 'settle', '01980000-0000-7000-8000-000000000001']],
    [['mail', 'settle', '01980000-0000-7000-8000-000000000001', '--send-again']],
    [['mail', 'settle', '01980000-0000-7000-8000-000000000001', 'sent', '--send-again', '--reason', 'both']],
    [['license', 'clear', '--pool', 'APP']],
    [['snapshot', '--week', '1']],
    [['organization', 'create', 'acme']],
    [['token', 'create', 'api', '--label', 'app']],
    [['token', 'create', 'scim']],
    [['token', 'create', 'oauth-client', '--label', 'x', '--minutes', 'many']],
    [['token', 'revoke']],
  ])('refuses %j as wrong use', async (argv) => {
    const { calls, run } = aProgram();

    const error = await run(...argv).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(CommanderError);
    expect(refusalOf(error)).toBe(2);
    expect(calls).toEqual([]);
  });

  it.each([
    [['snapshot'], 'main'],
    [['--organization', 'acme', 'snapshot'], 'acme'],
    [['token', 'create', 'scim', '--organization', 'acme', '--label', 'Entra'], 'acme'],
    [['report', 'run', 'users', '--wait', '--organization', 'acme'], 'acme'],
  ])('acts in %j on the organization %s', async (argv, expected) => {
    const { program, run } = aProgram();

    await run(...argv);

    expect(organizationOf(program)).toBe(expected);
  });

  it('does not take help for wrong use', async () => {
    const error = await aProgram()
      .run('--help')
      .catch((thrown: unknown) => thrown);

    expect(refusalOf(error)).toBe(0);
  });

  it('says whether the verb went well', async () => {
    const { results, run } = aProgram(false);

    await run('doctor');

    expect(results).toEqual([false]);
  });
});
