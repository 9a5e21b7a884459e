import {
  ParleyError,
  type Message,
  type Page,
  type RoomKind,
  type Seq,
  type Uuid,
} from '@parley/contracts';
import type { GatewayPorts } from '../ports.js';
import type { Actor } from './actor.js';
import { untilProjected } from './at-least.js';
import { enter } from './entry.js';

export interface HistoryInput {
  readonly room_id: Uuid;
  readonly limit: number;
  /** At most one of these three; none = the latest page. */
  readonly before?: Seq | undefined;
  readonly after?: Seq | undefined;
  readonly cursor?: string | undefined;
  /** See {@link untilProjected}. */
  readonly at_least?: Seq | undefined;
  readonly kind?: RoomKind | undefined;
}

/** A page of a room's messages, ascending by seq. `next_cursor` leads to the page just older. */
export async function history(
  ports: Pick<GatewayPorts, 'rooms' | 'messages' | 'log' | 'projection'>,
  actor: Actor,
  input: HistoryInput,
): Promise<Page<Message>> {
  const { after } = input;
  const given = [input.before, after, input.cursor].filter((bound) => bound !== undefined);
  if (given.length > 1) {
    throw new ParleyError('VALIDATION_FAILED', 'only one of before, after and cursor');
  }
  const before = input.cursor === undefined ? input.before : seqOfCursor(input.cursor);
  await untilProjected(ports, input.room_id, input.at_least);
  await enter(ports, actor, input.room_id, { kind: input.kind });
  const { items, more } = await ports.messages.history(input.room_id, {
    limit: input.limit,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  });
  const [oldest] = items;
  // With `after`, `more` speaks of newer messages; older ones there are wherever `after` was a message.
  const hasOlder = after === undefined ? more : after > 0;
  return {
    items: [...items],
    next_cursor: oldest !== undefined && hasOlder ? cursorOf(oldest.seq) : null,
  };
}

/** Opaque to clients, so that it may become something else. */
const cursorOf = (seq: Seq): string => Buffer.from(`before:${seq}`).toString('base64url');

function seqOfCursor(cursor: string): Seq {
  const match = /^before:(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString());
  const seq = Number(match?.[1]);
  if (Number.isSafeInteger(seq)) return seq;
  throw new ParleyError('VALIDATION_FAILED', 'not a cursor of ours', {
    errors: [{ path: 'cursor', message: 'is not one that was answered' }],
  });
}
