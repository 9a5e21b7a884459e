import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RoomStore } from '@parley/ports';
import { until } from '@parley/testkit';
import { Rig, overriding, type Somebody } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(() => rig.stop());

/** A room store that tells which rooms were loaded, query by query. */
function counted(): { rooms: RoomStore; loads: (readonly string[])[] } {
  const loads: (readonly string[])[] = [];
  const rooms = overriding(rig.rooms, {
    load: (roomIds) => {
      loads.push(roomIds);
      return rig.rooms.load(roomIds);
    },
  });
  return { rooms, loads };
}

test('all rooms of a socket are loaded with one query', async () => {
  const ann = await rig.somebody();
  const rooms = [await rig.room([ann]), await rig.room([ann]), await rig.room([ann])];
  for (const { id, created } of rooms) await rig.projected(id, created);
  const store = counted();
  const edge = await rig.edge({}, { rooms: store.rooms });
  const ready = await (await edge.connect(ann)).heard('ready');
  expect(ready.rooms).toHaveLength(3);
  expect(store.loads.map((ids) => [...ids].sort())).toEqual([rooms.map(({ id }) => id).sort()]);
});

test('a room is loaded once, however many of its members come at once', async () => {
  const people: Somebody[] = [];
  for (let n = 0; n < 20; n++) people.push(await rig.somebody());
  const room = await rig.room(people);
  await rig.projected(room.id, room.created);
  const store = counted();
  const edge = await rig.edge({}, { rooms: store.rooms });
  const sockets = await Promise.all(people.map((somebody) => edge.connect(somebody)));
  expect(store.loads.flat().filter((id) => id === room.id)).toHaveLength(1);
  const [ann] = people;
  if (ann === undefined) throw new Error('nobody came');
  const seq = await room.post(ann, 'hello, everybody');
  for (const socket of sockets)
    await socket.heard('message.posted', (posted) => posted.seq === seq);
});

test('a room is let go some time after its last member left, and comes back whole', async () => {
  const ann = await rig.somebody();
  const room = await rig.room([ann]);
  await rig.projected(room.id, room.created);
  const store = counted();
  const edge = await rig.edge({ hostLingerMs: 300 }, { rooms: store.rooms });
  const first = await edge.connect(ann);
  first.close();
  await first.closed();
  const again = await edge.connect(ann);
  expect(store.loads).toHaveLength(1);
  again.close();
  await again.closed();
  await until('the room to be let go', 10_000, async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const probe = await edge.connect(ann);
    probe.close();
    await probe.closed();
    return store.loads.length > 1;
  });
  const third = await edge.connect(ann);
  const seq = await room.post(ann, 'still here');
  await third.heard('message.posted', (posted) => posted.seq === seq);
});

test('a room made of what the projection has not seen is hosted from kept records', async () => {
  const [ann, ben] = [await rig.somebody(), await rig.somebody()];
  const room = await rig.room([ann, ben]);
  await rig.projected(room.id, room.created);
  // What the projection shows from now on is of this moment.
  const { projected, rooms } = await rig.rooms.load([room.id]);
  const frozen = overriding(rig.rooms, {
    positions: () => Promise.resolve(projected),
    load: (roomIds) =>
      Promise.resolve({
        projected,
        rooms: new Map([...rooms].filter(([id]) => roomIds.includes(id))),
      }),
  });
  const edge = await rig.edge({}, { rooms: frozen });
  await room.post(ann, 'one');
  await room.kick(ben, ann);
  const two = await room.post(ann, 'two');
  // A stranger is refused for sure only when the tail has read all there is.
  const eve = await edge.connect(await rig.somebody());
  eve.say({ type: 'sync', rooms: [{ room_id: room.id, after: 0 }] });
  await eve.error(room.id);
  const hers = await edge.connect(ann);
  expect((await hers.heard('ready')).rooms).toMatchObject([
    {
      id: room.id,
      last_seq: two,
      member_count: 1,
      unread_count: 0,
      last_message: { excerpt: 'two' },
    },
  ]);
  const his = await edge.connect(ben);
  expect((await his.heard('ready')).rooms).toEqual([]);
});
