import { expect, test } from '@jest/globals';
import { CLOSE } from '@parley/contracts';
import { NativeSocket, rest } from '@parley/testkit';
import { running } from '../running.js';

const here = running();

test('logging out ends the session’s sockets within a second, and no others', async () => {
  const [alice] = await here.people('alice');
  const { access_token: token } = await alice.login();
  const leaving = await NativeSocket.connect(here.product.wsUrl, { token });
  const staying = await alice.connect();

  const from = performance.now();
  const answer = await rest(here.product.url, 'POST', '/api/auth/logout', { token });
  const end = await leaving.closed();

  expect(answer.status).toBe(204);
  expect(end.code).toBe(CLOSE.sessionRevoked);
  expect(performance.now() - from).toBeLessThan(1_500);
  expect(await staying.lives()).toBe(true);
  expect((await rest(here.product.url, 'GET', '/api/auth/me', { token })).status).toBe(401);
  const again = await NativeSocket.open(here.product.wsUrl);
  again.say({ type: 'auth', token });
  const { code } = await again.closed();
  expect([CLOSE.unauthenticated, CLOSE.sessionRevoked]).toContain(code);
});
