// Password hashes: argon2id with our parameters, two at once, a waiting room that ends.
import { hash as argonHash } from '@node-rs/argon2';
import { createPasswords } from '../../src/service/password';

describe('passwords', () => {
  const passwords = createPasswords();

  test('are kept as argon2id of 19 MiB, two passes, one lane', async () => {
    const hash = await passwords.hash('a long sentence');

    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await passwords.verify(hash, 'a long sentence')).toBe(true);
    expect(await passwords.verify(hash, 'a long sentence ')).toBe(false);
    expect(passwords.isOutdated(hash)).toBe(false);
  });

  test('do the same work and say no where there is no account', async () => {
    expect(await passwords.verify(undefined, 'anything')).toBe(false);
    expect(await passwords.verify(null, '')).toBe(false);
  });

  test('of older parameters are still checked, and known as outdated', async () => {
    const old = await argonHash('a long sentence', { memoryCost: 8192, timeCost: 1, parallelism: 1 });

    expect(await passwords.verify(old, 'a long sentence')).toBe(true);
    expect(passwords.isOutdated(old)).toBe(true);
  });

  test('beyond two at work and twenty waiting are refused at once, and the others all end', async () => {
    const all = await Promise.allSettled(Array.from({ length: 25 }, () => passwords.verify(undefined, 'x')));
    const after = await passwords.verify(undefined, 'x');

    const refused = all.filter((one) => one.status === 'rejected');
    expect(refused).toHaveLength(3);
    expect(refused[0]).toMatchObject({ reason: { code: 'sign_in.busy' } });
    expect(after).toBe(false);
  });

  test('give their turn on when hashing fails', async () => {
    const narrow = createPasswords({ atOnce: 1, waiting: 0 });

    await expect(narrow.verify('no hash at all', 'x')).rejects.toThrow('Decoding failed');

    expect(await narrow.verify(undefined, 'x')).toBe(false);
  });
});
