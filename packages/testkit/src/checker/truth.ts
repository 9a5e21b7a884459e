/**
 * What the log says happened: every room's applied events in order, who was in it when, and what each message was from
 * which event on. Made by the very fold that the services use; `laws.ts` judges that fold by means of its own.
 */
import {
  seqOf,
  TOPICS,
  type RoomEvent,
  type Seq,
  type Uuid,
  type VoidReason,
} from '@parley/contracts';
import {
  applyRoomEvent,
  decodeChunks,
  decodeRoomRecord,
  emptyRoom,
  rowsOf,
  type RoomState,
} from '@parley/domain';
import { ClaimTexts } from './claim-texts.js';
import type { RecordLine, RunLine } from './history.js';
import { applyChange, emptyTables, type Tables } from './tables.js';

/** A decoded event at its position. */
export interface Positioned {
  readonly event: RoomEvent;
  readonly seq: Seq;
  readonly at: number;
}

export interface Applied extends Positioned {
  /** Of posts and settlements. */
  readonly order: number | null;
}

/** What a message was from `seq` until its next version. */
export interface Version {
  readonly seq: Seq;
  readonly content: string;
  readonly deleted: boolean;
  /** `emoji user_id`, sorted. */
  readonly reactions: string;
}

export interface MessageTruth {
  readonly id: Uuid;
  readonly seq: Seq;
  readonly order: number;
  /** From 1 up within the room: dense even where `order` is not. */
  readonly place: number;
  readonly versions: Version[];
}

/** A stay in a room: live delivery covers both ends. */
interface Stay {
  readonly from: Seq;
  upto: Seq;
}

export interface RoomTruth {
  readonly id: Uuid;
  readonly partition: number;
  readonly applied: Applied[];
  /** Where in `applied` a seq stands. */
  readonly indexOf: Map<Seq, number>;
  readonly messages: Map<Uuid, MessageTruth>;
  readonly stays: Map<Uuid, Stay[]>;
  /** By reply: where it was settled. */
  readonly settled: Map<Uuid, Seq>;
  readonly state: RoomState;
}

export interface Truth {
  readonly run: RunLine;
  readonly rooms: Map<Uuid, RoomTruth>;
  /** Every room event per partition, void ones too, in order. */
  readonly events: readonly Positioned[][];
  /** The end of each partition of room-events as a seq: nothing can be at or beyond it. */
  readonly ends: readonly Seq[];
  readonly tables: Tables;
  /** The first verdict of each id per room. */
  readonly verdicts: Map<string, VoidReason | null>;
  /** By reply and claim: what its chunks say, from the beginning as far as they go without a gap. */
  readonly chunks: ReadonlyMap<string, string>;
  /** Partitions and offsets at which the log's own promise (contiguous offsets, rising times) is broken. */
  readonly faults: readonly string[];
}

/** Reads the log. Undecodable and foreign records are passed over, as every reader passes them. */
export function readTruth(run: RunLine, records: Iterable<RecordLine>): Truth {
  const next = new Map<string, { offset: number; at: number }>();
  const faults: string[] = [];
  const events: Positioned[][] = Array.from({ length: run.partitions }, () => []);
  const ends = Array.from({ length: run.partitions }, () => seqOf(run.epoch, 0));
  const chunks = new ClaimTexts();
  for (const record of records) {
    checkContiguous(record, next, faults);
    if (record.topic === TOPICS.roomEvents) {
      const seq = seqOf(run.epoch, record.offset);
      ends[record.partition] = seq + 1;
      const decoded = decodeRoomRecord({ key: record.key, value: bytes(record.value) }, run.log_id);
      if (decoded.kind === 'event') {
        events[record.partition]?.push({ event: decoded.event, seq, at: record.at });
      }
    } else if (record.topic === TOPICS.replyChunks) {
      chunks.add(decodeChunks(bytes(record.value), run.log_id)?.deltas ?? []);
    }
  }
  const tables = emptyTables();
  const rooms = new Map<Uuid, RoomTruth>();
  const verdicts = new Map<string, VoidReason | null>();
  events.forEach((list, partition) => {
    for (const positioned of list) {
      const room = roomOf(rooms, positioned.event.room_id, partition);
      const outcome = applyRoomEvent(room.state, positioned.event, positioned);
      const verdict = `${room.id} ${positioned.event.id}`;
      if (!verdicts.has(verdict)) verdicts.set(verdict, outcome.reason);
      if (outcome.reason !== null) continue;
      for (const change of rowsOf(room.state, positioned.event, positioned, outcome)) {
        applyChange(tables, change);
      }
      note(room, { ...positioned, order: outcome.order });
    }
  });
  const texts = chunks.composed(faults);
  return { run, rooms, events, ends, tables, verdicts, chunks: texts, faults };
}

