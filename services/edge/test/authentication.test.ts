import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NativeSocket } from '@parley/testkit';
import { Rig, message, type EdgeRig } from './rig.js';

let rig: Rig;
let edge: EdgeRig;
beforeAll(async () => {
  rig = await Rig.start();
  edge = await rig.edge();
});
afterAll(() => rig.stop());

describe('who one is', () => {
  test('is said by the token of the first frame', async () => {
    const ann = await rig.somebody();
    const hers = await edge.connect(ann);
    expect(await hers.heard('auth.success')).toMatchObject({
      user: { id: ann.user.id, display_name: ann.user.display_name },
      session_id: ann.sessionId,
      limits: { message_max_length: 8_000 },
    });
  });

  test('is said by the cookie', async () => {
    const ann = await rig.somebody();
    const hers = await edge.open({ headers: { Cookie: `access_token=${ann.token}` } });
    hers.say({ type: 'auth' });
    await hers.heard('ready');
  });

  test('is said by a ticket, once', async () => {
    const ann = await rig.somebody();
    const url = `${edge.url}?ticket=${rig.ticket(ann)}`;
    const [first, second] = [await NativeSocket.open(url), await NativeSocket.open(url)];
    first.say({ type: 'auth' });
    await first.heard('ready');
    second.say({ type: 'auth' });
    expect(await second.error()).toMatchObject({ code: 'AUTH_FAILED' });
    expect(await second.closed()).toMatchObject({ code: 4401 });
  });

  test.each([
    ['forged', (token: string) => `${token.slice(0, -3)}abc`, 'AUTH_FAILED'],
    ['nonsense', () => 'nonsense', 'AUTH_FAILED'],
    ['missing', () => undefined, 'AUTH_REQUIRED'],
  ])('cannot be said by a token that is %s', async (_, alter, code) => {
    const ann = await rig.somebody();
    const hers = await edge.open();
    const token = alter(ann.token);
    hers.say({ type: 'auth', ...(token === undefined ? {} : { token }) });
    expect(await hers.error()).toMatchObject({ code });
    expect(await hers.closed()).toMatchObject({ code: 4401 });
  });

  test('cannot be said by a ticket in place of a token', async () => {
    const ann = await rig.somebody();
    const hers = await edge.open();
    hers.say({ type: 'auth', token: rig.ticket(ann) });
    expect(await hers.closed()).toMatchObject({ code: 4401 });
  });

  test('comes before anything else', async () => {
    const hers = await edge.open();
    hers.say(message({ id: '5b0d7a1e-3c7b-4f0a-9d59-0a4d3f0f9f10' }, 'hello?'));
    expect(await hers.error()).toMatchObject({ code: 'AUTH_REQUIRED' });
    const ann = await rig.somebody();
    hers.say({ type: 'auth', token: ann.token });
    await hers.heard('ready');
  });

  test('must be said in time', async () => {
    const hasty = await rig.edge({ authTimeoutMs: 100 });
    const hers = await hasty.open();
    expect(await hers.error()).toMatchObject({ code: 'AUTH_TIMEOUT' });
    expect(await hers.closed()).toMatchObject({ code: 4408 });
    const ann = await rig.somebody();
    const his = await hasty.connect(ann);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await his.lives()).toBe(true);
  });
});

describe('a session that ends', () => {
  test('closes its sockets within a second, and no others', async () => {
    const ann = await rig.somebody();
    const elsewhere = await rig.session(ann.user);
    const [hers, other] = [await edge.connect(ann), await edge.connect(elsewhere)];
    const began = Date.now();
    await rig.revoke(ann);
    expect(await hers.closed()).toMatchObject({ code: 4409 });
    expect(Date.now() - began).toBeLessThan(1_500);
    expect(hers.all('error')).toMatchObject([{ code: 'SESSION_REVOKED' }]);
    expect(await other.lives()).toBe(true);
  });

  test('lets nobody in any more', async () => {
    const ann = await rig.somebody();
    await rig.revoke(ann);
    const hers = await edge.open();
    hers.say({ type: 'auth', token: ann.token });
    expect(await hers.error()).toMatchObject({ code: 'SESSION_REVOKED' });
    expect(await hers.closed()).toMatchObject({ code: 4409 });
  });

  test('by its age closes its sockets too', async () => {
    const ann = await rig.somebody();
    const hers = await edge.connect(ann);
    rig.move(91 * 86_400_000);
    expect(await hers.closed()).toMatchObject({ code: 4409 });
    rig.move(-91 * 86_400_000);
  });
});

test('a socket that answers no ping is cut', async () => {
  const impatient = await rig.edge({ pingIntervalMs: 500 });
  const ann = await rig.somebody();
  const hers = await impatient.connect(ann);
  const alive = await impatient.connect(ann);
  // Reads nothing from here on, so it answers nothing.
  hers.socket.pause();
  await impatient.connect(ann).then((third) => third.close());
  const gone = async (): Promise<void> => {
    while (impatient.edge.connections > 1) await alive.lives();
  };
  await gone();
  expect(await alive.lives()).toBe(true);
  hers.socket.resume();
});
