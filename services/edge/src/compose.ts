/** What the author puts into a message because the reducer must not know it: names, mentions, questions to models. */
import {
  ParleyError,
  codePoints,
  messageId,
  type ClientFrameOf,
  type RoomEventOf,
  type Uuid,
} from '@parley/contracts';
import { asksOf, iso, isMember, mentionedNames, type Models, type RoomState } from '@parley/domain';
import { within, type Clock, type Logger, type UserStore } from '@parley/ports';

/** How long mentions may hold up a message, in ms; then it goes without them. */
const MENTIONS_MS = 1_000;

export interface ComposePorts {
  readonly users: UserStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Author {
  readonly userId: Uuid;
  readonly name: string;
  readonly log: Uuid;
}

/** Throws `MESSAGE_TOO_LONG` above `max` code points. */
export function checkLength(content: string, max: number): void {
  if (content.length <= max || codePoints(content) <= max) return;
  throw new ParleyError('MESSAGE_TOO_LONG', `A message has at most ${max} characters.`);
}

/** Members of the room that the text mentions; none while accounts cannot be read. */
export async function mentionsIn(
  text: string,
  room: RoomState,
  models: Models,
  { users, clock, logger }: ComposePorts,
): Promise<Uuid[]> {
  if (!text.includes('@')) return [];
  const machines = new Set(['ai', ...models.all.map((model) => model.toLowerCase())]);
  const names = mentionedNames(text).filter((name) => !machines.has(name));
  if (names.length === 0) return [];
  try {
    const found = await within(clock, MENTIONS_MS, 'mentions', users.byUsernames(names));
    return found.map(({ id }) => id).filter((id) => isMember(room, id));
  } catch (error) {
    logger.warn({ err: error }, 'a message goes without its mentions');
    return [];
  }
}

/** The event of a message. `born` in Unix ms. */
export function messageEvent(
  frame: ClientFrameOf<'message.send'>,
  author: Author,
  room: RoomState,
  options: { readonly born: number; readonly mentions: Uuid[]; readonly models: Models },
): RoomEventOf<'message.posted'> {
  const { room_id, client_id, content, reply_to, model } = frame;
  const id = messageId(room_id, author.userId, client_id);
  const { settings } = room;
  const asks =
    settings === null
      ? []
      : asksOf(
          {
            message_id: id,
            content,
            kind: settings.kind,
            assistant: settings.assistant,
            ...(model === undefined ? {} : { model }),
          },
          options.models,
        );
  return {
    v: 1,
    id,
    log: author.log,
    type: 'message.posted',
    room_id,
    born: iso(options.born),
    by: author.userId,
    client_id,
    content,
    sender_name: author.name,
    ...(reply_to === undefined ? {} : { reply_to }),
    ...(options.mentions.length === 0 ? {} : { mentions: options.mentions }),
    ...(asks.length === 0 ? {} : { asks }),
  };
}
