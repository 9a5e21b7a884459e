import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ASSISTANT, type ServerFrame } from '@parley/contracts';
import { until } from '@parley/testkit';
import { StallingSocket } from './fake-socket.js';
import { Rig, message, type EdgeRig, type Somebody } from './rig.js';

const SOFT = 64 * 1024;

let rig: Rig;
let edge: EdgeRig;
beforeAll(async () => {
  rig = await Rig.start();
  edge = await rig.edge();
});
afterAll(() => rig.stop());

/** A connection whose reading is ours to stop. */
async function stalling({ token }: Somebody): Promise<StallingSocket> {
  const socket = new StallingSocket();
  const events = edge.edge.accept(socket, { address: 'test' });
  socket.closed = () => events.closed();
  events.message(JSON.stringify({ type: 'auth', token }), false);
  await until('ready', 5_000, () => socket.frames.some(({ type }) => type === 'ready'));
  return socket;
}

const of = <T extends ServerFrame['type']>(socket: StallingSocket, type: T) =>
  socket.frames.filter((frame): frame is Extract<ServerFrame, { type: T }> => frame.type === type);

test('whoever does not read is closed above the hard cap, the others hear everything', async () => {
  const [ann, ben] = [await rig.somebody(), await rig.somebody()];
  const room = await rig.room([ann, ben]);
  const [slow, his] = [await stalling(ann), await edge.connect(ben)];
  slow.stall();
  const contents = Array.from({ length: 200 }, (_, n) => `${n} ${'x'.repeat(7_000)}`);
  for (const content of contents) await room.post(ben, content);
  await his.heard('message.posted', ({ content }) => content === contents.at(-1));
  expect(his.all('message.posted')).toHaveLength(200);
  expect(slow.closes).toEqual([1013]);
  expect(slow.frames.at(-1)).toMatchObject({ type: 'error', code: 'SLOW_CONSUMER' });
  expect(slow.bufferedAmount).toBeLessThan(2 * 1024 * 1024);
});

test('above the soft cap ticks and typing are spared, and the rest of an answer comes in one piece', async () => {
  const [ann, ben] = [await rig.somebody(), await rig.somebody()];
  const room = await rig.room([ann, ben], { mode: 'always' });
  const [slow, his] = [await stalling(ann), await edge.connect(ben)];
  his.say(message(room, 'why?'));
  const posted = await his.heard('message.posted');
  const reply_id = posted.asks?.[0]?.reply_id ?? '';
  const claim = await rig.append('reply.started', room.id, {
    ...{ by: ASSISTANT, reply_id, question_id: posted.id, attempt: 1 },
    ...{ model: 'gpt-4o', context_upto: 0, reserved: 0 },
  });
  const chunk = (offset: number, text: string) =>
    rig.chunks([{ room_id: room.id, reply_id, claim, offset, text }]);
  await chunk(0, 'one ');
  await until('the first', 5_000, () => of(slow, 'reply.chunk').length === 1);

  slow.stall(SOFT + 1);
  await chunk(4, 'two ');
  await chunk(8, 'three ');
  his.say({ type: 'typing', room_id: room.id });
  await his.heard('reply.chunk', ({ offset }) => offset === 8);
  const after = await room.post(ben, 'events are not spared');
  await until('the event', 5_000, () =>
    of(slow, 'message.posted').some(({ seq }) => seq === after),
  );
  expect(of(slow, 'reply.chunk')).toHaveLength(1);

  slow.drain();
  await until('the rest', 5_000, () => of(slow, 'reply.chunk').length === 2);
  await chunk(14, 'four');
  await until('the next', 5_000, () => of(slow, 'reply.chunk').length === 3);
  expect(of(slow, 'reply.chunk').map(({ offset, text }) => [offset, text])).toEqual([
    [0, 'one '],
    [4, 'two three '],
    [14, 'four'],
  ]);
  expect(of(slow, 'typing')).toEqual([]);
});

test('a sync is paced by the socket, and nothing is missing in the end', async () => {
  const [ann, ben] = [await rig.somebody(), await rig.somebody()];
  const room = await rig.room([ann, ben]);
  const his = await edge.connect(ben);
  let last = 0;
  for (let n = 0; n < 120; n++) last = await room.post(ben, `${n} ${'x'.repeat(7_000)}`);
  await his.heard('message.posted', ({ seq }) => seq === last);
  const socket = new StallingSocket();
  const events = edge.edge.accept(socket, { address: 'test' });
  socket.closed = () => events.closed();
  socket.stall();
  const resume = [{ room_id: room.id, after: room.created }];
  events.message(JSON.stringify({ type: 'auth', token: ann.token, resume }), false);
  await until('a first part', 5_000, () => of(socket, 'message.posted').length > 0);
  expect(of(socket, 'message.posted').length).toBeLessThan(120);
  await until('the end', 10_000, () => {
    socket.drain();
    socket.stall();
    return of(socket, 'sync.done').length > 0;
  });
  const seqs = of(socket, 'message.posted').map(({ seq }) => seq);
  expect(seqs).toEqual(his.all('message.posted').map(({ seq }) => seq));
});

test('a real socket that is not read is closed, and comes back with its seq', async () => {
  const [ann, ben] = [await rig.somebody(), await rig.somebody()];
  const room = await rig.room([ann, ben]);
  const small = await rig.edge({ hardOutboxBytes: 64 * 1024, softOutboxBytes: 16 * 1024 });
  const [hers, his] = [await small.connect(ann), await small.connect(ben)];
  hers.socket.pause();
  const text = 'x'.repeat(7_500);
  for (let n = 0; small.edge.connections === 2 && n < 5_000; n++) await room.post(ben, text);
  expect(small.edge.connections).toBe(1);
  expect(await his.lives()).toBe(true);
  hers.cut();
  const resume = [{ room_id: room.id, after: room.created }];
  const again = await small.connect(ann, { resume });
  expect((await again.heard('sync.done')).behind).toBeUndefined();
});
