import { expect, test } from '@jest/globals';
import { AUTH_TIMEOUT_MS, CLOSE } from '@parley/contracts';
import { NativeSocket } from '@parley/testkit';
import { running } from '../running.js';

const here = running();

test('a socket that says nothing, or nothing good, is closed 30 s after its opening', async () => {
  const [alice] = await here.people('alice');
  const good = await alice.connect();
  const from = performance.now();
  const silent = await NativeSocket.open(here.product.wsUrl);
  const babbling = await NativeSocket.open(here.product.wsUrl);
  babbling.say({ type: 'ping', t: 1 });

  const ends = await Promise.all([silent.closed(40_000), babbling.closed(40_000)]);
  const took = performance.now() - from;

  expect(ends.map(({ code }) => code)).toEqual([CLOSE.authTimeout, CLOSE.authTimeout]);
  expect(silent.all('error').map(({ code }) => code)).toEqual(['AUTH_TIMEOUT']);
  expect(took).toBeGreaterThan(AUTH_TIMEOUT_MS - 1_000);
  expect(took).toBeLessThan(AUTH_TIMEOUT_MS + 5_000);
  expect(await good.lives()).toBe(true); // it, too, has said nothing since
}, 60_000);
