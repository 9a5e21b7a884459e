import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client, Person } from './client.js';
import { openWorld, startGateway, type World } from './world.js';

const FRONTEND = 'https://web.example.org';

let world: World;
let ann: Person;
beforeAll(async () => {
  world = await openWorld();
  ann = await world.signUp('ann');
});
afterAll(() => world.close());

const logIn = (client: Client) =>
  client.post('/api/auth/login', { username: ann.username, password: ann.password });
/** The client as a browser that holds the cookies of this answer. */
function browser(client: Client, answer: { headers: Headers }): Client {
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  return client.with({ cookie: cookies.join('; ') });
}

describe('cookies', () => {
  it('are set by a login, unreadable to scripts and for this site alone', async () => {
    const cookies = (await logIn(world.stranger)).headers.getSetCookie();
    expect(cookies).toHaveLength(2);
    expect(cookies[0]).toMatch(
      /^access_token=[^;]+; Max-Age=900; Path=\/; .*HttpOnly; SameSite=Lax$/,
    );
    expect(cookies[1]).toMatch(
      /^refresh_token=[^;]+; Max-Age=604800; Path=\/; .*HttpOnly; SameSite=Lax$/,
    );
  });

  it('need TLS outside development', async () => {
    const production = await startGateway(world.ports, { development: false });
    const { headers } = await logIn(world.stranger.at(production.url));
    await production.close();
    expect(headers.getSetCookie()).toHaveLength(2);
    for (const cookie of headers.getSetCookie()) expect(cookie).toMatch(/; Secure/);
  });

  it('speak for their owner where there is no bearer token', async () => {
    const tab = browser(world.stranger, await logIn(world.stranger));
    expect((await tab.get('/api/auth/me')).body.id).toBe(ann.id);
    expect((await tab.patch('/api/auth/me', { display_name: 'Ann' })).status).toBe(200);
    const bob = await world.signUp('bob');
    const both = tab.with({ authorization: `Bearer ${bob.grant.access_token}` });
    expect((await both.get('/api/auth/me')).body.id).toBe(bob.id);
    const basic = tab.with({ authorization: 'Basic YTpi' });
    expect((await basic.get('/api/auth/me')).status).toBe(401);
  });

  it('are renewed by a refresh without a body, and end with a logout', async () => {
    const tab = browser(world.stranger, await logIn(world.stranger));
    const renewed = await tab.post('/api/auth/refresh');
    expect(renewed.status).toBe(200);
    const later = browser(world.stranger, renewed);
    const out = await later.post('/api/auth/logout');
    expect(out.status).toBe(204);
    for (const cookie of out.headers.getSetCookie()) expect(cookie).toMatch(/=; .*1970/);
    expect((await later.get('/api/auth/me')).body.code).toBe('SESSION_REVOKED');
    const ended = await later.post('/api/auth/refresh');
    expect(ended.headers.getSetCookie()).toHaveLength(2);
  });
});

describe('a page of another origin', () => {
  const foreign = [
    'https://evil.example.org',
    'https://web.example.org.evil.org',
    'https://web.example.org:444',
    'http://web.example.org',
    'null',
  ];

  it.each(foreign)('%s cannot write with the cookies, nor log in', async (origin) => {
    const tab = browser(world.stranger, await logIn(world.stranger)).with({ origin });
    for (const attempt of [
      await tab.patch('/api/auth/me', { display_name: 'Hacked' }),
      await tab.post('/api/auth/logout'),
      await tab.post('/api/auth/refresh'),
      await logIn(world.stranger.with({ origin })),
    ]) {
      expect(attempt).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
      expect(attempt.headers.getSetCookie()).toEqual([]);
    }
    expect((await tab.get('/api/auth/me')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('that is listed, or our own, can', async () => {
    for (const origin of [FRONTEND, world.url]) {
      const tab = browser(world.stranger, await logIn(world.stranger)).with({ origin });
      expect((await tab.patch('/api/auth/me', { display_name: 'Ann' })).status).toBe(200);
    }
  });

  it('that is listed may read answers with credentials', async () => {
    const { headers } = await ann.with({ origin: FRONTEND }).get('/api/auth/me');
    expect(headers.get('access-control-allow-origin')).toBe(FRONTEND);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('access-control-expose-headers')).toContain('Retry-After');
    expect(headers.get('vary')).toContain('Origin');
  });

  it('with a bearer token is a program like any other', async () => {
    const program = ann.with({ origin: 'https://evil.example.org' });
    expect((await program.patch('/api/auth/me', { display_name: 'Ann' })).status).toBe(200);
  });
});

describe('every answer', () => {
  it('tells browsers to be careful', async () => {
    const { headers } = await ann.get('/api/auth/me');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

describe('health', () => {
  it('is 200 with every check, and 503 when one is down', async () => {
    expect((await world.stranger.get('/api/health/')).body).toMatchObject({ status: 'ok' });
    const sick = await startGateway({
      ...world.ports,
      health: async () => ({
        status: 'degraded',
        checks: { database: { status: 'down' }, redis: { status: 'ok' }, log: { status: 'ok' } },
      }),
    });
    const { status, body } = await world.stranger.at(sick.url).get('/api/health/');
    await sick.close();
    expect(status).toBe(503);
    expect(body).toMatchObject({ status: 'degraded', checks: { database: { status: 'down' } } });
  });
});
