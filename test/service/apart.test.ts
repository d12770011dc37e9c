// One that fails does not stop the others; a database that is away does.
import { AppError } from '../../src/errors';
import { eachApart } from '../../src/service/apart';

describe('work for many', () => {
  const doing = (failures: Readonly<Record<number, Error>>) => {
    const done: number[] = [];
    const work = eachApart([1, 2, 3, 4], async (item) => {
      const failure = failures[item];
      if (failure) throw failure;
      done.push(item);
    });
    return { work, done };
  };

  it('goes on behind a failure and tells the first one at the end', async () => {
    const { work, done } = doing({ 1: new Error('one'), 3: new AppError('bug') });

    await expect(work).rejects.toThrow('one');

    expect(done).toEqual([2, 4]);
  });

  it('ends when the database is away for two in a row, since it is away for all then', async () => {
    const away = new AppError('database.unavailable');
    const [one, all] = [doing({ 1: away, 3: away }), doing({ 2: away, 3: away })];

    await expect(one.work).rejects.toBe(away);
    await expect(all.work).rejects.toBe(away);

    expect([one.done, all.done]).toEqual([[2, 4], [1]]);
  });
});
