/** Rooms as `ready` tells them: the projection's row, brought up to the position at which the room is hosted here. */
import {
  codePoints,
  type LastMessage,
  type Message,
  type Room,
  type Seq,
  type Uuid,
} from '@parley/contracts';
import { iso, type RoomSettings } from '@parley/domain';
import type { RingEntry } from './ring.js';
import type { LocalRoom } from './rooms.js';

/** Code points of a message that a room list shows. */
const EXCERPT = 120;

function excerptOf(content: string): string {
  return codePoints(content) <= EXCERPT ? content : [...content].slice(0, EXCERPT).join('');
}

/** What a room list shows of a message. */
interface Seen {
  readonly seq: Seq;
  readonly senderId: Uuid | null;
  readonly mentions: readonly Uuid[];
  readonly last: LastMessage;
}

function seenIn(frame: string): Seen | undefined {
  const event = JSON.parse(frame) as {
    type: string;
    id: Uuid;
    seq: Seq;
    at: string;
    sender_id: Uuid;
    sender_name: string;
    content: string;
    mentions?: Uuid[];
    message?: Message;
  };
  if (event.type === 'message.posted') {
    const { id, seq, at, sender_id, sender_name, content, mentions = [] } = event;
    const last = { id, sender_name, excerpt: excerptOf(content), at };
    return { seq, senderId: sender_id, mentions, last };
  }
  const { message } = event;
  if (event.type !== 'reply.settled' || message === undefined) return undefined;
  const { id, seq, sender_name, content, created_at: at } = message;
  return {
    seq,
    senderId: null,
    mentions: [],
    last: { id, sender_name, excerpt: excerptOf(content), at },
  };
}

/** Parsed once for all who come back together. */
const seen = new WeakMap<RingEntry, Seen | null>();

/** The messages that the ring has after a position, oldest first. */
function messagesAfter(room: LocalRoom, after: Seq): Seen[] {
  const messages: Seen[] = [];
  for (const entry of room.ring.since(after)) {
    let message = seen.get(entry);
    if (message === undefined) seen.set(entry, (message = seenIn(entry.frame) ?? null));
    if (message !== null) messages.push(message);
  }
  return messages;
}

function settingsOf(
  room: LocalRoom,
  settings: RoomSettings,
): Omit<Room, 'last_read_seq' | 'unread_count' | 'mention_count' | 'last_message'> {
  const { kind, name, visibility, assistant, created_by, status } = settings;
  return {
    id: room.id,
    kind,
    name,
    visibility,
    assistant,
    created_by,
    created_at: iso(settings.created_at),
    updated_at: iso(settings.updated_at),
    status,
    member_count: room.memberCount,
    last_seq: room.state.last_seq,
    ...(kind === 'conversation'
      ? {
          title: name,
          model: assistant?.model ?? null,
          system_prompt: assistant?.system_prompt ?? null,
        }
      : {}),
  };
}

/**
 * The room as this user sees it at the position where it is hosted. `row`: as the projection had it, `projected` being the
 * first seq that it does not know; without a row (it is away, or does not know the room yet) counts begin with what is in
 * memory. `undefined` for a room that was never created.
 */
export function roomResource(
  room: LocalRoom,
  userId: Uuid,
  row: Room | undefined,
  projected: Seq,
): Room | undefined {
  const { settings } = room.state;
  if (settings === null) return undefined;
  const joinedSeq = room.state.members.get(userId)?.joined_seq ?? 0;
  const news = messagesAfter(room, row === undefined ? joinedSeq : projected - 1);
  const last_read_seq = row?.last_read_seq ?? 0;
  const unread = news.filter(({ seq, senderId }) => senderId !== userId && seq > last_read_seq);
  const mentions = unread.filter((message) => message.mentions.includes(userId));
  return {
    ...settingsOf(room, settings),
    last_read_seq,
    unread_count: (row?.unread_count ?? 0) + unread.length,
    mention_count: (row?.mention_count ?? 0) + mentions.length,
    last_message: news.at(-1)?.last ?? row?.last_message ?? null,
  };
}
