import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { messageId } from '@parley/contracts';
import type { NewRecord, Position } from '@parley/ports';
import { overriding, Rig, message } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(() => rig.stop());

describe('a message', () => {
  test('reaches every member in one order, and its sender as the acknowledgement', async () => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann, ben]);
    const edge = await rig.edge();
    const [hers, his] = [await edge.connect(ann), await edge.connect(ben)];

    const frames = Array.from({ length: 20 }, (_, n) => message(room, `number ${n}`));
    for (const frame of frames) hers.say(frame);
    const last = frames.at(-1)?.client_id;
    await hers.heard('message.posted', ({ client_id }) => client_id === last);
    await his.heard('message.posted', ({ client_id }) => client_id === last);

    const posted = hers.all('message.posted');
    expect(posted.map(({ client_id }) => client_id)).toEqual(
      frames.map(({ client_id }) => client_id),
    );
    expect(posted.map(({ order }) => order)).toEqual(frames.map((_, n) => n + 1));
    expect(posted[0]).toMatchObject({
      type: 'message.posted',
      room_id: room.id,
      id: messageId(room.id, ann.user.id, frames[0]?.client_id ?? ''),
      sender_id: ann.user.id,
      sender_name: ann.user.display_name,
      content: 'number 0',
    });
    expect(his.all('message.posted')).toEqual(posted);
  });

  test('reaches members on another edge', async () => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann, ben]);
    const hers = await (await rig.edge()).connect(ann);
    const his = await (await rig.edge()).connect(ben);
    hers.say(message(room, 'hello over there'));
    expect(await his.heard('message.posted')).toMatchObject({ content: 'hello over there' });
  });

  test('is acknowledged by the log read back, not by the append', async () => {
    const ann = await rig.somebody();
    const room = await rig.room([ann]);
    const append = (record: NewRecord): Promise<Position> =>
      rig.log.append(record).then(() => new Promise<Position>(() => undefined));
    const edge = await rig.edge({}, { log: overriding(rig.log, { append }) });
    const hers = await edge.connect(ann);
    hers.say(message(room, 'the producer never hears of it'));
    await hers.heard('message.posted');
  });

  test('that the log voids is told to its author alone, with its reason', async () => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann, ben]);
    const edge = await rig.edge();
    const [hers, his] = [await edge.connect(ann), await edge.connect(ben)];
    await rig.append('room.deleted', room.id, { by: ann.user.id, basis: room.created });
    await his.heard('room.deleted');
    const frame = message(room, 'too late');
    his.say(frame);
    expect(await his.error(frame.client_id)).toMatchObject({
      code: 'CONFLICT',
      reason: 'room_deleted',
    });
    expect(await hers.lives()).toBe(true);
    expect(hers.all('error')).toEqual([]);
    expect(hers.all('message.posted')).toEqual([]);
  });

  test('asks the assistant where the room allows it, and mentions members', async () => {
    const [ann, ben, carl] = [await rig.somebody(), await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann, ben]);
    const edge = await rig.edge();
    const hers = await edge.connect(ann);
    hers.say(message(room, `@ai what do @${ben.user.username} and @${carl.user.username} say?`));
    const posted = await hers.heard('message.posted');
    expect(posted.mentions).toEqual([ben.user.id]);
    expect(posted.asks).toMatchObject([{ model: 'gpt-4o' }]);
  });

  test('may be sent before `ready`', async () => {
    const ann = await rig.somebody();
    const room = await rig.room([ann]);
    const edge = await rig.edge();
    const hers = await edge.open();
    hers.say({ type: 'auth', token: ann.token });
    hers.say(message(room, 'in a hurry'));
    await hers.heard('message.posted');
    const types = hers.frames.map(({ type }) => type);
    expect(types.indexOf('ready')).toBeLessThan(types.indexOf('message.posted'));
  });
});

test('ready tells rooms with the counts as of the position from which live begins', async () => {
  const [ann, ben] = [await rig.somebody(), await rig.somebody()];
  const room = await rig.room([ann, ben]);
  await room.post(ben, 'one');
  const two = await room.post(ben, 'two');
  await rig.projected(room.id, two);
  const edge = await rig.edge();
  const hers = await edge.connect(ann);
  const ready = await hers.heard('ready');
  expect(ready.rooms).toMatchObject([
    { id: room.id, last_seq: two, unread_count: 2, last_message: { excerpt: 'two' } },
  ]);
  const three = await room.post(ben, 'three');
  expect(await hers.heard('message.posted')).toMatchObject({ seq: three });
});
