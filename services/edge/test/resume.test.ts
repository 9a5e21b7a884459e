import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OFFSETS_PER_EPOCH } from '@parley/contracts';
import type { NativeSocket } from '@parley/testkit';
import { Rig, type RoomRig, type Somebody } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(() => rig.stop());

async function postMany(room: RoomRig, who: Somebody, from: number, to: number): Promise<number> {
  const numbers = Array.from({ length: to - from }, (_, n) => from + n);
  const seqs = await Promise.all(numbers.map((n) => room.post(who, `m${n}`)));
  return seqs.at(-1) ?? 0;
}

/** What a client has after a resume, in the order in which it came, and whether nothing came before its time. */
function received(socket: NativeSocket, roomId: string): { contents: string[]; seqs: number[] } {
  const messages = socket.frames.flatMap((frame): { content: string; seq: number }[] => {
    if (frame.type === 'sync.state' && frame.room_id === roomId) return frame.messages;
    return frame.type === 'message.posted' && frame.room_id === roomId ? [frame] : [];
  });
  return {
    contents: messages.map(({ content }) => content),
    seqs: messages.map(({ seq }) => seq),
  };
}

const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => `m${from + n}`);

describe('resume', () => {
  test('from memory: every event that was missed, in order, then live', async () => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann, ben]);
    const edge = await rig.edge();
    const first = await edge.connect(ben);
    const after = await postMany(room, ann, 0, 3);
    await first.heard('message.posted', ({ content }) => content === 'm2');
    first.cut();
    await postMany(room, ann, 3, 40);
    const again = await edge.connect(ben, { resume: [{ room_id: room.id, after }] });
    const done = await again.heard('sync.done');
    await postMany(room, ann, 40, 45);
    await again.heard('message.posted', ({ content }) => content === 'm44');
    expect(again.all('sync.state')).toEqual([]);
    const { contents, seqs } = received(again, room.id);
    expect(contents).toEqual(names(3, 45));
    expect(done.through).toBeGreaterThanOrEqual(after);
    expect(seqs.every((seq, n) => n === 0 || seq > (seqs[n - 1] ?? 0))).toBe(true);
  });

  test('from the rows where memory does not reach back, with live traffic meanwhile', async () => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann, ben]);
    const after = await postMany(room, ann, 0, 5);
    const edge = await rig.edge({ ringEvents: 4 });
    await edge.connect(ann);
    await postMany(room, ann, 5, 60);
    const live = postMany(room, ann, 60, 100);
    const his = await edge.connect(ben, { resume: [{ room_id: room.id, after }] });
    await his.heard('sync.done');
    await live;
    await postMany(room, ann, 100, 101);
    await his.heard('message.posted', ({ content }) => content === 'm100');
    expect(his.all('sync.state').length).toBeGreaterThan(0);
    expect(his.all('sync.state').some(({ reset }) => reset)).toBe(false);
    const { contents } = received(his, room.id);
    expect([...new Set(contents)]).toEqual(names(5, 101));
  });

  test('on another edge', async () => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann, ben]);
    const one = await (await rig.edge()).connect(ben);
    const after = await postMany(room, ann, 0, 4);
    await one.heard('message.posted', ({ content }) => content === 'm3');
    one.cut();
    await postMany(room, ann, 4, 9);
    const other = await (await rig.edge()).connect(ben, { resume: [{ room_id: room.id, after }] });
    await other.heard('sync.done');
    await postMany(room, ann, 9, 10);
    await other.heard('message.posted', ({ content }) => content === 'm9');
    expect([...new Set(received(other, room.id).contents)]).toEqual(names(4, 10));
  });

  test.each([
    ['of a lower epoch', (seq: number) => seq - OFFSETS_PER_EPOCH],
    ['of a higher epoch', (seq: number) => seq + OFFSETS_PER_EPOCH],
    ['of nothing yet', () => 0],
    ["beyond the log's end", (seq: number) => seq + 100_000],
  ])('from a seq %s is a reset', async (_, alter) => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann, ben]);
    const last = await postMany(room, ann, 0, 60);
    await rig.projected(room.id, last);
    const edge = await rig.edge();
    const his = await edge.connect(ben, { resume: [{ room_id: room.id, after: alter(last) }] });
    const done = await his.heard('sync.done');
    expect(done.behind).toBeUndefined();
    expect(his.all('sync.state').every(({ reset }) => reset)).toBe(true);
    // The latest page, or what came after it in line.
    expect(received(his, room.id).contents).toEqual(names(10, 60));
    expect(his.all('sync.state')[0]?.members).toHaveLength(2);
    expect(done.through).toBeGreaterThanOrEqual(last);
    expect(done.through).toBeLessThan(last + 1_000);
  });

  test('waits for what another edge has shown already', async () => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann, ben]);
    const edge = await rig.edge();
    await edge.connect(ann);
    // As if another edge had shown what will be the next record.
    const after = (await room.post(ann, 'm0')) + 1;
    const connecting = edge.connect(ben, { resume: [{ room_id: room.id, after }] });
    const next = await room.post(ann, 'm1');
    const his = await connecting;
    await his.heard('sync.done');
    await postMany(room, ann, 2, 3);
    await his.heard('message.posted', ({ content }) => content === 'm2');
    // If m1 was appended in time it is the one he has; else his seq was beyond the end.
    if (next === after && his.all('sync.state').length === 0) {
      expect(received(his, room.id).contents).toEqual(['m2']);
    } else expect(his.all('sync.state').every(({ reset }) => reset)).toBe(true);
  });

  test('brings the latest state of what changed', async () => {
    const [ann, ben] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann, ben]);
    const edge = await rig.edge({ ringEvents: 2 });
    const hers = await edge.connect(ann);
    const after = await postMany(room, ann, 0, 2);
    const posted = await hers.heard('message.posted', ({ content }) => content === 'm0');
    await rig.append('message.edited', room.id, {
      by: ann.user.id,
      author: ann.user.id,
      message_id: posted.id,
      content: 'm0, better',
      basis: posted.seq,
    });
    await postMany(room, ann, 2, 10);
    const his = await edge.connect(ben, { resume: [{ room_id: room.id, after }] });
    await his.heard('sync.done');
    const edited = his.all('sync.state').flatMap(({ messages }) => messages)[0];
    expect(edited).toMatchObject({ id: posted.id, content: 'm0, better', seq: posted.seq });
  });

  test('of a stranger to the room is refused', async () => {
    const [ann, eve] = [await rig.somebody(), await rig.somebody()];
    const room = await rig.room([ann]);
    const edge = await rig.edge();
    await edge.connect(ann);
    const hers = await edge.connect(eve, { resume: [{ room_id: room.id, after: room.created }] });
    expect(await hers.error(room.id)).toMatchObject({ code: 'NOT_A_MEMBER' });
    await room.post(ann, 'secret');
    expect(await hers.lives()).toBe(true);
    expect(hers.frames.filter((frame) => 'room_id' in frame)).toEqual([]);
  });
});

