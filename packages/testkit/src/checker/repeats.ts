/**
 * I11: nothing is undone by a late retry. The log is folded again with every record repeated at once, once more a little
 * later, and all of it appended again at the end (soon, and nine minutes later): the rows must be the same.
 */
import type { Uuid } from '@parley/contracts';
import { applyRoomEvent, emptyRoom, rowsOf, type RoomState } from '@parley/domain';
import { compareTables } from './rows.js';
import { applyChange, emptyTables, type Tables } from './tables.js';
import type { Positioned, Truth } from './truth.js';
import type { Violations } from './violations.js';

/** How many records later the second repetition comes. */
const LATER = 16;
/** When old records come again, in ms after the last record: at once, and just inside what a producer may retry. */
const AGAIN_MS = [1, 9 * 60_000] as const;

/** Compares the fold with repetitions to the fold without. */
export function checkRepeats(truth: Truth, violations: Violations): void {
  const tables = emptyTables();
  for (const events of truth.events) foldRepeated(events, tables);
  compareTables(truth.tables, tables, (message, where) => {
    violations.add('I11', `late retries change the outcome: ${message}`, where);
  });
}

function foldRepeated(events: readonly Positioned[], tables: Tables): void {
  const rooms = new Map<Uuid, RoomState>();
  let seq = 0;
  let at = 0;
  // Repetitions stand between two records: a fraction keeps the seqs of the originals as they are.
  const repeat = (positioned: Positioned | undefined): void => {
    if (positioned !== undefined) fold(rooms, tables, { ...positioned, seq: (seq += 0.125), at });
  };
  events.forEach((positioned, index) => {
    ({ seq, at } = positioned);
    fold(rooms, tables, positioned);
    repeat(positioned);
    repeat(events[index - LATER]);
  });
  const end = at;
  for (const later of AGAIN_MS) {
    at = end + later;
    for (const positioned of events) repeat(positioned);
  }
}

function fold(rooms: Map<Uuid, RoomState>, tables: Tables, { event, seq, at }: Positioned): void {
  let room = rooms.get(event.room_id);
  if (room === undefined) rooms.set(event.room_id, (room = emptyRoom(event.room_id)));
  const outcome = applyRoomEvent(room, event, { seq, at });
  if (outcome.reason !== null) return;
  for (const change of rowsOf(room, event, { seq, at }, outcome)) applyChange(tables, change);
}
