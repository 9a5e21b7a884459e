/** What is answered while the projection, or the database, does not keep up. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ParleyError, type Message, type Room } from '@parley/contracts';
import type { GatewayPorts } from '@parley/gateway';
import { AppendOutcomeUnknown } from '@parley/ports';
import { clientIdAt, type Person } from './client.js';
import { openWorld, startGateway, type World } from './world.js';

let world: World;
let ann: Person;
let room: Room;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  ann = await world.signUp('ann');
  room = await ann.makeGroup();
});
/** The person, at a gateway one of whose ports behaves otherwise. */
async function atGatewayWith(ports: Partial<GatewayPorts>): Promise<Person> {
  const gateway = await startGateway({ ...world.ports, ...ports });
  gateways.push(gateway);
  return world.stranger.at(gateway.url).logIn(ann.username, ann.password);
}
const gateways: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(gateways.splice(0).map((gateway) => gateway.close())));
const away = () => Promise.reject(new ParleyError('UNAVAILABLE', 'away'));
const contents = async (): Promise<string[]> => {
  const { body } = await ann.get<{ items: Message[] }>(`/api/chat/rooms/${room.id}/messages`);
  return body.items.map((message) => message.content);
};

describe('while nothing is projected', () => {
  it('a write is 202 with its id, and happens later, once', async () => {
    await world.stopProjecting();
    const client_id = clientIdAt(world.ports.clock.now());
    const fields = { room_id: room.id, content: 'hello', client_id };
    const sent = await ann.post('/api/chat/send', fields);
    expect(sent).toMatchObject({ status: 202, body: { id: expect.any(String) } });
    const again = await ann.post('/api/chat/send', fields);
    expect(again).toMatchObject({ status: 202, body: { id: sent.body.id } });
    const renamed = await ann.patch(`/api/chat/rooms/${room.id}`, { name: 'New' });
    expect(renamed.status).toBe(202);

    await world.startProjecting();
    const after = await ann.post('/api/chat/send', { ...fields });
    expect(after).toMatchObject({ status: 200, body: { id: sent.body.id } });
    expect(await contents()).toEqual(['hello']);
    expect((await ann.get(`/api/chat/rooms/${room.id}`)).body.name).toBe('New');
  });

  it('a new room is 202 with the id of the room', async () => {
    await world.stopProjecting();
    const { status, body } = await ann.post('/api/conversations', { title: 'A talk' });
    expect(status).toBe(202);
    await world.startProjecting();
    const seen = await ann.post('/api/conversations', {});
    expect(seen.status).toBe(201);
    expect((await ann.get(`/api/conversations/${body.id}`)).body.title).toBe('A talk');
  });

  it('a message that may have been sent before is 503, since that cannot be told', async () => {
    await world.stopProjecting();
    await ann.patch(`/api/chat/rooms/${room.id}`, { name: 'Not projected' });
    const client_id = clientIdAt(world.ports.clock.now() - 3_600_000);
    const fields = { room_id: room.id, content: 'hello', client_id };
    const refused = await ann.post('/api/chat/send', fields);
    expect(refused).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    await world.startProjecting();
    expect((await ann.post('/api/chat/send', fields)).status).toBe(201);
    expect(await contents()).toEqual(['hello']);
  });
});

describe('while the database is away', () => {
  it('everything is 503', async () => {
    const rooms = { ...world.ports.rooms, access: away, list: away };
    const person = await atGatewayWith({ rooms });
    expect((await person.get('/api/chat/rooms')).body.code).toBe('UNAVAILABLE');
    const sent = await person.post('/api/chat/send', { room_id: room.id, content: 'hello' });
    expect(sent).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
  });

  it('what was appended just before is 202, not a failure that invites a second try', async () => {
    const person = await atGatewayWith({ rooms: { ...world.ports.rooms, verdict: away } });
    const made = await person.post('/api/chat/rooms', { kind: 'group', name: 'Once' });
    expect(made.status).toBe(202);
    expect((await ann.get(`/api/chat/rooms/${made.body.id}`)).body.name).toBe('Once');
  });
});

describe('while the log does not answer', () => {
  it('a write is 503: it may be there or not', async () => {
    const { log } = world.ports;
    const person = await atGatewayWith({
      log: {
        identity: log.identity,
        append: () => Promise.reject(new AppendOutcomeUnknown('no answer within 60 s')),
        end: (topic, partition) => log.end(topic, partition),
        tail: (options) => log.tail(options),
        share: (options) => log.share(options),
        lag: (group) => log.lag(group),
      },
    });
    const sent = await person.post('/api/chat/send', { room_id: room.id, content: 'hello' });
    expect(sent).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect(sent.headers.get('retry-after')).toBe('1');
    expect(await contents()).toEqual([]);
  });
});
