import {
  epochOf,
  offsetOf,
  partitionOf,
  TOPICS,
  roomKey,
  type ReadMark,
  type Seq,
  type Uuid,
} from '@parley/contracts';
import { sleep } from '@parley/ports';
import type { WritePorts } from '../ports.js';
import type { Actor } from './actor.js';
import { enter, roomNotFound } from './entry.js';
import { append, isUnavailable, PROJECTION_WAIT_MS } from './write.js';

/** Between two looks at how far read marks are projected, in ms. */
const LOOK_MS = 20;

/**
 * Moves the actor's read mark of a room up to `seq`, at most to the room's newest event. It never goes back. Answers when
 * the mark can be read, or after 2 s.
 */
export async function markRead(
  ports: WritePorts,
  actor: Actor,
  input: { readonly room_id: Uuid; readonly seq: Seq },
): Promise<void> {
  const { room_id } = input;
  const { log_id, epoch, partitions } = ports.log.identity;
  await enter(ports, actor, room_id);
  const partition = partitionOf(room_id, partitions);
  let head = await lastSeq(ports, actor, room_id);
  // Sockets are ahead of the projection: what was just heard live may not be projected yet.
  const mayBeAhead = input.seq > head && epochOf(input.seq) === epoch;
  if (mayBeAhead && offsetOf(input.seq) < (await ports.log.end(TOPICS.roomEvents, partition))) {
    await ports.projection.reached(partition, offsetOf(input.seq), PROJECTION_WAIT_MS);
    head = await lastSeq(ports, actor, room_id);
  }
  const mark: ReadMark = {
    v: 1,
    log: log_id,
    user_id: actor.user_id,
    room_id,
    seq: Math.min(input.seq, head),
  };
  const record = { key: roomKey(room_id, false), value: JSON.stringify(mark) };
  const { offset } = await append(ports, TOPICS.readMarks, room_id, record);
  await untilMarksProjected(ports, partition, offset);
}

async function lastSeq(ports: WritePorts, actor: Actor, roomId: Uuid): Promise<Seq> {
  const room = await ports.rooms.room(roomId, actor.user_id);
  if (room === undefined) throw roomNotFound();
  return room.last_seq;
}

/** The mark is written: that it cannot be read yet is not a failure. */
async function untilMarksProjected(
  ports: WritePorts,
  partition: number,
  offset: number,
): Promise<void> {
  const deadline = ports.clock.now() + PROJECTION_WAIT_MS;
  try {
    while (ports.clock.now() < deadline) {
      const positions = await ports.rooms.positions(TOPICS.readMarks);
      if ((positions[partition] ?? 0) > offset) return;
      await sleep(ports.clock, LOOK_MS);
    }
  } catch (error) {
    if (!isUnavailable(error)) throw error;
  }
}
