import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '@parley/testkit';
import { Rig, message, overriding } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(() => rig.stop());

describe('whoever is kicked', () => {
  test('hears his own member.left last, in the midst of what is fetched together', async () => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann, ben]);
    const edge = await rig.edge();
    const [hers, his] = [await edge.connect(ann), await edge.connect(ben)];

    // Appended without waiting, so that they are fetched in one batch.
    const before = Array.from({ length: 10 }, (_, n) => room.post(ann, `before ${n}`));
    const kick = room.kick(ben, ann);
    const after = Array.from({ length: 10 }, (_, n) => room.post(ann, `after ${n}`));
    const seqs = await Promise.all([...before, kick, ...after]);
    await hers.heard('message.posted', ({ content }) => content === 'after 9');
    expect(await his.lives()).toBe(true);

    expect(hers.eventsOf(room.id).map(({ seq }) => seq)).toEqual(seqs);
    expect(his.eventsOf(room.id).map(({ seq }) => seq)).toEqual(seqs.slice(0, 11));
    expect(his.eventsOf(room.id).at(-1)).toMatchObject({
      type: 'member.left',
      user_id: ben.user.id,
      reason: 'kicked',
    });
  });

  test('is refused what he sends afterwards', async () => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann, ben]);
    const edge = await rig.edge();
    const [hers, his] = [await edge.connect(ann), await edge.connect(ben)];
    await room.kick(ben, ann);
    await his.heard('member.left');
    const frame = message(room, 'still here?');
    his.say(frame);
    expect(await his.error(frame.client_id)).toMatchObject({ code: 'NOT_A_MEMBER' });
    his.say({ type: 'sync', rooms: [{ room_id: room.id, after: room.created }] });
    expect(await his.error(room.id)).toMatchObject({ code: 'NOT_A_MEMBER' });
    expect(his.all('sync.done')).toEqual([]);
    expect(hers.all('message.posted')).toEqual([]);
  });

  test('comes back to a reset', async () => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann, ben]);
    const edge = await rig.edge();
    const his = await edge.connect(ben);
    const kicked = await room.kick(ben, ann);
    await room.post(ann, 'between us');
    const joined = await room.join(ben, ann, kicked);
    await room.post(ann, 'welcome back');
    // History shows all of the room to whoever is a member now: in the reset, or in line behind it.
    const seen = () => [
      ...his.all('sync.state').flatMap(({ messages }) => messages),
      ...his.all('message.posted'),
    ];
    await until('what was said', 5_000, () => seen().length === 2);
    expect(seen().map(({ content }) => content)).toEqual(['between us', 'welcome back']);
    const done = await his.heard('sync.done', ({ room_id }) => room_id === room.id);
    expect(done.through).toBeGreaterThanOrEqual(joined);

    const types = his.frames
      .filter((frame) => 'room_id' in frame && frame.room_id === room.id)
      .map(({ type }) => type);
    expect(types.slice(0, 3)).toEqual(['member.left', 'member.joined', 'sync.state']);
    expect(his.all('sync.state')[0]?.reset).toBe(true);
  });
});

describe('whoever becomes a member while he is connected', () => {
  test('by joining hears member.joined, the whole room, and then what happens', async () => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann]);
    await room.post(ann, 'before he came');
    const edge = await rig.edge();
    const his = await edge.connect(ben);
    const joined = await room.join(ben, ann);
    const done = await his.heard('sync.done');
    expect(done).toMatchObject({ room_id: room.id });
    expect(done.through).toBeGreaterThanOrEqual(joined);
    expect(done.behind).toBeUndefined();
    await room.post(ann, 'hello ben');
    await his.heard('message.posted');
    const frames = his.frames.filter((frame) => 'room_id' in frame);
    expect(frames.map(({ type }) => type)).toEqual([
      'member.joined',
      'sync.state',
      'sync.done',
      'message.posted',
    ]);
    expect(frames[1]).toMatchObject({
      reset: true,
      messages: [{ content: 'before he came' }],
      members: [{ user_id: ann.user.id }, { user_id: ben.user.id }],
    });
  });

  test('and asks for the room before he was given it is given it whole', async () => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann]);
    await room.post(ann, 'before he came');
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const rooms = overriding(rig.rooms, {
      changes: (...request) => opened.then(() => rig.rooms.changes(...request)),
    });
    const edge = await rig.edge({}, { rooms });
    const his = await edge.connect(ben);
    const joined = await room.join(ben, ann);
    await his.heard('member.joined');
    his.say({ type: 'sync', rooms: [{ room_id: room.id, after: joined }] });
    await his.lives();
    open();
    await his.heard('sync.done');
    expect(his.all('sync.state')).toMatchObject([
      { reset: true, messages: [{ content: 'before he came' }] },
    ]);
  });

  test('by a room made with him hears room.created, and then what happens', async () => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const edge = await rig.edge();
    const his = await edge.connect(ben);
    const room = await rig.room([ann, ben]);
    await room.post(ann, 'first');
    await room.post(ann, 'second');
    await his.heard('message.posted', ({ content }) => content === 'second');
    const events = his.eventsOf(room.id);
    expect(events.map(({ type }) => type)).toEqual([
      'room.created',
      'message.posted',
      'message.posted',
    ]);
    expect(events[0]?.seq).toBe(room.created);
  });

  test('hears nothing of a join that does not count', async () => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann]);
    const edge = await rig.edge();
    const [hers, his] = [await edge.connect(ann), await edge.connect(ben)];
    await room.join(ben, ben);
    await room.post(ann, 'alone');
    await hers.heard('message.posted');
    expect(await his.lives()).toBe(true);
    expect(his.frames.filter((frame) => 'room_id' in frame)).toEqual([]);
  });

  test('may speak at once', async () => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const edge = await rig.edge();
    const his = await edge.connect(ben);
    const room = await rig.room([ann, ben]);
    await his.heard('room.created');
    const frame = message(room, 'hi');
    his.say(frame);
    await his.heard('message.posted', ({ client_id }) => client_id === frame.client_id);
  });
});
