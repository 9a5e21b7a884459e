/**
 * The window of a room: the ids judged lately, so that a record appended again changes nothing. What has expired is
 * treated as absent whether or not it has been swept away, so that sweeping can never be seen from outside.
 */
import { timeOfUuidV7, type RoomEvent } from '@parley/contracts';
import {
  BORN_AHEAD_MS,
  MEMORY_MS,
  STALE_AFTER_MS,
  type RecentMessage,
  type ReplyState,
  type RoomState,
  type WindowEntry,
} from './room-state.js';

/** Where a record stands: its seq, and its append time in Unix ms. */
export interface Stamp {
  readonly seq: number;
  readonly at: number;
}

/** Whether an event was made too long before, or after, it was appended. */
export function isStale(event: RoomEvent, at: number): boolean {
  const age = at - Date.parse(event.born);
  return !(age >= -BORN_AHEAD_MS && age <= STALE_AFTER_MS);
}

/**
 * When the event's id leaves the window, in Unix ms: {@link MEMORY_MS} after the later of its append and the id's own
 * time. A message's id comes from its `client_id`, which may be up to 24 h ahead and can be sent again until then.
 */
export function untilOf(event: RoomEvent, at: number): number {
  const own = event.type === 'message.posted' ? timeOfUuidV7(event.client_id) : undefined;
  return Math.max(at, own ?? at) + MEMORY_MS;
}

/** What the window remembers of an id at this time. */
export function remembered(room: RoomState, id: string, at: number): WindowEntry | undefined {
  const entry = room.window.get(id);
  return entry !== undefined && entry.until >= at ? entry : undefined;
}

/** Whether a change of this time is still remembered. */
export function isRecent(changedAt: number, at: number): boolean {
  return changedAt + MEMORY_MS >= at;
}

/** A message, if it was changed lately. */
export function recentMessage(room: RoomState, id: string, at: number): RecentMessage | undefined {
  const message = room.messages.get(id);
  return message !== undefined && isRecent(message.changed_at, at) ? message : undefined;
}

/** A reply that is open, or was settled lately. */
export function knownReply(room: RoomState, id: string, at: number): ReplyState | undefined {
  const reply = room.replies.get(id);
  return reply !== undefined && isKnown(reply, at) ? reply : undefined;
}

export function isKnown(reply: ReplyState, at: number): boolean {
  return reply.settled_at === null || isRecent(reply.settled_at, at);
}

/** Murmur3's finaliser: 32 bits that look random, whatever pattern a room's seqs have. */
function mixed(seq: number): number {
  let bits = seq | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/**
 * Forgets what has expired, at about one record in 256: a sweep costs as much as the window is long, so this keeps both
 * the cost per record and the surplus small, without a counter in the state.
 */
export function sweepNowAndThen(room: RoomState, stamp: Stamp): void {
  if (mixed(stamp.seq) % 256 !== 0) return;
  for (const [id, entry] of room.window) if (entry.until < stamp.at) room.window.delete(id);
  for (const [id, message] of room.messages) {
    if (!isRecent(message.changed_at, stamp.at)) room.messages.delete(id);
  }
  for (const [id, reply] of room.replies) if (!isKnown(reply, stamp.at)) room.replies.delete(id);
}
