import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ASSISTANT,
  replyId,
  replyMessageId,
  seqOf,
  type Message,
  type Reply,
  type Room,
  type RoomEvent,
} from '@parley/contracts';
import type { Person } from './client.js';
import { openWorld, type World } from './world.js';

let world: World;
let ann: Person;
let room: Room;
beforeAll(async () => {
  world = await openWorld();
  ann = await world.signUp('ann');
});
afterAll(() => world.close());
beforeEach(async () => {
  room = (await ann.post<Room>('/api/conversations', {})).body;
});

const openReplies = async (): Promise<Reply[]> => {
  const { replies } = await world.ports.rooms.roomsOf(ann.id);
  return replies.filter((reply) => reply.room_id === room.id);
};
/** Appends as the worker would, and waits until it shows. Answers the seq. */
async function asWorker(
  fields: Pick<RoomEvent, 'type'> & Record<string, unknown>,
): Promise<number> {
  const { log_id, epoch } = world.ports.log.identity;
  const born = new Date(world.ports.clock.now()).toISOString();
  const id = world.ports.random.uuid();
  const envelope = { v: 1, id, log: log_id, room_id: room.id, born, by: ASSISTANT };
  const { partition, offset } = await world.append({ ...envelope, ...fields } as RoomEvent);
  expect(await world.ports.projection.reached(partition, offset, 5000)).toBe(true);
  return seqOf(epoch, offset);
}
/** Asks a question and answers it. */
async function answered(): Promise<{ question: Message; reply: string; answer: string }> {
  const question = await ann.say(room.id, 'Why?');
  const reply = replyId(question.id, 'gpt-4o', 0);
  const of = { reply_id: reply, question_id: question.id, model: 'gpt-4o', attempt: 1 };
  const claim = await asWorker({
    type: 'reply.started',
    ...of,
    context_upto: question.seq,
    reserved: 0,
  });
  const answer = replyMessageId(reply);
  await asWorker({
    type: 'reply.settled',
    ...of,
    claim,
    status: 'completed',
    message_id: answer,
    content: 'Because.',
    usage: null,
  });
  return { question, reply, answer };
}

describe('asking again', () => {
  it('opens another answer to the same question, the earlier one stays', async () => {
    const { question, answer } = await answered();
    const { status, body } = await ann.post<{ reply_id: string }>(
      `/api/messages/${answer}/regenerate`,
    );
    expect(status).toBe(202);
    expect(body).toEqual({ reply_id: replyId(question.id, 'gpt-4o', 1) });
    expect(await openReplies()).toMatchObject([
      { reply_id: body.reply_id, question_id: question.id, status: 'asked' },
    ]);
    const history = await ann.get<{ items: Message[] }>(`/api/conversations/${room.id}/messages`);
    expect(history.body.items.map((message) => message.sender)).toEqual(['user', 'ai']);
  });

  it('may ask another model', async () => {
    const { question, answer } = await answered();
    const path = `/api/messages/${answer}/regenerate`;
    const { body } = await ann.post(path, { model: 'gpt-4o-mini' });
    expect(body).toEqual({ reply_id: replyId(question.id, 'gpt-4o-mini', 0) });
    expect((await ann.post(path, { model: 'gpt-9' })).status).toBe(422);
  });

  it('is for answers of the AI', async () => {
    const question = await ann.say(room.id, 'Why?');
    expect((await ann.post(`/api/messages/${question.id}/regenerate`)).status).toBe(422);
  });

  it('needs the assistant', async () => {
    const { answer } = await answered();
    await ann.patch(`/api/chat/rooms/${room.id}`, { assistant: { mode: 'off' } });
    expect(await ann.post(`/api/messages/${answer}/regenerate`)).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT' },
    });
  });
});

describe('stopping an answer', () => {
  it('closes it', async () => {
    const question = await ann.say(room.id, 'Why?');
    const reply = replyId(question.id, 'gpt-4o', 0);
    expect((await ann.post(`/api/replies/${reply}/stop`)).status).toBe(202);
    const { rooms } = await world.ports.rooms.load([room.id]);
    expect(rooms.get(room.id)?.replies.get(reply)?.closed).toMatchObject({
      reason: 'stopped',
      by: ann.id,
    });
  });

  it('is refused once it is settled', async () => {
    const { reply } = await answered();
    expect(await ann.post(`/api/replies/${reply}/stop`)).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT' },
    });
  });

  it('is not possible for those who are not in the room', async () => {
    const bob = await world.signUp('bob');
    const question = await ann.say(room.id, 'Why?');
    const open = replyId(question.id, 'gpt-4o', 0);
    const { reply: settled } = await answered();
    for (const reply of [open, settled]) {
      expect((await bob.post(`/api/replies/${reply}/stop`)).status).toBe(404);
    }
  });
});
