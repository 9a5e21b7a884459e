/** I7 in the log: every answer ends once, as the chunks of its last claim say. */
import type { RoomEventOf } from '@parley/contracts';
import { claimKey } from './claim-texts.js';
import type { RoomTruth, Truth } from './truth.js';
import type { Violations } from './violations.js';

/**
 * Judges every answer. Without chunks in the history (they are kept for an hour only) texts are not compared:
 * `chunksComplete` says whether they are all there.
 */
export function checkAnswers(truth: Truth, violations: Violations, chunksComplete: boolean): void {
  for (const room of truth.rooms.values()) {
    for (const { event, seq } of room.applied) {
      if (chunksComplete && event.type === 'reply.settled') {
        checkText(truth, room, event, seq, violations);
      }
    }
    for (const reply of room.state.replies.values()) {
      if (reply.status === 'settled') continue;
      violations.add('I7', 'an answer never ended', { room: room.id, reply: reply.reply_id });
    }
  }
}

function checkText(
  truth: Truth,
  room: RoomTruth,
  event: RoomEventOf<'reply.settled'>,
  seq: number,
  violations: Violations,
): void {
  const { claim, reply_id } = event;
  const said = claim === null ? '' : (truth.chunks.get(claimKey(reply_id, claim)) ?? '');
  const where = { room: room.id, reply: event.reply_id, seq, status: event.status };
  // The last pieces may be missing: they are for viewers, and the settlement does not wait for them for ever.
  if (event.status === 'completed' && !event.content.startsWith(said)) {
    violations.add('I7', 'the final text is not what its chunks said', where);
  } else if (!event.content.startsWith(said) && !said.startsWith(event.content)) {
    violations.add('I7', 'the partial text is not of the claim that it names', where);
  }
}
