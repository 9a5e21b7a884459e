/** A room's log, told event by event: envelope, position and basis are filled in unless a test wants them otherwise. */
import { messageId, replyId, replyMessageId, uuidV7, type RoomEvent } from '@parley/contracts';
import {
  applyRoomEvent,
  emptyRoom,
  type Outcome,
  type RoomState,
  type Stamp,
} from '../src/index.js';

export const LOG = '00000000-0000-4000-8000-00000000010a';
export const START = Date.parse('2026-03-01T12:00:00.000Z');
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const DAY = 24 * 60 * MINUTE;

/** A UUID for a small number. */
export function id(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

export const [ann, bob, cid, dan, eve] = [id(1), id(2), id(3), id(4), id(5)] as const;
export const ROOM = id(0x900);

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** What an event says beside its envelope. */
export type Draft = Without<RoomEvent, 'v' | 'id' | 'log' | 'room_id' | 'born' | 'basis'>;

export interface Told {
  readonly event: RoomEvent;
  readonly stamp: Stamp;
  readonly outcome: Outcome;
}

/** A `client_id` minted at a time; `n` tells those of the same time apart. */
export function clientId(at: number, n = 0): string {
  const random = new Uint8Array(10);
  new DataView(random.buffer).setUint32(4, n);
  return uuidV7(at, random);
}

/** What an event decided on the room as it stands would carry as its basis. */
export function basisOf(room: RoomState, draft: Draft): number {
  switch (draft.type) {
    case 'room.updated':
    case 'room.deleted':
    case 'room.restored':
      return room.settings?.settings_seq ?? 0;
    case 'member.joined':
    case 'member.left':
    case 'member.changed':
      return room.members.get(draft.user_id)?.membership_seq ?? 0;
    case 'message.edited':
    case 'message.deleted':
      return room.messages.get(draft.message_id)?.content_seq ?? 0;
    default:
      return 0;
  }
}

const HAS_BASIS = /^(room\.(updated|deleted|restored)|member\.|message\.(edited|deleted))/;

/** The whole event. A post's id is the derived one unless another is given. */
export function eventOf(
  draft: Draft,
  envelope: { id: string; room_id: string; born: number; basis?: number },
): RoomEvent {
  return {
    v: 1,
    id: envelope.id,
    log: LOG,
    room_id: envelope.room_id,
    born: new Date(envelope.born).toISOString(),
    ...(HAS_BASIS.test(draft.type) ? { basis: envelope.basis ?? 0 } : {}),
    ...draft,
  } as RoomEvent;
}

export class Story {
  readonly room: RoomState;
  readonly told: Told[] = [];
  now = START;
  seq = 1000;
  #ids = 0x10000;

  constructor(readonly roomId = ROOM) {
    this.room = emptyRoom(roomId);
  }

  nextId(): string {
    return id(this.#ids++);
  }

  wait(ms: number): this {
    this.now += ms;
    return this;
  }

  /** The event as its author would write it now. */
  draft(draft: Draft, own: { id?: string; born?: number; basis?: number } = {}): RoomEvent {
    const derived =
      draft.type === 'message.posted'
        ? messageId(this.roomId, draft.by, draft.client_id)
        : this.nextId();
    return eventOf(draft, {
      id: own.id ?? derived,
      room_id: this.roomId,
      born: own.born ?? this.now,
      basis: own.basis ?? basisOf(this.room, draft),
    });
  }

  /** Appends an event as it is, as a retry does. */
  append(event: RoomEvent): Outcome {
    this.seq += 10;
    const stamp = { seq: this.seq, at: this.now };
    const outcome = applyRoomEvent(this.room, event, stamp);
    this.told.push({ event, stamp, outcome });
    return outcome;
  }

  tell(draft: Draft, own: { id?: string; born?: number; basis?: number } = {}): Outcome {
    return this.append(this.draft(draft, own));
  }

  /** Appends and answers only why it is void (`null`: applied). */
  why(draft: Draft, own: { id?: string; born?: number; basis?: number } = {}): Outcome['reason'] {
    return this.tell(draft, own).reason;
  }

  get last(): Told {
    const told = this.told.at(-1);
    if (told === undefined) throw new Error('nothing was told yet');
    return told;
  }

  /** A group led by Ann: Bob is an admin, Cid and Dan are members, Eve is a stranger. */
  group(
    options: {
      visibility?: 'private' | 'unlisted' | 'public';
      mode?: 'off' | 'mention' | 'always';
    } = {},
  ): this {
    this.tell({
      type: 'room.created',
      by: ann,
      kind: 'group',
      name: 'Harbour',
      visibility: options.visibility ?? 'private',
      members: [
        { ...person(ann), role: 'owner' },
        { ...person(bob), role: 'admin' },
        { ...person(cid), role: 'member' },
        { ...person(dan), role: 'member' },
      ],
      assistant: { mode: options.mode ?? 'mention', model: null, system_prompt: null },
    });
    return this;
  }

  /** Posts, and answers the message's id. */
  post(by: string, content = 'hello', models: readonly string[] = []): string {
    const client_id = clientId(this.now, ++this.#ids);
    const message = messageId(this.roomId, by, client_id);
    this.tell({
      type: 'message.posted',
      by,
      client_id,
      content,
      sender_name: person(by).display_name,
      asks: models.map((model) => ({ model, reply_id: replyId(message, model, 0) })),
    });
    return message;
  }

  /** Posts a question to one model, and answers the ids of question and reply. */
  ask(by: string, model = 'gpt-4o'): { question: string; reply: string } {
    const question = this.post(by, '@ai?', [model]);
    return { question, reply: replyId(question, model, 0) };
  }

  start(reply: string, attempt = 1): Outcome {
    return this.tell(started(this.room, reply, attempt));
  }

  settle(
    reply: string,
    claim: number | null,
    status: 'completed' | 'stopped' | 'failed' = 'completed',
  ): Outcome {
    return this.tell(settled(this.room, reply, claim, status));
  }
}

export function person(user_id: string) {
  const n = Number.parseInt(user_id.slice(-4), 16);
  const name = ['nobody', 'ann', 'bob', 'cid', 'dan', 'eve'][n] ?? `user-${n}`;
  return { user_id, username: name, display_name: name[0]?.toUpperCase() + name.slice(1) };
}

export function started(room: RoomState, reply_id: string, attempt = 1): Draft {
  const reply = room.replies.get(reply_id);
  return {
    type: 'reply.started',
    by: 'assistant',
    reply_id,
    question_id: reply?.question_id ?? id(0xbad),
    attempt,
    model: reply?.model ?? 'gpt-4o',
    context_upto: 0,
    reserved: 100,
  };
}

export function settled(
  room: RoomState,
  reply_id: string,
  claim: number | null,
  status: 'completed' | 'stopped' | 'failed',
): Draft {
  const reply = room.replies.get(reply_id);
  return {
    type: 'reply.settled',
    by: 'assistant',
    reply_id,
    question_id: reply?.question_id ?? id(0xbad),
    claim,
    attempt: reply?.attempt ?? 0,
    model: reply?.model ?? 'gpt-4o',
    status,
    message_id: replyMessageId(reply_id),
    content: 'the answer',
    usage: null,
  };
}
