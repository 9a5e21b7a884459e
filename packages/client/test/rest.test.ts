/** REST as the SDK speaks it, to a server of this test's own. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createRest, createSession, login, type HttpOptions } from '@parley/client';
import type { TokenAnswer } from '@parley/contracts';
import { FakeClock } from './support/fake-clock.js';
import { ROOM, alice, edited, message, posted, ready } from './support/fixtures.js';
import { harness } from './support/harness.js';

type Answer = { status?: number; headers?: Record<string, string>; body?: unknown };
type Handler = (request: { method: string; url: string; token: string; body: unknown }) => Answer;

let server: Server;
let http: HttpOptions;
let handler: Handler;

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const answer = handler({
    method: request.method ?? '',
    url: request.url ?? '',
    token: (request.headers.authorization ?? '').replace('Bearer ', ''),
    body: text === '' ? undefined : JSON.parse(text),
  });
  response.writeHead(answer.status ?? 200, answer.headers);
  response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
}

beforeEach(async () => {
  server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  http = { http: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const problem = (status: number, code: string, more: object = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/problem+json', 'retry-after': '7' },
  body: { type: 'about:blank', title: 't', status, code, detail: 'why', request_id: 'r', ...more },
});
const tokens = (n: number, expires_in = 900): TokenAnswer => ({
  access_token: `access-${n}`,
  refresh_token: `refresh-${n}`,
  token_type: 'bearer',
  expires_in,
  user: alice,
});
const rest = () => createRest({ ...http, token: async () => 'secret' });

test('a request carries the token, the query and the body; ids are escaped', async () => {
  const seen: unknown[] = [];
  handler = (request) => {
    seen.push(request);
    return { body: { items: [], next_cursor: null } };
  };
  await rest().messages(ROOM, { before: 5, limit: 10 });
  await rest().react('../x', '👍/');
  expect(seen).toEqual([
    {
      method: 'GET',
      url: `/api/chat/rooms/${ROOM}/messages?before=5&limit=10`,
      token: 'secret',
      body: undefined,
    },
    {
      method: 'PUT',
      url: '/api/messages/..%2Fx/reactions/%F0%9F%91%8D%2F',
      token: 'secret',
      body: undefined,
    },
  ]);
});

test('a problem is a ParleyError with its code, its faults and when to try again', async () => {
  const errors = [{ path: 'name', message: 'too long' }];
  handler = () => problem(422, 'VALIDATION_FAILED', { errors });
  await expect(rest().createRoom({ kind: 'group', name: 'x' })).rejects.toMatchObject({
    code: 'VALIDATION_FAILED',
    status: 422,
    message: 'why',
    errors,
    retryAfterMs: 7000,
  });
});

test.each([
  [502, 'UNAVAILABLE'],
  [404, 'NOT_FOUND'],
  [418, 'INTERNAL'],
])('an answer of somebody in between: %d is %s', async (status, code) => {
  handler = () => ({ status });
  await expect(rest().me()).rejects.toMatchObject({ code, status });
});

test('nobody there is UNAVAILABLE', async () => {
  const nowhere = createRest({ http: 'http://127.0.0.1:1', token: async () => 't' });
  await expect(nowhere.me()).rejects.toMatchObject({ code: 'UNAVAILABLE', retriable: true });
});

test('no answer in time is UNAVAILABLE', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  await expect(
    login({ http: address, timeoutMs: 20 }, { username: 'a', password: 'b' }),
  ).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  silent.closeAllConnections();
  await new Promise((resolve) => silent.close(resolve));
});

test('a refused token is renewed once', async () => {
  const asked: boolean[] = [];
  handler = ({ token }) => (token === 'new' ? { body: alice } : problem(401, 'AUTH_FAILED'));
  const renewing = createRest({
    ...http,
    token: async ({ fresh }) => {
      asked.push(fresh);
      return fresh ? 'new' : 'old';
    },
  });
  expect(await renewing.me()).toEqual(alice);
  expect(asked).toEqual([false, true]);
});

test('a session logs in once, and renews its token before it ends, once for all who ask', async () => {
  const paths: string[] = [];
  const clock = new FakeClock();
  handler = ({ url, body }) => {
    paths.push(url);
    if (url === '/api/auth/login') return { body: tokens(1) };
    expect(body).toEqual({ refresh_token: `refresh-${paths.length - 1}` });
    return { body: tokens(paths.length) };
  };
  const session = createSession({ ...http, clock, login: { username: 'alice', password: 'x' } });
  const both = [session.token({ fresh: false }), session.token({ fresh: false })];
  expect(await Promise.all(both)).toEqual(['access-1', 'access-1']);
  clock.trueNow += 869_000;
  expect(await session.token({ fresh: false })).toBe('access-1');
  clock.trueNow += 1000;
  expect(await session.token({ fresh: false })).toBe('access-2');
  expect(await session.token({ fresh: true })).toBe('access-3');
  expect(paths).toEqual(['/api/auth/login', '/api/auth/refresh', '/api/auth/refresh']);
});

test('a session that has ended logs in again if it may, else it says so', async () => {
  const kept: unknown[] = [];
  handler = ({ url }) =>
    url === '/api/auth/refresh' ? problem(401, 'SESSION_REVOKED') : { body: tokens(9) };
  const again = createSession({
    ...http,
    tokens: tokens(1),
    login: { username: 'alice', password: 'x' },
  });
  expect(await again.token({ fresh: true })).toBe('access-9');
  const never = createSession({ ...http, tokens: tokens(1), onTokens: (now) => kept.push(now) });
  await expect(never.token({ fresh: true })).rejects.toMatchObject({ code: 'SESSION_REVOKED' });
  await expect(never.token({ fresh: false })).rejects.toMatchObject({ code: 'AUTH_REQUIRED' });
  expect(kept).toEqual([null]);
});

test('a server that is away for a moment does not end a session', async () => {
  let away = true;
  handler = () => (away ? problem(503, 'UNAVAILABLE') : { body: tokens(2) });
  const session = createSession({ ...http, tokens: tokens(1) });
  await expect(session.token({ fresh: true })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  away = false;
  expect(await session.token({ fresh: true })).toBe('access-2');
});

test('history goes below what is known, keeps what was heard meanwhile, leaves the rest to come', async () => {
  const h = harness({ http: http.http });
  const socket = await h.live(ready());
  const urls: string[] = [];
  handler = ({ url }) => {
    urls.push(url);
    // While the page is on its way, an old message is edited and a new one comes.
    socket.say(edited(11, 5, 'edited'), posted(12));
    return { body: { items: [message(4), message(5), message(12)], next_cursor: 'more' } };
  };
  const older = await h.client.history(ROOM, { limit: 3 });
  expect(urls).toEqual([`/api/chat/rooms/${ROOM}/messages?limit=3&at_least=10`]);
  expect(older).toMatchObject({ added: [{ seq: 4 }, { seq: 5, content: 'edited' }], end: false });
  handler = ({ url }) => {
    urls.push(url);
    return { body: { items: [message(2)], next_cursor: null } };
  };
  expect(await h.client.history(ROOM)).toMatchObject({ added: [{ seq: 2 }], end: true });
  expect(urls[1]).toContain('before=4');
  expect(h.client.rooms.get(ROOM)?.messages.ordered.map(({ content }) => content)).toEqual([
    ...['message 2', 'message 4', 'edited', 'message 12'],
  ]);
});
