import { randomBytes, randomUUID } from 'node:crypto';
import {
  ASSISTANT,
  messageId,
  partitionOf,
  replyId,
  seqOf,
  TOPICS,
  uuidV7,
  type RoomEvent,
  type Uuid,
} from '@parley/contracts';
import { encodeRoomEvent, iso } from '@parley/domain';
import type { EventLog } from '@parley/ports';

type WithoutEnvelope<T> = T extends RoomEvent ? Omit<T, 'v' | 'log' | 'room_id' | 'born'> : never;

/** A question that was put, and the answer that is owed. */
export interface Asked {
  readonly question: Uuid;
  readonly reply: Uuid;
  readonly seq: number;
}

/** A conversation whose owner asks and changes his mind, as a gateway and an edge would write it. */
export class Conversation {
  readonly id: Uuid;
  readonly owner: Uuid;
  readonly partition: number;

  constructor(
    private readonly log: EventLog,
    options: { readonly partition?: number; readonly owner?: Uuid } = {},
  ) {
    const { partitions } = log.identity;
    do this.id = randomUUID();
    while (
      options.partition !== undefined &&
      partitionOf(this.id, partitions) !== options.partition
    );
    this.partition = partitionOf(this.id, partitions);
    this.owner = options.owner ?? randomUUID();
  }

  async say(fact: WithoutEnvelope<RoomEvent>): Promise<number> {
    const { log_id, epoch } = this.log.identity;
    const event = { v: 1, log: log_id, room_id: this.id, born: iso(Date.now()), ...fact } as const;
    const { partition } = this;
    const position = await this.log.append({
      topic: TOPICS.roomEvents,
      partition,
      ...encodeRoomEvent(event),
    });
    return seqOf(epoch, position.offset);
  }

  async begin(system_prompt: string | null = null): Promise<this> {
    await this.say({
      id: randomUUID(),
      type: 'room.created',
      by: this.owner,
      kind: 'conversation',
      name: 'A talk',
      visibility: 'private',
      members: [{ user_id: this.owner, username: null, display_name: 'Ann', role: 'owner' }],
      assistant: { mode: 'always', model: null, system_prompt },
    });
    return this;
  }

  async ask(content: string, model = 'gpt-4o'): Promise<Asked> {
    const client_id = uuidV7(Date.now(), randomBytes(10));
    const question = messageId(this.id, this.owner, client_id);
    const reply = replyId(question, model, 0);
    const seq = await this.say({
      id: question,
      type: 'message.posted',
      by: this.owner,
      client_id,
      content,
      sender_name: 'Ann',
      asks: [{ model, reply_id: reply }],
    });
    return { question, reply, seq };
  }

  async stop(reply: Uuid): Promise<void> {
    await this.say({
      id: randomUUID(),
      type: 'reply.stop_asked',
      by: this.owner,
      reply_id: reply,
    });
  }

  /** A claim by an owner of which nothing more is heard. */
  async claim({ reply, question, seq }: Asked, attempt: number): Promise<void> {
    await this.say({
      id: randomUUID(),
      type: 'reply.started',
      by: ASSISTANT,
      reply_id: reply,
      question_id: question,
      attempt,
      model: 'gpt-4o',
      context_upto: seq,
      reserved: 0,
    });
  }

  async remove({ question, seq }: Asked): Promise<void> {
    await this.say({
      id: randomUUID(),
      type: 'message.deleted',
      by: this.owner,
      basis: seq,
      message_id: question,
      author: this.owner,
    });
  }
}
