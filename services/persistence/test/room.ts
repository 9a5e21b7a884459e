import { randomBytes, randomUUID } from 'node:crypto';
import {
  ASSISTANT,
  messageId,
  partitionOf,
  replyId,
  replyMessageId,
  seqOf,
  TOPICS,
  uuidV7,
  type RoomEvent,
  type Uuid,
} from '@parley/contracts';
import { encodeRoomEvent, iso } from '@parley/domain';
import type { EventLog } from '@parley/ports';

type WithoutEnvelope<T> = T extends RoomEvent ? Omit<T, 'v' | 'log' | 'room_id' | 'born'> : never;
export type Fact = WithoutEnvelope<RoomEvent>;

const person = (user_id: Uuid) => ({ user_id, username: null, display_name: 'Somebody' });

/** A room that writes its own events, as a gateway and an edge would. */
export class TestRoom {
  readonly id: Uuid;
  readonly owner: Uuid = randomUUID();
  readonly partition: number;

  constructor(
    private readonly log: EventLog,
    id: Uuid = randomUUID(),
  ) {
    this.id = id;
    this.partition = partitionOf(id, log.identity.partitions);
  }

  event(fact: Fact): RoomEvent {
    const { log_id } = this.log.identity;
    return { v: 1, log: log_id, room_id: this.id, born: iso(Date.now()), ...fact };
  }

  /** Appends a fact; answers the seq of its record. */
  async say(fact: Fact): Promise<number> {
    return this.append(this.event(fact));
  }

  async append(event: RoomEvent): Promise<number> {
    const record = encodeRoomEvent(event);
    const { partition } = this;
    const position = await this.log.append({ topic: TOPICS.roomEvents, partition, ...record });
    return seqOf(this.log.identity.epoch, position.offset);
  }

  async create(): Promise<number> {
    return this.say({
      id: randomUUID(),
      type: 'room.created',
      by: this.owner,
      kind: 'group',
      name: 'Tea',
      visibility: 'private',
      members: [{ ...person(this.owner), role: 'owner' }],
      assistant: { mode: 'mention', model: null, system_prompt: null },
    });
  }

  /** A post, ready to be appended as often as one likes. */
  post(content: string, by = this.owner, asks: readonly string[] = []): RoomEvent {
    const client_id = uuidV7(Date.now(), randomBytes(10));
    const id = messageId(this.id, by, client_id);
    return this.event({
      id,
      type: 'message.posted',
      by,
      client_id,
      content,
      sender_name: 'Somebody',
      asks: asks.map((model) => ({ model, reply_id: replyId(id, model, 0) })),
    });
  }

  /** Somebody joins, posts, edits, reacts and leaves, and is answered in between: every kind of row. */
  async live(): Promise<void> {
    const guest = randomUUID();
    const joined = await this.say({
      id: randomUUID(),
      type: 'member.joined',
      by: this.owner,
      basis: 0,
      ...person(guest),
      role: 'member',
    });
    const post = this.post('hello @ai', guest, ['gpt-4o']);
    const posted = await this.append(post);
    const reply = { reply_id: replyId(post.id, 'gpt-4o', 0), question_id: post.id };
    const claim = await this.say({
      ...reply,
      id: randomUUID(),
      type: 'reply.started',
      by: ASSISTANT,
      attempt: 1,
      model: 'gpt-4o',
      context_upto: posted,
      reserved: 100,
    });
    const message = { message_id: post.id, author: guest };
    await this.say({
      id: randomUUID(),
      type: 'reaction.added',
      by: guest,
      ...message,
      emoji: '👍',
    });
    await this.say({
      ...message,
      id: randomUUID(),
      type: 'message.edited',
      by: guest,
      basis: posted,
      content: 'hello again',
    });
    await this.say({
      ...reply,
      id: randomUUID(),
      type: 'reply.settled',
      by: ASSISTANT,
      claim,
      attempt: 1,
      model: 'gpt-4o',
      status: 'completed',
      message_id: replyMessageId(reply.reply_id),
      content: 'Hello!',
      usage: { prompt_tokens: 5, completion_tokens: 2 },
    });
    await this.append(post);
    await this.say({
      id: randomUUID(),
      type: 'member.left',
      by: guest,
      basis: joined,
      user_id: guest,
      reason: 'left',
    });
    await this.append(this.post('nobody should see this', guest));
  }
}
