import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Rig } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(() => rig.stop());

test('typing is shown to the other members, on any edge', async () => {
  const [ann, ben, eve] = [await rig.somebody(), await rig.somebody(), await rig.somebody()];
  const room = await rig.room([ann, ben]);
  const [one, other] = [await rig.edge(), await rig.edge()];
  const [hers, his, others] = [
    await one.connect(ann),
    await other.connect(ben),
    await other.connect(eve),
  ];
  await his.heard('ready');
  for (let n = 0; n < 5; n++) hers.say({ type: 'typing', room_id: room.id });
  expect(await his.heard('typing')).toEqual({
    type: 'typing',
    room_id: room.id,
    user_id: ann.user.id,
  });
  expect(await hers.lives()).toBe(true);
  expect(await others.lives()).toBe(true);
  expect(his.all('typing')).toHaveLength(1);
  expect(hers.all('typing')).toEqual([]);
  expect(others.all('typing')).toEqual([]);
});

test('coming and going is shown to those who share a room', async () => {
  const [ann, ben, eve] = [await rig.somebody(), await rig.somebody(), await rig.somebody()];
  const room = await rig.room([ann, ben]);
  await rig.projected(room.id, room.created);
  const edge = await rig.edge();
  const [hers, stranger] = [await edge.connect(ann), await edge.connect(eve)];
  const his = await edge.connect(ben);
  expect((await his.heard('ready')).online).toEqual([ann.user.id]);
  await hers.heard(
    'presence',
    ({ user_id, status }) => user_id === ben.user.id && status === 'online',
  );
  // A second device changes nothing, and neither does its end.
  const second = await edge.connect(ben);
  second.close();
  await second.closed();
  his.close();
  await hers.heard(
    'presence',
    ({ user_id, status }) => user_id === ben.user.id && status === 'offline',
  );
  expect(hers.all('presence')).toHaveLength(2);
  expect(stranger.all('presence')).toEqual([]);
});

test('read marks are shown live, clamped to what there is, and few', async () => {
  const [ann, ben] = [await rig.somebody(), await rig.somebody()];
  const room = await rig.room([ann, ben]);
  const edge = await rig.edge();
  const [hers, his] = [await edge.connect(ann), await edge.connect(ben)];
  const last = await room.post(ann, 'read me');
  await his.heard('message.posted');
  his.say({ type: 'read', room_id: room.id, seq: room.created });
  for (let n = 1; n <= 20; n++) his.say({ type: 'read', room_id: room.id, seq: last + n });
  const mark = await hers.heard('read', ({ seq }) => seq >= last);
  expect(mark).toEqual({ type: 'read', room_id: room.id, user_id: ben.user.id, seq: last });
  expect(hers.all('read')).toHaveLength(2);
});
