import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Problem } from '@parley/contracts';
import type { Person } from './client.js';
import { openWorld, type World } from './world.js';

let world: World;
let ann: Person;
beforeAll(async () => {
  world = await openWorld({ config: { allowedHosts: ['127.0.0.1', '.example.org'] } });
  ann = await world.signUp('ann');
});
afterAll(() => world.close());

describe('a failure', () => {
  it('is a problem document with the id of its request', async () => {
    const { status, headers, body } = await ann.get('/api/chat/rooms/not-an-id');
    expect(status).toBe(422);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(Problem.parse(body)).toEqual({
      type: 'about:blank',
      title: 'Unprocessable Entity',
      status: 422,
      code: 'VALIDATION_FAILED',
      detail: expect.stringContaining('room_id'),
      request_id: headers.get('x-request-id'),
      errors: [{ path: 'room_id', message: expect.any(String) }],
    });
  });

  it('carries the id that a proxy gave the request, if it is one', async () => {
    const given = await ann.with({ 'x-request-id': 'abc-12345678' }).get('/api/nowhere');
    expect(given.body.request_id).toBe('abc-12345678');
    const odd = await ann.with({ 'x-request-id': '<script>' }).get('/api/nowhere');
    expect(odd.body.request_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['an unknown route', 'GET', '/api/nowhere', undefined, 404, 'NOT_FOUND'],
    ['a path outside the API', 'GET', '/etc/passwd', undefined, 404, 'NOT_FOUND'],
    ['an unknown method', 'DELETE', '/api/auth/login', undefined, 404, 'NOT_FOUND'],
    ['broken JSON', 'POST', '/api/auth/login', '{"username":', 400, 'VALIDATION_FAILED'],
    ['JSON that is no object', 'POST', '/api/auth/login', '"x"', 422, 'VALIDATION_FAILED'],
    ['no body', 'POST', '/api/auth/login', undefined, 422, 'VALIDATION_FAILED'],
    ['a broken path', 'GET', '/api/chat/rooms/%ff', undefined, 400, 'VALIDATION_FAILED'],
    [
      '64 KiB and more',
      'POST',
      '/api/auth/login',
      `{"username":"${'x'.repeat(65_536)}"}`,
      413,
      'MESSAGE_TOO_LONG',
    ],
  ])('%s is told apart', async (_, method, path, body, status, code) => {
    const answer = await ann.send(method, path, body);
    expect(answer.status).toBe(status);
    expect(Problem.parse(answer.body).code).toBe(code);
  });

  it('says no more than it must when something breaks inside, and is logged', async () => {
    const broken = await openWorld();
    try {
      const eve = await broken.signUp('eve');
      const { users } = broken.ports;
      Object.assign(users, { search: () => Promise.reject(new Error('secret detail')) });
      const { status, body } = await eve.get('/api/users');
      expect(status).toBe(500);
      expect(Problem.parse(body).code).toBe('INTERNAL');
      expect(JSON.stringify(body)).not.toContain('secret detail');
      expect(broken.logged.some((line) => line.includes('a request failed'))).toBe(true);
    } finally {
      await broken.close();
    }
  });
});

describe('a path', () => {
  it.each(['/api/health', '/api/auth/me', '/api/chat/rooms', '/api/conversations', '/api/models'])(
    '%s answers with and without a trailing slash',
    async (path) => {
      expect((await ann.get(path)).status).toBe(200);
      expect((await ann.get(`${path}/`)).status).toBe(200);
    },
  );
});

describe('a request to another host', () => {
  it.each([
    ['example.org', 200],
    ['chat.example.org:8000', 200],
    ['evil.org', 400],
    ['example.org.evil.org', 400],
    ['notexample.org', 400],
  ])('named %s is answered with %i', async (host, status) => {
    expect(await statusFor(host)).toBe(status);
  });
});

describe('what is logged', () => {
  it('has no secret: no token, password, query or text', async () => {
    await world.stranger.get(`/api/auth/me?token=${ann.grant.access_token}`);
    await ann.get('/api/users?search=confidential');
    const room = await ann.makeGroup();
    await ann.say(room.id, 'a secret text');
    const log = world.logged.join('\n');
    expect(log).toContain('/api/auth/me');
    for (const secret of [
      ann.grant.access_token,
      ann.grant.refresh_token,
      ann.password,
      'confidential',
      'a secret text',
    ]) {
      expect(log).not.toContain(secret);
    }
  });
});

/** fetch does not let one choose the Host header. */
function statusFor(host: string): Promise<number> {
  const { port } = new URL(world.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`GET /api/models HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('end', () => resolve(Number(text.split(' ')[1])));
    socket.on('error', reject);
  });
}
