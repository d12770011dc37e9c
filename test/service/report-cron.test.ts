// Cron lines: what is taken, what it means, what is refused.
import { parseCron } from '../../src/service/report-cron';

describe('parseCron', () => {
  it('reads minute, hour, day, month and weekday', () => {
    expect(parseCron('0 8 * * 1')).toEqual({
      minutes: [0],
      hours: [8],
      months: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      daysOfMonth: null,
      weekdays: [1],
    });
  });

  it.each([
    ['*/15 9-17 * * MON-FRI', { minutes: [0, 15, 30, 45], weekdays: [1, 2, 3, 4, 5] }],
    ['0 8 * * 7', { weekdays: [0] }],
    ['0 8 * * 0,6', { weekdays: [0, 6] }],
    ['0 8 1,15 * *', { daysOfMonth: [1, 15], weekdays: null }],
    ['0 8 1 jan,JUL *', { months: [1, 7] }],
    ['  5   8  *  *  * ', { minutes: [5] }],
    ['0 8 */10 * 1', { daysOfMonth: [1, 11, 21, 31], weekdays: [1] }],
  ])('takes %j', (line, expected) => {
    expect(parseCron(line)).toMatchObject(expected);
  });

  it.each([
    '',
    '0 8 * *',
    '0 0 8 * * 1',
    '60 8 * * *',
    '0 24 * * *',
    '0 8 0 * *',
    '0 8 32 * *',
    '0 8 30 2 *',
    '0 8 * 13 *',
    '0 8 * * 8',
    '0 8 L * *',
    '0 8 ? * 1',
    '0 8 * * 1#2',
    'H 8 * * *',
    '0 8 H * *',
    '@daily',
    '0 8 * * mo',
    '0 8 * mon *',
    '0 22-2 * * *',
    '*/0 8 * * *',
    '0 8 * * 1; DROP TABLE users',
    `0 8 * * ${'1,'.repeat(200)}1`,
  ])('refuses %j with a sentence that shows a right one', (line) => {
    expect(() => parseCron(line)).toThrow(
      expect.objectContaining({ code: 'input.invalid', message: expect.stringContaining('0 8 * * 1') }),
    );
  });
});
