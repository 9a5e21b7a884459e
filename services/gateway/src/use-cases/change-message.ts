/** What happens to a message after it was posted. */
import {
  ParleyError,
  type Message,
  type RoomEventOf,
  type Seq,
  type Uuid,
} from '@parley/contracts';
import type { GatewayConfig } from '../config.js';
import type { GatewayPorts, WritePorts } from '../ports.js';
import type { Actor } from './actor.js';
import { enter, requireActive, requireRole, type Entry } from './entry.js';
import { checkText, isStorable } from './text.js';
import { envelope, nothing, write, type Written } from './write.js';

type MessagePorts = WritePorts & Pick<GatewayPorts, 'messages'>;

interface Found {
  readonly message: Message;
  readonly content_seq: Seq;
  readonly entry: Entry;
}

/** Replaces the text of one's own message. */
export async function editMessage(
  ports: MessagePorts,
  config: Pick<GatewayConfig, 'messageMaxLength'>,
  actor: Actor,
  input: { readonly message_id: Uuid; readonly content: string },
): Promise<Written<Message>> {
  checkText(input.content, config.messageMaxLength);
  const { message, content_seq, entry } = await findMessage(ports, actor, input.message_id);
  if (message.sender_id !== actor.user_id) {
    throw new ParleyError('FORBIDDEN', 'only its author edits a message');
  }
  requireActive(entry);
  requireUndeleted(message);
  if (message.content === input.content) return { status: 'done', value: message };
  const event: RoomEventOf<'message.edited'> = {
    ...envelope(ports, actor, message.room_id),
    type: 'message.edited',
    basis: content_seq,
    message_id: message.id,
    author: message.sender_id,
    content: input.content,
  };
  return write(ports, event, async () => (await ports.messages.find(message.id))?.message);
}

/** Takes a message's text away: one's own, or for admins of the room anyone's. */
export async function deleteMessage(
  ports: MessagePorts,
  actor: Actor,
  input: { readonly message_id: Uuid },
): Promise<Written<null>> {
  const { message, content_seq, entry } = await findMessage(ports, actor, input.message_id);
  if (message.sender_id !== actor.user_id) requireRole(entry, 'admin');
  requireActive(entry);
  requireUndeleted(message);
  const event: RoomEventOf<'message.deleted'> = {
    ...envelope(ports, actor, message.room_id),
    type: 'message.deleted',
    basis: content_seq,
    message_id: message.id,
    author: message.sender_id,
  };
  return write(ports, event, nothing);
}

/** Adds or takes back the actor's reaction. One that is as wanted already costs no event. */
export async function react(
  ports: MessagePorts,
  actor: Actor,
  input: { readonly message_id: Uuid; readonly emoji: string; readonly on: boolean },
): Promise<Written<null>> {
  const { emoji, on } = input;
  if (!isStorable(emoji)) throw new ParleyError('VALIDATION_FAILED', 'not an emoji');
  const { message, entry } = await findMessage(ports, actor, input.message_id);
  requireActive(entry);
  requireUndeleted(message);
  const mine = message.reactions.some(
    (reaction) => reaction.emoji === emoji && reaction.user_ids.includes(actor.user_id),
  );
  if (mine === on) return { status: 'done', value: null };
  const event: RoomEventOf<'reaction.added'> | RoomEventOf<'reaction.removed'> = {
    ...envelope(ports, actor, message.room_id),
    type: on ? 'reaction.added' : 'reaction.removed',
    message_id: message.id,
    emoji,
  };
  return write(ports, event, nothing);
}

/** The message, for a member of its room. */
export async function findMessage(
  ports: Pick<MessagePorts, 'messages' | 'rooms'>,
  actor: Actor,
  messageId: Uuid,
): Promise<Found> {
  const found = await ports.messages.find(messageId);
  const absent = new ParleyError('NOT_FOUND', 'no such message');
  if (found === undefined) throw absent;
  try {
    return { ...found, entry: await enter(ports, actor, found.message.room_id) };
  } catch (error) {
    // A message of a foreign room answers exactly as one that is not there.
    if (error instanceof ParleyError && error.code === 'NOT_FOUND') throw absent;
    throw error;
  }
}

function requireUndeleted(message: Message): void {
  if (message.deleted_at !== null) throw new ParleyError('CONFLICT', 'the message is deleted');
}
