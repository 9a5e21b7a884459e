import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createMemoryRateLimiter, type RateLimits } from '@parley/memory';
import { addressKey } from '../src/http/limits.js';
import { clientIdAt, type Client, type Person } from './client.js';
import { openWorld, startGateway, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
const gateways: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(gateways.splice(0).map((gateway) => gateway.close())));

/** Whoever calls a gateway with these limits, nothing of them taken. */
async function limited(limits: RateLimits): Promise<Client> {
  const ports = { ...world.ports, limiter: createMemoryRateLimiter(limits) };
  const gateway = await startGateway(ports, { trustProxy: 1 });
  gateways.push(gateway);
  return world.stranger.at(gateway.url);
}

const post = (person: Person, roomId: string, fields: object = {}) =>
  person.post('/api/chat/send', { room_id: roomId, content: 'hello', ...fields });

describe('messages', () => {
  it('are limited per person over all rooms, with headers that say so', async () => {
    const stranger = await limited({ messages: { points: 3, seconds: 60 } });
    const [ann, bob] = [await stranger.signUp('ann'), await stranger.signUp('bob')];
    const [one, other] = [await ann.makeGroup({}, bob), await ann.makeGroup()];
    const first = await post(ann, one.id);
    expect(first.status).toBe(201);
    expect(first.headers.get('ratelimit-limit')).toBe('3');
    expect(first.headers.get('ratelimit-remaining')).toBe('2');
    await post(ann, other.id);
    await post(ann, one.id);
    const refused = await post(ann, other.id);
    expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMIT_EXCEEDED' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect((await post(bob, one.id)).status).toBe(201);
  });

  it('are limited per second, which costs nothing of the longer limit', async () => {
    const stranger = await limited({
      'messages-burst': { points: 1, seconds: 2 },
      messages: { points: 2, seconds: 60 },
    });
    const ann = await stranger.signUp('ann');
    const room = await ann.makeGroup();
    await post(ann, room.id);
    let refused = 0;
    for (;;) {
      const next = await post(ann, room.id);
      if (next.status === 201) break;
      refused++;
    }
    // Had the refused ones taken points of the longer limit, it would have been used up.
    expect(refused).toBeGreaterThan(1);
  });

  it('that are repeated cost nothing', async () => {
    const stranger = await limited({ messages: { points: 2, seconds: 60 } });
    const ann = await stranger.signUp('ann');
    const room = await ann.makeGroup();
    const client_id = clientIdAt(world.ports.clock.now());
    for (let i = 0; i < 5; i++) {
      expect((await post(ann, room.id, { client_id })).status).toBe(i === 0 ? 201 : 200);
    }
    expect((await post(ann, room.id)).status).toBe(201);
    // Also when nothing is left.
    expect((await post(ann, room.id, { client_id })).status).toBe(200);
    expect((await post(ann, room.id)).status).toBe(429);
  });

  it('that are refused for another reason cost nothing', async () => {
    const stranger = await limited({ messages: { points: 1, seconds: 60 } });
    const ann = await stranger.signUp('ann');
    const room = await ann.makeGroup();
    await post(ann, room.id, { content: '' });
    await post(ann, ann.id);
    await post(ann, room.id, { content: 'x'.repeat(8001) });
    expect((await post(ann, room.id)).status).toBe(201);
  });
});

describe('requests', () => {
  it('are limited per client address, but not the health check', async () => {
    const stranger = await limited({ requests: { points: 3, seconds: 60 } });
    const from = (address: string) => stranger.with({ 'x-forwarded-for': address });
    for (let i = 0; i < 3; i++)
      expect((await from('10.0.0.1').get('/api/models')).status).toBe(200);
    const refused = await from('10.0.0.1').get('/api/models');
    expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMIT_EXCEEDED' } });
    expect((await from('10.0.0.2').get('/api/models')).status).toBe(200);
    expect((await from('10.0.0.1').get('/api/health/')).status).toBe(200);
  });

  it('are not escaped by a forged address', async () => {
    const stranger = await limited({ requests: { points: 3, seconds: 60 } });
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) {
      // What the client wrote, then what the one proxy in front saw.
      const chain = { 'x-forwarded-for': `1.2.3.${i}, 10.0.0.1` };
      statuses.push((await stranger.with(chain).get('/api/models')).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });
});

describe('the key of an address', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0db8:0001:0002::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::', 'fe80:0:0:0'],
  ])('of %s is %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
