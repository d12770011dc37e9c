// How errors look to Temporal: codes, whether to try again, nothing else.
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { createGuard, toFailure } from '../../src/activities/activity-error';
import { AppError, errorTable, type ErrorCode } from '../../src/errors';

describe('the failure of an error', () => {
  it.each<[ErrorCode, boolean]>([
    ['user.not_found', true],
    ['row.conflict', true],
    ['input.invalid', true],
    ['token.invalid', true],
    ['role.missing', true],
    ['version.stale', false],
    ['body.too_large', true],
    ['database.unavailable', false],
    ['bug', false],
  ])('%s: final %s', (code, nonRetryable) => {
    const failure = toFailure(new AppError(code, { reason: 'ada@example.com' }));

    expect(failure).toMatchObject({ message: code, type: code, nonRetryable });
  });

  it('waits as long as a limit says', () => {
    const failure = toFailure(new AppError('rate.limited', { retryAfter: 3 }));

    expect(failure).toMatchObject({ nonRetryable: false, nextRetryDelay: 3000 });
  });

  it('of a template waits for a person', () => {
    const failure = toFailure(new AppError('template.failed', { template: 'x', reason: 'y' }));

    expect(failure).toMatchObject({ type: 'TemplateError', nonRetryable: true });
  });

  it('of anything else is a bug without its text or cause', () => {
    const failure = toFailure(new Error('Duplicate entry ada@example.com')) as ApplicationFailure;

    expect(failure.message).toBe('bug');
    expect(failure.cause).toBeUndefined();
  });

  it('has a code for every error of the table', () => {
    const failures = (Object.keys(errorTable) as ErrorCode[]).map((code) => toFailure(new AppError(code)));

    expect(failures.every((failure) => failure instanceof ApplicationFailure && !failure.message.includes(' '))).toBe(
      true,
    );
  });
});

describe('the guard of an activity', () => {
  it("logs an error once with its verb, and lets Temporal's own failures pass unlogged", async () => {
    const lines: object[] = [];
    const guard = createGuard({ warn: (facts) => lines.push(facts), error: (facts) => lines.push(facts) });
    const cancelled = new CancelledFailure('CANCELLED');

    const away = guard('plan', async () => Promise.reject(new AppError('database.unavailable')))({});
    const passed = guard('plan', async () => Promise.reject(cancelled))({});

    await expect(away).rejects.toMatchObject({ type: 'database.unavailable' });
    await expect(passed).rejects.toBe(cancelled);
    expect(lines).toMatchObject([{ verb: 'plan' }]);
  });
});
