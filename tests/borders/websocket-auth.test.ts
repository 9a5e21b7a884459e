import { describe, expect, test } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { CLOSE } from '@parley/contracts';
import { NativeSocket, type Person } from '@parley/testkit';
import { running } from '../running.js';

const SECRET = 'a secret of this test alone, long enough';
const here = running({ JWT_SECRET_KEY: SECRET });

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function claimsOf(token: string): Record<string, unknown> {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  return JSON.parse(payload) as Record<string, unknown>;
}

function signed(claims: object, header: object = {}, secret = SECRET): string {
  const body = `${part({ alg: 'HS256', typ: 'JWT', ...header })}.${part(claims)}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

const now = (): number => Math.floor(Date.now() / 1000);

const FORGED: Record<string, (alice: Person) => Promise<string>> = {
  'no token at all': async () => 'nonsense',
  'an expired one': async (alice) => signed({ ...claimsOf(await alice.token()), exp: now() - 1 }),
  'one signed by somebody else': async (alice) =>
    signed(claimsOf(await alice.token()), {}, 'another secret, long enough too'),
  'one without a signature': async (alice) => {
    const claims = claimsOf(await alice.token());
    return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`;
  },
  'one that names a key': async (alice) =>
    signed(claimsOf(await alice.token()), { kid: '../../dev/null' }),
  'one of another issuer': async (alice) =>
    signed({ ...claimsOf(await alice.token()), iss: 'somebody' }),
  'one for another audience': async (alice) =>
    signed({ ...claimsOf(await alice.token()), aud: 'somebody' }),
  'one of a session that never was': async (alice) =>
    signed({ ...claimsOf(await alice.token()), sid: '0f8fad5b-d9cb-469f-a165-70867728950e' }),
  'a refresh token': async (alice) => (await alice.login()).refresh_token,
  'a ticket': async (alice) =>
    (await alice.must<{ ticket: string }>('POST', '/api/auth/ticket')).ticket,
};

test('the forger of this test can sign: the same claims, signed anew, are taken', async () => {
  const [alice] = await here.people('alice');
  const socket = await NativeSocket.connect(here.product.wsUrl, {
    token: signed(claimsOf(await alice.token())),
  });
  expect(await socket.lives()).toBe(true);
});

describe('a token that is not good closes the socket with 4401', () => {
  test.each(Object.keys(FORGED))('%s', async (name) => {
    const [alice] = await here.people('alice');
    const token = await FORGED[name]?.(alice);
    const socket = await NativeSocket.open(here.product.wsUrl);
    socket.say({ type: 'auth', ...(token === undefined ? {} : { token }) });
    const { code } = await socket.closed();
    const expected: number[] = [CLOSE.unauthenticated];
    if (name.includes('session')) expected.push(CLOSE.sessionRevoked);
    expect(expected).toContain(code);
    expect(socket.all('auth.success')).toEqual([]);
    expect(socket.all('ready')).toEqual([]);
  });

  test.each(Object.keys(FORGED))('and REST answers 401 to %s', async (name) => {
    const [alice] = await here.people('alice');
    const token = await FORGED[name]?.(alice);
    const { status } = await alice.rest('GET', '/api/auth/me', { token });
    expect(status).toBe(401);
  });
});

test('a ticket opens one socket, once', async () => {
  const [alice] = await here.people('alice');
  const { ticket } = await alice.must<{ ticket: string }>('POST', '/api/auth/ticket');
  const url = `${here.product.wsUrl}?ticket=${ticket}`;
  const first = await NativeSocket.connect(url, {});
  expect(first.all('auth.success').map(({ user }) => user.id)).toEqual([alice.id]);
  const second = await NativeSocket.open(url).catch((error: unknown) => error);
  if (second instanceof NativeSocket) {
    second.say({ type: 'auth' });
    expect((await second.closed()).code).toBe(CLOSE.unauthenticated);
  } else expect(String(second)).toContain('401');
  expect(await first.lives()).toBe(true);
  expect(here.product.output()).not.toContain(ticket);
});

test('a frame before auth is refused', async () => {
  const socket = await NativeSocket.open(here.product.wsUrl);
  socket.say({ type: 'ping', t: 1 });
  expect(await socket.error()).toMatchObject({ code: 'AUTH_REQUIRED' });
  expect(socket.all('pong')).toEqual([]);
});

describe('a browser of another site gets no socket', () => {
  const lookalikes = (port: number): string[] => [
    'https://evil.example',
    'null',
    `http://127.0.0.1.evil.example:${port}`,
    `http://127.0.0.1:${port}.evil.example`,
    `http://127.0.0.1:${port + 1}`,
    `https://127.0.0.1:${port}`,
  ];
  test.each(lookalikes(0).map((_, index) => index))('look-alike %#', async (index) => {
    const origin = lookalikes(here.product.port)[index] ?? '';
    const opening = NativeSocket.open(here.product.wsUrl, { headers: { origin } });
    await expect(opening).rejects.toThrow('403');
  });

  test('the page’s own origin does', async () => {
    const [alice] = await here.people('alice');
    const socket = await NativeSocket.open(here.product.wsUrl, {
      headers: { origin: here.product.url },
    });
    socket.say({ type: 'auth', token: await alice.token() });
    await socket.heard('ready');
  });
});
