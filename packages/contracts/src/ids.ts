/**
 * Identifiers and positions.
 *
 * Ids that two authors must agree on are derived (UUIDv5), so that a second author of the same fact produces the same id
 * and the room's window can recognise it. Everything here is pure and browser-safe.
 */
import { v5 as uuidv5 } from 'uuid';
import { z } from 'zod';

/** A UUID of any version, normalised to lower case. */
export const Uuid = z.uuid().toLowerCase();
export type Uuid = string;

/** The author of everything that the AI worker writes (`by` of `reply.started` and `reply.settled`). Not a user. */
export const ASSISTANT = 'assistant';

/** Namespace of all ids derived by Parley. Changing it would make every derived id another one: never change it. */
const NAMESPACE = '6f0f2a0e-6d4e-5b0c-9d1c-7a1f3c0de001';

const derive = (...parts: readonly string[]): Uuid => uuidv5(JSON.stringify(parts), NAMESPACE);

/** The id of a message: the same sender repeating a `client_id` in a room names the same message. */
export function messageId(roomId: Uuid, senderId: Uuid, clientId: string): Uuid {
  return derive('message', roomId, senderId, clientId);
}

/** The id of the private room of two users, whoever asks first. */
export function privateRoomId(one: Uuid, other: Uuid): Uuid {
  return derive('private-room', ...[one, other].sort());
}

/**
 * The id of an answer: `ordinal` counts how often this question was put to this model (0 = by the message itself,
 * 1, 2 … = regenerated).
 */
export function replyId(questionId: Uuid, model: string, ordinal: number): Uuid {
  return derive('reply', questionId, model, String(ordinal));
}

/** The id of the AI's message in which a reply ends. */
export function replyMessageId(reply: Uuid): Uuid {
  return derive('reply-message', reply);
}

/** The id of the refresh token that follows another: whoever spends the same token makes the same next one. */
export function nextRefreshId(spent: Uuid): Uuid {
  return derive('refresh-token', spent);
}

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** The Unix time in milliseconds that a UUIDv7 carries, or `undefined` for any other string. */
export function timeOfUuidV7(id: string): number | undefined {
  if (!UUID_V7.test(id)) return undefined;
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/**
 * A UUIDv7 from a time (Unix milliseconds) and 10 random bytes. Time and randomness are arguments, so that a simulation
 * can own both and a client can mint ids from the server's time.
 */
export function uuidV7(unixMs: number, random: Uint8Array): Uuid {
  if (random.length < 10) throw new RangeError('uuidV7 needs 10 random bytes');
  const time = Math.max(0, Math.floor(unixMs)).toString(16).padStart(12, '0').slice(-12);
  const bytes = Array.from(random.subarray(0, 10));
  bytes[0] = ((bytes[0] ?? 0) & 0x0f) | 0x70;
  bytes[2] = ((bytes[2] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${time.slice(0, 8)}-${time.slice(8)}-${hex.slice(0, 4)}-${hex.slice(4, 8)}-${hex.slice(8)}`;
}

/**
 * Offsets per epoch. 2^40 offsets (about 10^12 records of one partition) leave 2^13 epochs below 2^53, so a seq stays a
 * safe integer.
 */
export const OFFSETS_PER_EPOCH = 2 ** 40;

/** The position of an event as everybody sees it: strictly increasing within a room, not dense. */
export const Seq = z.int().min(0);
export type Seq = number;

/** The seq of an offset. */
export function seqOf(epoch: number, offset: number): Seq {
  return epoch * OFFSETS_PER_EPOCH + offset;
}

/** The epoch of a seq. */
export function epochOf(seq: Seq): number {
  return Math.floor(seq / OFFSETS_PER_EPOCH);
}

/** The offset of a seq within its epoch. */
export function offsetOf(seq: Seq): number {
  return seq % OFFSETS_PER_EPOCH;
}

/**
 * The partition of a room: FNV-1a (32 bit) of its id, modulo the number of partitions. It is written into every log that
 * exists: never change it.
 */
export function partitionOf(roomId: Uuid, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < roomId.length; i++) {
    hash = Math.imul(hash ^ roomId.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) % partitions;
}
