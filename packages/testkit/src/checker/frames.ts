/** Whether what a client was told is what the log says. */
import type { EventFrame, Message, Seq } from '@parley/contracts';
import type { Applied, MessageTruth, Version } from './truth.js';

/** The version of a message that held at `seq`. */
export function versionAt(message: MessageTruth, seq: Seq): Version | undefined {
  return message.versions.findLast((version) => version.seq <= seq);
}

/** Whether a row is this version of its message. */
export function isVersion(row: Message, version: Version): boolean {
  const reactions = row.reactions.flatMap(({ emoji, user_ids }) =>
    user_ids.map((user) => `${emoji} ${user}`),
  );
  return (
    row.content === version.content &&
    (row.deleted_at !== null) === version.deleted &&
    reactions.sort().join('\n') === version.reactions
  );
}

/** Whether a frame is of this event. */
export function isFrameOf(
  frame: EventFrame,
  event: Applied['event'],
  order: number | null,
): boolean {
  if (frame.type !== event.type || frame.id !== event.id || frame.by !== event.by) return false;
  if ('order' in frame && frame.order !== order) return false;
  if ('content' in frame && 'content' in event && frame.content !== event.content) return false;
  return !('user_id' in frame && 'user_id' in event) || frame.user_id === event.user_id;
}
