import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { rest } from '@parley/testkit';
import { running } from '../running.js';
import { expectProblem } from './refused.js';

const here = running({ LOGIN_MAX_FAILURES: '3' });
const id = randomUUID();

describe('without a token every route but those that make one answers 401', () => {
  test.each([
    ['GET', '/api/auth/me'],
    ['POST', '/api/auth/ticket'],
    ['GET', '/api/conversations/'],
    ['POST', '/api/conversations/'],
    ['GET', '/api/chat/rooms'],
    ['POST', '/api/chat/rooms'],
    ['GET', `/api/chat/rooms/${id}`],
    ['GET', `/api/chat/rooms/${id}/messages`],
    ['POST', `/api/chat/rooms/${id}/messages`],
    ['POST', '/api/chat/send'],
    ['GET', `/api/chat/rooms/${id}/members`],
    ['DELETE', `/api/chat/rooms/${id}/members/${id}`],
    ['PATCH', `/api/messages/${id}`],
    ['DELETE', `/api/messages/${id}`],
    ['POST', `/api/replies/${id}/stop`],
    ['GET', '/api/users'],
  ])('%s %s', async (method, path) => {
    const answer = await rest(here.product.url, method, path, method === 'GET' ? {} : { json: {} });
    expectProblem(answer, 401, 'AUTH_REQUIRED');
  });
});

test('a wrong password and an unknown name cannot be told apart', async () => {
  const [alice] = await here.people('alice');
  const login = async (username: string): Promise<unknown> => {
    const { status, body } = await rest(here.product.url, 'POST', '/api/auth/login', {
      json: { username, password: 'wrong password' },
    });
    const { request_id: _, ...said } = body;
    return { status, said };
  };
  const wrong = await login(alice.username);
  expect(wrong).toEqual(await login('nobody-of-that-name'));
  expect(wrong).toMatchObject({ status: 401, said: { code: 'AUTH_FAILED' } });
});

test('failed logins lock the account for that address, and say for how long', async () => {
  const [alice] = await here.people('alice');
  const login = () =>
    rest(here.product.url, 'POST', '/api/auth/login', {
      json: { username: alice.username, password: 'wrong password' },
    });
  for (let i = 0; i < 3; i++) expectProblem(await login(), 401, 'AUTH_FAILED');
  const locked = await login();
  expectProblem(locked, 423, 'ACCOUNT_LOCKED');
  expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('a name is taken once', async () => {
  const [alice] = await here.people('alice');
  const json = { username: alice.username, password: 'long enough' };
  const again = await rest(here.product.url, 'POST', '/api/auth/register', { json });
  expectProblem(again, 409, 'CONFLICT');
});
