import { describe, expect, it } from '@jest/globals';
import { createPasswords } from '@parley/auth-tokens';

const cheap = { memoryCost: 64, timeCost: 1 };

describe('a password', () => {
  it('is kept as an argon2id hash, another one each time', async () => {
    const passwords = createPasswords(cheap);
    const [one, other] = [await passwords.hash('secret'), await passwords.hash('secret')];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$/);
    expect(other).not.toBe(one);
    expect(await passwords.verify(one, 'secret')).toBe(true);
    expect(await passwords.verify(one, 'Secret')).toBe(false);
  });

  it('is never right where there is no hash', async () => {
    const passwords = createPasswords(cheap);
    expect(await passwords.verify(undefined, 'no account has this password')).toBe(false);
    expect(await passwords.verify(undefined, '')).toBe(false);
  });

  it('costs what OWASP asks for unless told otherwise', async () => {
    expect(await createPasswords().hash('secret')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('takes as long without an account as with a wrong password', async () => {
    const passwords = createPasswords({ memoryCost: 32_768, timeCost: 3 });
    const hash = await passwords.hash('secret');
    const took = async (stored: string | undefined): Promise<number> => {
      const started = performance.now();
      await passwords.verify(stored, 'wrong');
      return performance.now() - started;
    };
    await took(hash);
    const known: number[] = [];
    const unknown: number[] = [];
    for (let round = 0; round < 9; round++) {
      known.push(await took(hash));
      unknown.push(await took(undefined));
    }
    const median = (times: number[]): number => times.sort((a, b) => a - b)[4] ?? 0;
    // A missing dummy hash would make it hundreds of times faster; the margin is for a busy machine.
    expect(median(unknown)).toBeGreaterThan(median(known) / 3);
  });

  it('is refused, not queued, by a flood', async () => {
    const passwords = createPasswords({ ...cheap, concurrency: 1, maxWaiting: 2 });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => passwords.hash('secret')),
    );
    expect(outcomes.map((outcome) => outcome.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(await passwords.hash('secret')).toMatch(/^\$argon2id/);
  });
});
