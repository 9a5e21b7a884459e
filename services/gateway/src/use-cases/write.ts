/**
 * A REST write: append one event, wait until the projection has judged it, answer from the rows.
 *
 * Nothing is written but the log. The event's fate is asked by its id, since a retry inside the log can leave it twice.
 */
import {
  ParleyError,
  partitionOf,
  seqOf,
  TOPICS,
  VOID_REASONS,
  type RoomEvent,
  type Seq,
  type Topic,
  type Uuid,
  type VoidReason,
} from '@parley/contracts';
import { BORN_AHEAD_MS, encodeRoomEvent, iso, STALE_AFTER_MS } from '@parley/domain';
import { AppendOutcomeUnknown, type NewRecord, type Position } from '@parley/ports';
import type { WritePorts } from '../ports.js';
import type { Actor } from './actor.js';

/** How long an answer waits for the projection, in ms. Beyond it a write is answered `pending`, a read refused. */
export const PROJECTION_WAIT_MS = 2000;
const RETRY_AFTER_MS = 1000;

/** A write that was judged, with what it made; or one that is in the log and not judged yet. */
export type Written<T> =
  | { readonly status: 'done'; readonly value: T }
  /** `id`: of the event; of the message or the room where it makes one. */
  | { readonly status: 'pending'; readonly id: Uuid };

/** The event counts, since `seq`. `repeated`: by an earlier append of the same id. */
export interface Applied {
  readonly status: 'applied';
  readonly seq: Seq;
  readonly repeated: boolean;
}

export const unavailable = (what: string, cause?: unknown): ParleyError =>
  new ParleyError('UNAVAILABLE', what, { retryAfterMs: RETRY_AFTER_MS, cause });

export const isUnavailable = (error: unknown): boolean =>
  error instanceof ParleyError && error.code === 'UNAVAILABLE';

/** What every event of this actor in this room begins with. `born` in Unix ms. */
export function envelope(
  ports: Pick<WritePorts, 'log' | 'clock' | 'random'>,
  actor: Actor,
  roomId: Uuid,
  options: { readonly id?: Uuid; readonly born?: number } = {},
) {
  return {
    v: 1 as const,
    id: options.id ?? ports.random.uuid(),
    log: ports.log.identity.log_id,
    room_id: roomId,
    born: iso(options.born ?? ports.clock.now()),
    by: actor.user_id,
  };
}

/** Appends to a room's partition. `UNAVAILABLE` when the log cannot say whether it is written. */
export async function append(
  ports: Pick<WritePorts, 'log'>,
  topic: Topic,
  roomId: Uuid,
  record: Pick<NewRecord, 'key' | 'value'>,
): Promise<Position> {
  const partition = partitionOf(roomId, ports.log.identity.partitions);
  try {
    return await ports.log.append({ topic, partition, ...record });
  } catch (error) {
    if (error instanceof AppendOutcomeUnknown) {
      throw unavailable('the log did not say whether this was written', error);
    }
    throw error;
  }
}

/** The event was judged and does not count. A member who lost his place meanwhile is told `FORBIDDEN`. */
export class Voided extends ParleyError {
  constructor(readonly reason: VoidReason) {
    const code = VOID_REASONS[reason];
    super(code === 'NOT_A_MEMBER' ? 'FORBIDDEN' : code, `void: ${reason}`);
  }
}

/** Appends the event and waits for its verdict. Throws what its being void means. */
async function judge(
  ports: WritePorts,
  event: RoomEvent,
): Promise<Applied | { readonly status: 'pending' }> {
  const record = encodeRoomEvent(event);
  const position = await append(ports, TOPICS.roomEvents, event.room_id, record);
  const { partition, offset, at } = position;
  if (!(await ports.projection.reached(partition, offset, PROJECTION_WAIT_MS))) {
    return { status: 'pending' };
  }
  const verdict = await unlessAway(() => ports.rooms.verdict(event.room_id, event.id));
  if (verdict === undefined) {
    // Stale events leave no verdict; the database having gone back a little leaves none either.
    const age = at - Date.parse(event.born);
    if (age < -BORN_AHEAD_MS || age > STALE_AFTER_MS) throw new Voided('stale');
    return { status: 'pending' };
  }
  if (verdict.reason !== null) throw new Voided(verdict.reason);
  const mine = seqOf(ports.log.identity.epoch, offset);
  return { status: 'applied', seq: verdict.seq, repeated: verdict.seq !== mine };
}

/** Appends the event, and once it is applied answers what `read` finds. */
export async function write<T>(
  ports: WritePorts,
  event: RoomEvent,
  read: (applied: Applied) => Promise<T | undefined>,
): Promise<Written<T>> {
  const judgement = await judge(ports, event);
  if (judgement.status === 'pending') return { status: 'pending', id: event.id };
  const value = await unlessAway(() => read(judgement));
  return value === undefined ? { status: 'pending', id: event.id } : { status: 'done', value };
}

/** For writes that answer nothing. */
export const nothing = (): Promise<null> => Promise.resolve(null);

/** After an append, an absent database must not turn what is written into a failure that invites a second try. */
async function unlessAway<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isUnavailable(error)) return undefined;
    throw error;
  }
}
