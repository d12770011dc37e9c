// mail/slots: never more at once than there are places, first come first served, nobody waits past the deadline.
import { createSlots } from '../../src/mail/slots';

const never = new AbortController().signal;

test('those who wait are served in their order', async () => {
  const slots = createSlots(2);
  const order: string[] = [];
  await slots.take(never);
  await slots.take(never);

  const waiting = ['first', 'second'].map((name) => slots.take(never).then(() => order.push(name)));
  slots.give();
  slots.give();
  await Promise.all(waiting);

  expect(order).toEqual(['first', 'second']);
});

test('one who waits past the deadline gets no place and takes none from the next', async () => {
  const slots = createSlots(1);
  const deadline = new AbortController();
  await slots.take(never);

  const late = slots.take(deadline.signal);
  const next = slots.take(never);
  deadline.abort();
  slots.give();

  expect(await Promise.all([late, next])).toEqual([false, true]);
});

test('idle comes when the last place is given back', async () => {
  const slots = createSlots(2);
  await slots.take(never);
  let isIdle = false;

  const idle = slots.idle().then(() => (isIdle = true));
  await Promise.resolve();
  const before = isIdle;
  slots.give();
  await idle;

  expect([before, isIdle]).toEqual([false, true]);
});