test('with `more`, all rooms are silent until the last sync frame, then nothing is missing', async () => {
  const [ann, ben] = [await rig.somebody(), await rig.somebody()];
  const [named, unnamed] = [await rig.room([ann, ben]), await rig.room([ann, ben])];
  const after = await postMany(named, ann, 0, 1);
  await postMany(unnamed, ann, 0, 1);
  const edge = await rig.edge();
  const hers = await edge.connect(ann);
  const his = await edge.connect(ben, { more: true });
  const told = (await his.heard('ready')).rooms.find(({ id }) => id === unnamed.id)?.last_seq ?? 0;
  await postMany(named, ann, 1, 3);
  await postMany(unnamed, ann, 1, 3);
  await hers.heard(
    'message.posted',
    ({ room_id, content }) => room_id === unnamed.id && content === 'm2',
  );
  expect(await his.lives()).toBe(true);
  expect(his.all('message.posted')).toEqual([]);

  his.say({ type: 'sync', rooms: [{ room_id: named.id, after }], more: false });
  await his.heard('sync.done', ({ room_id }) => room_id === named.id);
  await his.heard(
    'message.posted',
    ({ room_id, content }) => room_id === unnamed.id && content === 'm2',
  );
  expect(received(his, named.id).contents).toEqual(['m1', 'm2']);
  const missed = his.all('message.posted').filter(({ room_id }) => room_id === unnamed.id);
  expect(missed.every(({ seq }) => seq > told)).toBe(true);
});

test('sync later holds the room from its receipt to sync.done', async () => {
  const [ann, ben] = [await rig.somebody(), await rig.somebody()];
  const room = await rig.room([ann, ben]);
  const edge = await rig.edge();
  const his = await edge.connect(ben);
  const after = await postMany(room, ann, 0, 5);
  await his.heard('message.posted', ({ content }) => content === 'm4');
  his.frames.length = 0;
  his.say({ type: 'sync', rooms: [{ room_id: room.id, after: after - 3 }] });
  await his.heard('sync.done');
  expect(received(his, room.id).contents).toEqual(['m2', 'm3', 'm4']);
});
