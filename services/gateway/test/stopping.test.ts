import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HEALTHY, openWorld, startGateway, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

describe('a gateway that stops', () => {
  it('finishes what it was asked and refuses what comes then', async () => {
    let begun = (): void => undefined;
    let finish = (): void => undefined;
    const asked = new Promise<void>((resolve) => (begun = resolve));
    const held = new Promise<void>((resolve) => (finish = resolve));
    const gateway = await startGateway({
      ...world.ports,
      health: async () => {
        begun();
        await held;
        return HEALTHY;
      },
    });
    const client = world.stranger.at(gateway.url);
    const running = client.get('/api/health/');
    await asked;
    let stopped = false;
    const stopping = gateway.stop().then(() => (stopped = true));

    const late = await client.get('/api/models');
    expect(late).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect(stopped).toBe(false);
    finish();
    expect((await running).status).toBe(200);
    await stopping;
    await gateway.close();
  });

  it('can be stopped twice', async () => {
    const gateway = await startGateway(world.ports);
    await gateway.stop();
    await gateway.stop();
    await gateway.close();
  });
});
