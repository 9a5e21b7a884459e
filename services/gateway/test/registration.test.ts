import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
const register = (body: object) => world.stranger.post('/api/auth/register', body);

describe('registering', () => {
  it('answers the new account, without its password', async () => {
    const { status, body } = await register({
      username: 'Ann',
      email: 'Ann@Example.org',
      password: 'long enough',
      display_name: 'Ann A.',
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      username: 'Ann',
      email: 'ann@example.org',
      display_name: 'Ann A.',
      role: 'user',
      created_at: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
    });
  });

  it('needs an e-mail or a username, one is enough', async () => {
    expect((await register({ password: 'long enough' })).status).toBe(422);
    const byName = await register({ username: 'bob', password: 'long enough' });
    expect(byName.body).toMatchObject({ email: null, display_name: 'bob' });
    const byMail = await register({ email: 'carol@example.org', password: 'long enough' });
    expect(byMail.body).toMatchObject({ username: null, display_name: 'carol' });
  });

  it.each([
    ['username', { username: 'aNN-taken', email: 'other@example.org' }],
    ['email', { username: 'somebody-else', email: 'ANN-taken@example.org' }],
  ])('says that the %s is taken, in whatever case', async (field, attempt) => {
    await register({
      username: 'ann-taken',
      email: 'ann-taken@example.org',
      password: 'long enough',
    });
    const { status, body } = await register({ ...attempt, password: 'long enough' });
    expect(status).toBe(409);
    expect(body).toMatchObject({ code: 'CONFLICT', errors: [{ path: field }] });
  });

  it.each([
    ['a short password', { username: 'dora', password: 'short' }],
    ['a broken e-mail', { email: 'not an address', password: 'long enough' }],
    ['a username with an @', { username: 'a@b', password: 'long enough' }],
    [
      'a username that is an id',
      { username: '0b8f1f0e-0000-4000-8000-00000000000a', password: 'long enough' },
    ],
    ['a username that calls the assistant', { username: 'AI', password: 'long enough' }],
    ['a username that is a model', { username: 'GPT-4o', password: 'long enough' }],
    ['a role', { username: 'dora', password: 'long enough', role: 'admin' }],
    ['a NUL in the name', { username: 'dora', password: 'long enough', display_name: 'a\0b' }],
    [
      'half a surrogate pair in the name',
      { username: 'dora', password: 'long enough', display_name: 'a\ud83d' },
    ],
  ])('refuses %s', async (_, body) => {
    expect(await register(body)).toMatchObject({
      status: 422,
      body: { code: 'VALIDATION_FAILED' },
    });
  });

  it('lets one log in by username, e-mail or id, in whatever case', async () => {
    const { body } = await register({
      username: 'Erna',
      email: 'erna@example.org',
      password: 'long enough',
    });
    for (const name of [
      { username: 'ERNA' },
      { email: 'Erna@Example.org' },
      { username: body.id },
    ]) {
      const login = await world.stranger.post('/api/auth/login', {
        ...name,
        password: 'long enough',
      });
      expect(login).toMatchObject({ status: 200, body: { user: { id: body.id } } });
    }
  });
});

describe('oneself', () => {
  it('is shown to oneself', async () => {
    const ann = await world.signUp('ann');
    expect(await ann.get('/api/auth/me')).toMatchObject({ status: 200, body: { id: ann.id } });
    expect(await world.stranger.get('/api/auth/me')).toMatchObject({
      status: 401,
      body: { code: 'AUTH_REQUIRED' },
    });
  });

  it('can be shown under another name, and nothing else changed', async () => {
    const ann = await world.signUp('ann');
    const changed = await ann.patch('/api/auth/me', { display_name: 'Anna' });
    expect(changed).toMatchObject({ status: 200, body: { display_name: 'Anna' } });
    expect((await ann.patch('/api/auth/me', { role: 'admin' })).status).toBe(422);
    expect((await ann.get('/api/auth/me')).body).toMatchObject({
      display_name: 'Anna',
      role: 'user',
    });
  });

  it('is found by others, without the e-mail', async () => {
    const [ann, bob] = [await world.signUp('ann'), await world.signUp('bob')];
    const { body } = await ann.get<{ items: object[] }>(`/api/users?search=${bob.username}`);
    expect(body.items).toMatchObject([{ id: bob.id, username: bob.username, email: null }]);
  });
});