/** The index of the last applied event at or before `seq`; -1 before the first. */
export function lastIndexUpTo(room: RoomTruth, seq: Seq): number {
  let low = 0;
  let high = room.applied.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((room.applied[middle]?.seq ?? Infinity) <= seq) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Whether live delivery at this position reaches the user. */
export function hears(room: RoomTruth, userId: Uuid, seq: Seq): boolean {
  const stays = room.stays.get(userId);
  return stays !== undefined && stays.some((stay) => stay.from <= seq && seq <= stay.upto);
}

const encoder = new TextEncoder();
const bytes = (value: string | Uint8Array): Uint8Array =>
  typeof value === 'string' ? encoder.encode(value) : value;

function checkContiguous(
  record: RecordLine,
  next: Map<string, { offset: number; at: number }>,
  faults: string[],
): void {
  const key = `${record.topic}/${record.partition}`;
  const expected = next.get(key);
  if (expected !== undefined && record.offset !== expected.offset) {
    faults.push(`${key}: offset ${record.offset} where ${expected.offset} was due`);
  }
  if (expected !== undefined && record.at < expected.at) {
    faults.push(`${key}@${record.offset}: append time falls`);
  }
  next.set(key, { offset: record.offset + 1, at: record.at });
}

function roomOf(rooms: Map<Uuid, RoomTruth>, id: Uuid, partition: number): RoomTruth {
  let room = rooms.get(id);
  if (room === undefined) {
    room = {
      id,
      partition,
      applied: [],
      indexOf: new Map(),
      messages: new Map(),
      stays: new Map(),
      settled: new Map(),
      state: emptyRoom(id),
    };
    rooms.set(id, room);
  }
  return room;
}

function note(room: RoomTruth, applied: Applied): void {
  room.indexOf.set(applied.seq, room.applied.length);
  room.applied.push(applied);
  const { event, seq } = applied;
  switch (event.type) {
    case 'room.created':
      for (const member of event.members) enter(room, member.user_id, seq);
      return;
    case 'member.joined':
      enter(room, event.user_id, seq);
      return;
    case 'member.left': {
      // A stranger, or one who left before, may be banned: that ends no stay.
      const stay = room.stays.get(event.user_id)?.at(-1);
      if (stay?.upto === Infinity) stay.upto = seq;
      return;
    }
    case 'message.posted':
      begin(room, event.id, applied, event.content);
      return;
    case 'reply.settled':
      begin(room, event.message_id, applied, event.content);
      room.settled.set(event.reply_id, seq);
      return;
    case 'message.edited':
      change(room, event.message_id, (last) => ({ ...last, seq, content: event.content }));
      return;
    case 'message.deleted':
      change(room, event.message_id, (last) => ({ ...last, seq, content: '', deleted: true }));
      return;
    case 'reaction.added':
    case 'reaction.removed':
      change(room, event.message_id, (last) => {
        const reactions = new Set(last.reactions === '' ? [] : last.reactions.split('\n'));
        const reaction = `${event.emoji} ${String(event.by)}`;
        if (event.type === 'reaction.added') reactions.add(reaction);
        else reactions.delete(reaction);
        return { ...last, seq, reactions: [...reactions].sort().join('\n') };
      });
      return;
    default:
      return;
  }
}

function enter(room: RoomTruth, userId: Uuid, from: Seq): void {
  const stays = room.stays.get(userId);
  if (stays === undefined) room.stays.set(userId, [{ from, upto: Infinity }]);
  else if ((stays.at(-1)?.upto ?? -1) < from) stays.push({ from, upto: Infinity });
}

function begin(room: RoomTruth, id: Uuid, applied: Applied, content: string): void {
  if (room.messages.has(id)) return;
  room.messages.set(id, {
    id,
    seq: applied.seq,
    order: applied.order ?? 0,
    place: room.messages.size + 1,
    versions: [{ seq: applied.seq, content, deleted: false, reactions: '' }],
  });
}

function change(room: RoomTruth, id: Uuid, next: (last: Version) => Version): void {
  const message = room.messages.get(id);
  const last = message?.versions.at(-1);
  if (message !== undefined && last !== undefined) message.versions.push(next(last));
}
