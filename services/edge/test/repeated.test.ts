import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Rig, message } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start({ messages: { points: 5, seconds: 60 } });
});
afterAll(() => rig.stop());

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

describe('a client_id sent again', () => {
  test.each([
    ['at once', 0],
    ['a second later', SECOND],
    ['six minutes later', 6 * MINUTE],
    ['thirty days later', 30 * DAY],
  ])('%s is the same message, shown to the repeating socket alone', async (_, ms) => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann, ben]);
    const edge = await rig.edge();
    const [hers, his] = [await edge.connect(ann), await edge.connect(ben)];
    const frame = message(room, 'once');
    hers.say(frame);
    const posted = await hers.heard('message.posted');
    await his.heard('message.posted');

    rig.move(ms);
    // Another edge, which hosts the room anew.
    const again = await (await rig.edge()).connect(ann);
    for (const socket of [hers, again]) {
      socket.say({ ...frame, content: 'twice' });
      const repeated = await socket.heard('message.posted', (echo) => echo.repeated === true);
      expect(repeated).toMatchObject({ id: posted.id, seq: posted.seq, content: 'once' });
    }
    rig.move(-ms);
    expect(await his.lives()).toBe(true);
    expect(his.all('message.posted')).toHaveLength(1);
    expect(again.all('message.posted')).toHaveLength(1);
  });

  test('by one who was kicked meanwhile is still his message; a new one is refused', async () => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann, ben]);
    const edge = await rig.edge();
    const his = await edge.connect(ben);
    const frame = message(room, 'said in time');
    his.say(frame);
    const posted = await his.heard('message.posted');
    await room.kick(ben, ann);
    await his.heard('member.left');
    his.say(frame);
    const repeated = await his.heard('message.posted', (echo) => echo.repeated === true);
    expect(repeated).toMatchObject({ id: posted.id, seq: posted.seq });
    const late = message(room, 'said too late');
    his.say(late);
    expect(await his.error()).toMatchObject({ code: 'NOT_A_MEMBER', ref: late.client_id });
  });

  test('in one breath is appended once, and answered twice', async () => {
    const ann = await rig.somebody();
    const room = await rig.room([ann]);
    const edge = await rig.edge();
    const [one, two] = [await edge.connect(ann), await edge.connect(ann)];
    const frame = message(room, 'clicked twice');
    one.say(frame);
    one.say(frame);
    two.say(frame);
    await one.heard('message.posted', ({ repeated }) => repeated === true);
    await two.heard('message.posted', ({ repeated }) => repeated === true);
    const own = one.all('message.posted').filter(({ repeated }) => repeated !== true);
    expect(own).toHaveLength(1);
  });

  test('shows the message as it is now', async () => {
    const ann = await rig.somebody();
    const room = await rig.room([ann]);
    const edge = await rig.edge();
    const hers = await edge.connect(ann);
    const frame = message(room, 'tpyo');
    hers.say(frame);
    const posted = await hers.heard('message.posted');
    await rig.append('message.edited', room.id, {
      ...{ by: ann.user.id, author: ann.user.id, message_id: posted.id },
      ...{ content: 'typo', basis: posted.seq },
    });
    await hers.heard('message.edited');
    hers.say(frame);
    const repeated = await hers.heard('message.posted', (echo) => echo.repeated === true);
    expect(repeated).toMatchObject({ content: 'typo', message: { content: 'typo' } });
  });

  test('costs nothing of the limits', async () => {
    const ann = await rig.somebody();
    const room = await rig.room([ann]);
    const edge = await rig.edge();
    const hers = await edge.connect(ann);
    const frame = message(room, 'one of five');
    hers.say(frame);
    await hers.heard('message.posted');
    for (let n = 0; n < 10; n++) hers.say(frame);
    for (let n = 0; n < 4; n++) hers.say(message(room, `more ${n}`));
    await hers.heard('message.posted', ({ content }) => content === 'more 3');
    expect(hers.all('error')).toEqual([]);
    const sixth = message(room, 'the sixth');
    hers.say(sixth);
    const refused = await hers.error(sixth.client_id);
    expect(refused.code).toBe('RATE_LIMIT_EXCEEDED');
    expect(refused.retry_after_ms).toBeGreaterThan(0);
  });

  test('that was void is void for the same reason', async () => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann, ben]);
    const edge = await rig.edge();
    const his = await edge.connect(ben);
    await rig.append('room.deleted', room.id, { by: ann.user.id, basis: room.created });
    await his.heard('room.deleted');
    const frame = message(room, 'void');
    his.say(frame);
    await his.error(frame.client_id);
    await rig.append('room.restored', room.id, {
      by: ann.user.id,
      basis: (await his.heard('room.deleted')).seq,
    });
    await his.heard('room.restored');
    his.frames.length = 0;
    his.say(frame);
    expect(await his.error(frame.client_id)).toMatchObject({ reason: 'room_deleted' });
  });
});

describe('a client_id', () => {
  test('from an hour ago that is new is sent all the same', async () => {
    const ann = await rig.somebody();
    const room = await rig.room([ann]);
    const edge = await rig.edge();
    const hers = await edge.connect(ann);
    const frame = message(room, 'an old clock');
    rig.move(60 * MINUTE);
    hers.say(frame);
    rig.move(-60 * MINUTE);
    await hers.heard('message.posted', ({ client_id }) => client_id === frame.client_id);
  });

  test('from too far in the future is refused', async () => {
    const ann = await rig.somebody();
    const room = await rig.room([ann]);
    const edge = await rig.edge();
    const hers = await edge.connect(ann);
    const frame = message(room, 'from tomorrow');
    rig.move(-25 * 60 * MINUTE);
    hers.say(frame);
    expect(await hers.error(frame.client_id)).toMatchObject({ code: 'VALIDATION_FAILED' });
    rig.move(25 * 60 * MINUTE);
  });
});
