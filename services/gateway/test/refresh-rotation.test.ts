import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from './client.js';
import { openWorld, startGateway, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const refresh = (token: string) =>
  world.stranger.post('/api/auth/refresh', { refresh_token: token });
const bearer = (token: string): Client => world.stranger.with({ authorization: `Bearer ${token}` });

describe('a refresh token', () => {
  it('is exchanged for a new pair that works', async () => {
    const ann = await world.signUp('ann');
    await world.pass(1000);
    const { status, body } = await refresh(ann.grant.refresh_token);
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'bearer', expires_in: 900, user: { id: ann.id } });
    expect(body.refresh_token).not.toBe(ann.grant.refresh_token);
    expect((await bearer(body.access_token).get('/api/auth/me')).status).toBe(200);
    await world.pass(1000);
    expect((await refresh(body.refresh_token)).status).toBe(200);
  });

  it('spent by twenty at once yields one pair', async () => {
    const ann = await world.signUp('ann');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => refresh(ann.grant.refresh_token)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
    expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(1);
    await world.pass(20_000);
    expect((await refresh(answers[0]?.body.refresh_token ?? '')).status).toBe(200);
  });

  it('spent again within 10 s, even at another node, yields the same pair', async () => {
    const ann = await world.signUp('ann');
    const first = await refresh(ann.grant.refresh_token);
    await world.pass(9000);
    const other = await startGateway(world.ports);
    const second = await new Client(other.url).post('/api/auth/refresh', {
      refresh_token: ann.grant.refresh_token,
    });
    await other.close();
    expect(second.body.refresh_token).toBe(first.body.refresh_token);
    expect(second.body.access_token).toBe(first.body.access_token);
  });

  it('spent again later ends the session and everything of it', async () => {
    const ann = await world.signUp('ann');
    const next = await refresh(ann.grant.refresh_token);
    await world.pass(11_000);
    expect(await refresh(ann.grant.refresh_token)).toMatchObject({
      status: 401,
      body: { code: 'SESSION_REVOKED' },
    });
    expect((await refresh(next.body.refresh_token)).body.code).toBe('SESSION_REVOKED');
    const me = await bearer(next.body.access_token).get('/api/auth/me');
    expect(me.body.code).toBe('SESSION_REVOKED');
  });

  it('leaves the other sessions of its owner alone', async () => {
    const ann = await world.signUp('ann');
    const elsewhere = await world.stranger.logIn(ann.username, ann.password);
    await refresh(ann.grant.refresh_token);
    await world.pass(11_000);
    await refresh(ann.grant.refresh_token);
    expect((await elsewhere.get('/api/auth/me')).status).toBe(200);
  });

  it('ends after seven days', async () => {
    const ann = await world.signUp('ann');
    await world.pass(7 * 86_400_000 - 10_000);
    const last = await refresh(ann.grant.refresh_token);
    expect(last.status).toBe(200);
    await world.pass(7 * 86_400_000 + 1000);
    expect((await refresh(last.body.refresh_token)).body.code).toBe('AUTH_FAILED');
  });

  it('is nothing else, and nothing else is one', async () => {
    const ann = await world.signUp('ann');
    expect((await refresh(ann.grant.access_token)).body.code).toBe('AUTH_FAILED');
    expect((await refresh('x.y.z')).body.code).toBe('AUTH_FAILED');
    expect((await bearer(ann.grant.refresh_token).get('/api/auth/me')).body.code).toBe(
      'AUTH_FAILED',
    );
    expect((await world.stranger.post('/api/auth/refresh', {})).body.code).toBe('AUTH_REQUIRED');
  });
});

describe('an access token', () => {
  it('ends after 15 minutes', async () => {
    const ann = await world.signUp('ann');
    await world.pass(14 * 60_000);
    expect((await ann.get('/api/auth/me')).status).toBe(200);
    await world.pass(60_000);
    expect(await ann.get('/api/auth/me')).toMatchObject({
      status: 401,
      body: { code: 'AUTH_FAILED' },
    });
  });
});

describe('logging out', () => {
  it('ends the session at once: access token, refresh token, and nothing of others', async () => {
    const ann = await world.signUp('ann');
    const elsewhere = await world.stranger.logIn(ann.username, ann.password);
    expect((await ann.post('/api/auth/logout')).status).toBe(204);
    expect((await ann.get('/api/auth/me')).body.code).toBe('SESSION_REVOKED');
    expect((await refresh(ann.grant.refresh_token)).body.code).toBe('SESSION_REVOKED');
    expect((await elsewhere.get('/api/auth/me')).status).toBe(200);
  });

  it('works with the refresh token alone, and twice', async () => {
    const ann = await world.signUp('ann');
    await world.pass(16 * 60_000);
    const body = { refresh_token: ann.grant.refresh_token };
    expect((await world.stranger.post('/api/auth/logout', body)).status).toBe(204);
    expect((await world.stranger.post('/api/auth/logout', body)).status).toBe(204);
    expect((await refresh(ann.grant.refresh_token)).body.code).toBe('SESSION_REVOKED');
    expect((await world.stranger.post('/api/auth/logout')).body.code).toBe('AUTH_REQUIRED');
  });
});

describe('a ticket', () => {
  it('speaks for its owner for 30 s, but not over REST', async () => {
    const ann = await world.signUp('ann');
    const { status, body } = await ann.post<{ ticket: string; expires_in: number }>(
      '/api/auth/ticket',
    );
    expect(status).toBe(200);
    expect(body.expires_in).toBe(30);
    expect(world.ports.tokens.verifyTicket(body.ticket)).toMatchObject({ user_id: ann.id });
    expect((await bearer(body.ticket).get('/api/auth/me')).body.code).toBe('AUTH_FAILED');
  });
});
