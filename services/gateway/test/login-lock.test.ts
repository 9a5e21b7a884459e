import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Person } from './client.js';
import { openWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await openWorld({
    limits: { login: { points: 5, seconds: 900, lockSeconds: 900 } },
    // So that a test can come from several addresses.
    config: { trustProxy: 1 },
  });
});
afterAll(() => world.close());

const from = (address: string) => world.stranger.with({ 'x-forwarded-for': address });
const attempt = (address: string, person: Person, password: string) =>
  from(address).post('/api/auth/login', { username: person.username, password });

describe('failed logins', () => {
  it('lock the account for their address after five, the right password included', async () => {
    const ann = await world.signUp('ann');
    for (let i = 0; i < 5; i++) {
      expect((await attempt('10.0.0.1', ann, 'wrong')).body.code).toBe('AUTH_FAILED');
    }
    const locked = await attempt('10.0.0.1', ann, ann.password);
    expect(locked).toMatchObject({ status: 423, body: { code: 'ACCOUNT_LOCKED' } });
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(800);
    expect(Number(locked.headers.get('retry-after'))).toBeLessThanOrEqual(900);
  });

  it('count for the account by whatever name', async () => {
    const ann = await world.signUp('ann');
    for (const name of [ann.username, ann.id, ann.username.toUpperCase(), ann.id, ann.username]) {
      await from('10.0.0.2').post('/api/auth/login', { username: name, password: 'wrong' });
    }
    expect((await attempt('10.0.0.2', ann, ann.password)).status).toBe(423);
  });

  it('do not lock it for other addresses, nor other accounts for theirs', async () => {
    const [ann, bob] = [await world.signUp('ann'), await world.signUp('bob')];
    for (let i = 0; i < 6; i++) await attempt('10.1.0.1', bob, 'wrong');
    expect((await attempt('10.1.0.1', bob, bob.password)).status).toBe(423);
    expect((await attempt('10.1.0.1', ann, ann.password)).status).toBe(200);
    expect((await attempt('10.2.0.1', bob, bob.password)).status).toBe(200);
  });

  it('slow the account down for everybody', async () => {
    const ann = await world.signUp('ann');
    for (let i = 0; i < 5; i++) await attempt('10.3.0.1', ann, 'wrong');
    const started = performance.now();
    expect((await attempt('10.3.0.2', ann, ann.password)).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(900);
  });

  it('are forgotten after a right one', async () => {
    const ann = await world.signUp('ann');
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 2; i++) await attempt('10.4.0.1', ann, 'wrong');
      expect((await attempt('10.4.0.1', ann, ann.password)).status).toBe(200);
    }
  });

  it('are counted when they come at once', async () => {
    const ann = await world.signUp('ann');
    const guesses = await Promise.all(
      Array.from({ length: 20 }, () => attempt('10.5.0.1', ann, 'wrong')),
    );
    const codes = guesses.map(({ body }) => body.code);
    expect(codes.filter((code) => code === 'AUTH_FAILED')).toHaveLength(5);
    expect(codes.filter((code) => code === 'ACCOUNT_LOCKED')).toHaveLength(15);
  });

  it('look the same for names that do not exist', async () => {
    const ann = await world.signUp('ann');
    const login = (username: string) =>
      from('10.6.0.1').post('/api/auth/login', { username, password: 'wrong' });
    for (let i = 0; i < 6; i++) {
      const [known, unknown] = [await login(ann.username), await login('nobody-at-all')];
      expect({ ...unknown.body, request_id: '' }).toEqual({ ...known.body, request_id: '' });
      expect(unknown.status).toBe(known.status);
    }
  });
});

describe('logins at once', () => {
  it('with the right password all succeed', async () => {
    const ann = await world.signUp('ann');
    const logins = await Promise.all(
      Array.from({ length: 20 }, () => attempt('10.7.0.1', ann, ann.password)),
    );
    expect(logins.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  });
});
