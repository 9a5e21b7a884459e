/** The topics of the log and the keys of their records. */
import type { Uuid } from './ids.js';

/** Every topic, by the name of what it carries. */
export const TOPICS = {
  /** Facts about rooms: the truth. Key: see {@link roomKey}. */
  roomEvents: 'chat.room-events.v1',
  /** Pieces of answers on their way; kept for an hour. */
  replyChunks: 'chat.reply-chunks.v1',
  /** How far each user has read; kept for a week. */
  readMarks: 'chat.read-marks.v1',
} as const;

export type Topic = (typeof TOPICS)[keyof typeof TOPICS];

/** All topic names. */
export const ALL_TOPICS: readonly Topic[] = Object.values(TOPICS);

/** Partitions of a new log; fixed for its life by its genesis record. */
export const DEFAULT_PARTITIONS = 16;

/**
 * The key of a room's record: its id, followed by `+` when the record creates the room or changes who is in it. A reader
 * that does not know the room may skip records without `+` unparsed; those with it may concern one of its users.
 */
export function roomKey(roomId: Uuid, changesMembership: boolean): string {
  return changesMembership ? `${roomId}+` : roomId;
}

/** What a record's key says. */
export function parseRoomKey(key: string): { roomId: Uuid; changesMembership: boolean } {
  const changesMembership = key.endsWith('+');
  return { roomId: changesMembership ? key.slice(0, -1) : key, changesMembership };
}
