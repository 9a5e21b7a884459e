/**
 * Sending a message once, however often it is sent.
 *
 * A message's id follows from room, sender and `client_id`. A young `client_id` is appended at once: the room's window
 * voids a repeat. An older or foreign one may have left the window, so it is looked up first, in a snapshot that shows
 * everything that was in the log when we asked.
 */
import {
  messageId,
  ParleyError,
  partitionOf,
  TOPICS,
  uuidV7,
  type Message,
  type RoomEventOf,
  type RoomKind,
  type Uuid,
} from '@parley/contracts';
import { asksOf, canonicalClientId, mentionedNames, sendPath } from '@parley/domain';
import type { RateVerdict, RoomStore } from '@parley/ports';
import type { GatewayConfig } from '../config.js';
import type { GatewayPorts, WritePorts } from '../ports.js';
import { userOf, type Actor } from './actor.js';
import { enter, presentMember, requireActive } from './entry.js';
import { takeMessagePoint } from './message-limit.js';
import { checkModel } from './models.js';
import { checkText } from './text.js';
import { envelope, PROJECTION_WAIT_MS, unavailable, Voided, write, type Written } from './write.js';

type SendPorts = WritePorts & Pick<GatewayPorts, 'users' | 'messages' | 'limiter'>;

export interface SendInput {
  readonly room_id: Uuid;
  readonly content: string;
  /** Left out: each call is another message. */
  readonly client_id?: string | undefined;
  readonly reply_to?: Uuid | undefined;
  /** The model to ask, in a room whose assistant always answers. */
  readonly model?: string | undefined;
  /** Any other kind of room is not found. */
  readonly kind?: RoomKind | undefined;
}

/** `repeated`: the message was there already; it is answered as it is now. `rate` where a point was taken. */
export type Sent = Written<{
  readonly message: Message;
  readonly repeated: boolean;
  readonly rate?: RateVerdict;
}>;

/** Posts a message. A repeated `client_id` answers the first message, whatever the other fields say. */
export async function sendMessage(
  ports: SendPorts,
  config: Pick<GatewayConfig, 'models' | 'messageMaxLength'>,
  actor: Actor,
  input: SendInput,
): Promise<Sent> {
  checkText(input.content, config.messageMaxLength);
  checkModel(config, input.model);
  const now = ports.clock.now();
  const clientId = canonicalClientId(input.client_id ?? uuidV7(now, ports.random.bytes(10)));
  const path = sendPath(clientId, now);
  if (path.path === 'refused') {
    throw new ParleyError('VALIDATION_FAILED', 'client_id is more than 24 h ahead', {
      errors: [{ path: 'client_id', message: 'is more than 24 h ahead' }],
    });
  }
  const id = messageId(input.room_id, actor.user_id, clientId);

  const [sender, mentioned] = await Promise.all([
    userOf(ports, actor),
    ports.users.byUsernames(mentionedNames(input.content)),
  ]);
  const others = mentioned.map((user) => user.id).filter((other) => other !== actor.user_id);
  const entering = enter(ports, actor, input.room_id, { others, kind: input.kind });
  // Whoever was let out since may repeat what he said while he was in: it is in the room, and the id is his own.
  const looking = input.client_id === undefined ? undefined : ports.rooms.lookup(input.room_id, id);
  const [, known] = await Promise.allSettled([entering, looking]);
  const early = known.status === 'fulfilled' && known.value && answerOf(known.value);
  if (early) return early;
  const entry = await entering;
  requireActive(entry);
  await checkQuoted(ports, input);

  if (path.path === 'slow') {
    const late = answerOf(await lookUpAtEnd(ports, input.room_id, id));
    if (late !== undefined) return late;
  }
  const rate = await takeMessagePoint(ports, actor.user_id);
  const { settings } = entry;
  const { content, model } = input;
  const event: RoomEventOf<'message.posted'> = {
    ...envelope(ports, actor, input.room_id, { id, born: path.born }),
    type: 'message.posted',
    client_id: clientId,
    content,
    sender_name: sender.display_name,
    reply_to: input.reply_to ?? null,
    mentions: others.filter((other) => presentMember(entry, other) !== undefined),
    asks: asksOf(
      {
        message_id: id,
        content,
        kind: settings.kind,
        assistant: settings.assistant,
        ...(model === undefined ? {} : { model }),
      },
      config.models,
    ),
  };
  return write(ports, event, async ({ repeated }) => {
    const found = await ports.messages.find(id);
    return found && { message: found.message, repeated, rate };
  });
}

/** What the store knows of the id: the message, or why it never became one. `undefined`: nothing. */
function answerOf(known: Awaited<ReturnType<RoomStore['lookup']>>): Sent | undefined {
  if (known.message !== undefined) {
    return { status: 'done', value: { message: known.message, repeated: true } };
  }
  const reason = known.verdict?.reason ?? null;
  if (reason !== null) throw new Voided(reason);
  return undefined;
}

/**
 * What the store knows of an id in a snapshot that shows all that is in the log now. The caller took `born` before: a copy
 * of the message that is appended after our look is then older than ours and falls under the same window.
 */
async function lookUpAtEnd(ports: SendPorts, roomId: Uuid, id: Uuid) {
  const partition = partitionOf(roomId, ports.log.identity.partitions);
  const end = await ports.log.end(TOPICS.roomEvents, partition);
  const shown =
    end === 0 || (await ports.projection.reached(partition, end - 1, PROJECTION_WAIT_MS));
  const known = shown ? await ports.rooms.lookup(roomId, id) : undefined;
  // The snapshot decides, not the watch: the database may have gone back in between.
  if (known === undefined || (known.projected[partition] ?? 0) < end) {
    throw unavailable('it cannot be told yet whether this message was sent before');
  }
  return known;
}

/** A quoted message of another room is refused. One that cannot be found may not be projected yet. */
async function checkQuoted(ports: Pick<SendPorts, 'messages'>, input: SendInput): Promise<void> {
  if (input.reply_to === undefined) return;
  const quoted = await ports.messages.find(input.reply_to);
  if (quoted === undefined || quoted.message.room_id === input.room_id) return;
  throw new ParleyError('VALIDATION_FAILED', 'reply_to is not a message of this room', {
    errors: [{ path: 'reply_to', message: 'is not a message of this room' }],
  });
}
