import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { rest } from '@parley/testkit';
import { running } from '../running.js';
import { expectProblem } from './refused.js';

const here = running();
const ROOMS = '/api/chat/rooms';

const alive = async (): Promise<void> =>
  expect((await rest(here.product.url, 'GET', '/api/health/')).status).toBe(200);

describe('a body that is not what the contract says', () => {
  test.each<[string, unknown]>([
    ['an array', []],
    ['nothing of what is needed', {}],
    ['an unknown key', { kind: 'group', name: 'x', owner: 'me' }],
    ['a wrong type', { kind: 'group', name: 7 }],
    ['a value outside the list', { kind: 'group', name: 'x', visibility: 'secret' }],
    ['an empty name', { kind: 'group', name: '   ' }],
    ['a name without end', { kind: 'group', name: 'x'.repeat(121) }],
    ['an id that is none', { kind: 'group', name: 'x', member_ids: ['1; drop table rooms'] }],
    ['a kind of every object', { kind: 'constructor' }],
  ])('%s: 422', async (_name, json) => {
    const [alice] = await here.people('alice');
    expectProblem(await alice.rest('POST', ROOMS, { json }), 422, 'VALIDATION_FAILED');
    await alive();
  });

  test.each(['__proto__', 'constructor', 'prototype'])('the key %s: 422', async (key) => {
    const [alice] = await here.people('alice');
    const raw = `{"kind":"group","name":"x","${key}":{"role":"admin"}}`;
    expectProblem(await alice.rest('POST', ROOMS, { raw }), 422, 'VALIDATION_FAILED');
    await alive();
  });

  test.each(['"text"', 'null', '7'])('%s in place of an object', async (raw) => {
    const [alice] = await here.people('alice');
    const answer = await alice.rest('POST', ROOMS, { raw });
    expectProblem(answer, answer.status === 400 ? 400 : 422, 'VALIDATION_FAILED');
    await alive();
  });

  test('it says where and what', async () => {
    const [alice] = await here.people('alice');
    const { body } = await alice.rest('POST', ROOMS, { json: { kind: 'group', name: 7 } });
    expect(body['errors']).toEqual([{ path: 'name', message: expect.any(String) }]);
  });

  test.each([
    ['broken JSON', '{"kind":"group",'],
    ['bytes that are no UTF-8 JSON', '{"kind":"\u0000'],
  ])('%s: 400', async (_name, raw) => {
    const [alice] = await here.people('alice');
    expectProblem(await alice.rest('POST', ROOMS, { raw }), 400, 'VALIDATION_FAILED');
    await alive();
  });

  test('no body where one is needed: 422', async () => {
    const [alice] = await here.people('alice');
    expectProblem(await alice.rest('POST', ROOMS), 422, 'VALIDATION_FAILED');
  });

  test('a body of 5 MB: 413', async () => {
    const [alice] = await here.people('alice');
    const json = { kind: 'group', name: 'x'.repeat(5_000_000) };
    const answer = await alice.rest('POST', ROOMS, { json });
    expect(answer.status).toBe(413);
    await alive();
  });

  test('brackets nested 40,000 deep', async () => {
    const [alice] = await here.people('alice');
    const raw = '['.repeat(40_000) + ']'.repeat(40_000);
    const answer = await alice.rest('POST', ROOMS, { raw });
    expect([400, 413, 422]).toContain(answer.status);
    await alive();
  });

  test('a form in place of JSON', async () => {
    const [alice] = await here.people('alice');
    const answer = await alice.rest('POST', ROOMS, {
      raw: 'kind=group&name=x',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expectProblem(answer, 422, 'VALIDATION_FAILED');
  });
});

describe('a text that no log can hold', () => {
  test.each([
    ['a NUL', 'a\u0000b', 422, 'VALIDATION_FAILED'],
    ['half of a surrogate pair', 'a\ud800b', 422, 'VALIDATION_FAILED'],
    ['more than the longest message', 'x'.repeat(8_001), 413, 'MESSAGE_TOO_LONG'],
  ] as const)('%s', async (_name, content, status, code) => {
    const [alice] = await here.people('alice');
    const room = await alice.createGroup('Texts');
    const answer = await alice.rest('POST', `${ROOMS}/${room.id}/messages`, { json: { content } });
    expectProblem(answer, status, code);
    expect(await alice.history(room.id)).toEqual([]);
  });
});

describe('a query that is not what the contract says: 422', () => {
  test.each(['limit=0', 'limit=101', 'limit=x', 'limit=1&limit=2', 'unknown=1', 'cursor=@@@'])(
    '?%s',
    async (query) => {
      const [alice] = await here.people('alice');
      expectProblem(await alice.rest('GET', `${ROOMS}?${query}`), 422, 'VALIDATION_FAILED');
    },
  );
});

describe('a path', () => {
  test('that is no route: 404', async () => {
    expectProblem(await rest(here.product.url, 'GET', '/api/nothing/here'), 404, 'NOT_FOUND');
  });

  test.each(['/api/%', '/api/chat/rooms/%E0%A4%A', '/api//../../etc/passwd'])(
    '%s is answered, not died of',
    async (path) => {
      const [alice] = await here.people('alice');
      const { status } = await alice.rest('GET', path);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      await alive();
    },
  );

  test.each(['not-an-id', '1', randomUUID()])('with the room id %s: 404 or 422', async (id) => {
    const [alice] = await here.people('alice');
    const { status } = await alice.rest('GET', `${ROOMS}/${id}`);
    expect([404, 422]).toContain(status);
  });

  test('with a method that it does not have', async () => {
    const [alice] = await here.people('alice');
    const answer = await alice.rest('PUT', ROOMS, { json: {} });
    expect([404, 405]).toContain(answer.status);
    expect(answer.body).toMatchObject({ code: expect.any(String) });
  });
});

test('a room of others cannot be told from one that does not exist', async () => {
  const [alice, mallory] = await here.people('alice', 'mallory');
  const room = await alice.createGroup('Secret');
  const ask = async (
    id: string,
    method: string,
    rest: string,
    json?: unknown,
  ): Promise<unknown> => {
    const path = `${ROOMS}/${id}${rest}`;
    const { status, body } = await mallory.rest(method, path, json === undefined ? {} : { json });
    const { request_id: _, instance: __, ...said } = body;
    return JSON.parse(JSON.stringify({ status, said }).replaceAll(id, '…'));
  };
  for (const [method, path, json] of [
    ['GET', '', undefined],
    ['PATCH', '', { name: 'Mine' }],
    ['DELETE', '', undefined],
    ['GET', '/messages', undefined],
    ['POST', '/messages', { content: 'x' }],
    ['GET', '/members', undefined],
    ['POST', '/members', { user_id: mallory.id }],
    ['DELETE', `/members/${alice.id}`, undefined],
    ['POST', '/join', undefined],
    ['POST', '/leave', undefined],
    ['POST', '/read', { seq: 1 }],
    ['GET', '/presence', undefined],
  ] as const) {
    const foreign = await ask(room.id, method, path, json);
    expect(foreign).toEqual(await ask(randomUUID(), method, path, json));
    expect({ path, foreign }).toMatchObject({ path, foreign: { status: 404 } });
  }
  expect((await alice.room(room.id)).name).toBe('Secret');
});
