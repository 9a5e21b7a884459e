/** A small run, told right: tests change one thing about it and ask whether the checker notices. */
import {
  ASSISTANT,
  MEMBERSHIP_EVENTS,
  messageId,
  replyId,
  replyMessageId,
  roomKey,
  seqOf,
  TOPICS,
  type RoomEvent,
  type Seq,
  type ServerFrame,
  type Topic,
  type Uuid,
} from '@parley/contracts';
import { applyRoomEvent, emptyRoom, eventFrame, iso, rowsOf } from '@parley/domain';
import type { HistoryLine, RecordLine, RowLine } from '@parley/testkit';

export const LOG: Uuid = '00000000-0000-4000-8000-0000000000aa';
export const ROOM: Uuid = '00000000-0000-4000-8000-00000000000a';
export const ANN: Uuid = '00000000-0000-4000-8000-000000000001';
export const BEN: Uuid = '00000000-0000-4000-8000-000000000002';
const START = Date.parse('2026-01-01T00:00:00.000Z');
const EPOCH = 1;

type Said = Omit<RoomEvent, 'v' | 'log' | 'room_id' | 'born' | 'id'> & {
  readonly id?: Uuid;
  readonly born?: string;
};

/** A log of one room in one partition, written event by event a second apart, with the rows and frames it gives. */
export class Story {
  readonly records: RecordLine[] = [];
  readonly rows = new Map<string, RowLine>();
  readonly frames: ServerFrame[] = [];
  readonly clients: HistoryLine[] = [];
  readonly #room = emptyRoom(ROOM);
  #now = START;
  #ids = 0;

  constructor() {
    this.#write(TOPICS.roomEvents, 'log.epoch', {
      v: 1,
      type: 'log.epoch',
      epoch: EPOCH,
      log_id: LOG,
      partitions: 1,
    });
  }

  /** The seq of the last record. */
  get seq(): Seq {
    return seqOf(EPOCH, this.records.filter(({ topic }) => topic === TOPICS.roomEvents).length - 1);
  }

  /** Unix ms. */
  get now(): number {
    return this.#now;
  }

  wait(ms: number): void {
    this.#now += ms;
  }

  /** Appends an event, judges it, keeps its rows and its frame. Answers its seq. */
  event(said: Said): Seq {
    const id = said.id ?? `00000000-0000-4000-9000-${String((this.#ids += 1)).padStart(12, '0')}`;
    const born = said.born ?? iso(this.#now);
    const event = { v: 1, log: LOG, room_id: ROOM, ...said, id, born } as RoomEvent;
    const key = roomKey(ROOM, MEMBERSHIP_EVENTS.has(event.type));
    const at = this.#write(TOPICS.roomEvents, key, event);
    const stamp = { seq: this.seq, at };
    const outcome = applyRoomEvent(this.#room, event, stamp);
    for (const change of rowsOf(this.#room, event, stamp, outcome)) this.#row(change);
    if (outcome.reason === null) {
      const frame = eventFrame(JSON.stringify(event), event, stamp, outcome);
      this.frames.push(JSON.parse(frame) as ServerFrame);
    }
    return stamp.seq;
  }

  /** `born` (Unix ms): when it was made, now unless told. */
  post(
    by: Uuid,
    content: string,
    options: { clientId?: string; asks?: string; born?: number } = {},
  ): Seq {
    const client_id = options.clientId ?? `c-${content}`;
    const id = messageId(ROOM, by, client_id);
    const model = options.asks;
    const asks = model === undefined ? [] : [{ model, reply_id: replyId(id, model, 0) }];
    return this.event({
      type: 'message.posted',
      id,
      by,
      client_id,
      content,
      sender_name: 'x',
      asks,
      ...(options.born === undefined ? {} : { born: iso(options.born) }),
    } as Said);
  }

  start(question: Uuid): Seq {
    return this.event({
      type: 'reply.started',
      by: ASSISTANT,
      reply_id: replyId(question, 'm', 0),
      question_id: question,
      attempt: 1,
      model: 'm',
      context_upto: 0,
      reserved: 0,
    } as Said);
  }

  settle(question: Uuid, claim: Seq, content: string): Seq {
    const reply_id = replyId(question, 'm', 0);
    return this.event({
      type: 'reply.settled',
      by: ASSISTANT,
      reply_id,
      question_id: question,
      claim,
      attempt: 1,
      model: 'm',
      status: 'completed',
      message_id: replyMessageId(reply_id),
      content,
      usage: null,
    } as Said);
  }

  chunk(question: Uuid, claim: Seq, text: string): void {
    const delta = { room_id: ROOM, reply_id: replyId(question, 'm', 0), claim, offset: 0, text };
    this.#write(TOPICS.replyChunks, ROOM, { v: 1, log: LOG, deltas: [delta] });
  }

  /** A client connects with nothing and is given the room as of `lastSeq`. */
  connects(client: string, user: Uuid, connection: number, lastSeq: Seq): void {
    this.clients.push({ type: 'opened', client, connection, user_id: user });
    this.says(client, connection, { type: 'auth' });
    this.hears(client, connection, {
      type: 'ready',
      rooms: [{ id: ROOM, last_seq: lastSeq }],
      replies: [],
      online: [],
    } as never);
  }

  says(client: string, connection: number, frame: object): void {
    this.clients.push({ type: 'said', client, connection, frame: frame as never });
  }

  hears(client: string, connection: number, ...frames: readonly ServerFrame[]): void {
    for (const frame of frames) this.clients.push({ type: 'heard', client, connection, frame });
  }

  /** The frame of the event at this seq. */
  frame(seq: Seq): ServerFrame {
    const frame = this.frames.find((one) => 'seq' in one && one.seq === seq);
    if (frame === undefined) throw new Error(`nothing applied at ${seq}`);
    return frame;
  }

  lines(): HistoryLine[] {
    return [
      { type: 'run', seed: 0, log_id: LOG, epoch: EPOCH, partitions: 1 },
      ...this.clients,
      ...this.records,
      ...this.rows.values(),
    ];
  }

  #write(topic: Topic, key: string, value: object): number {
    const at = (this.#now += 1_000);
    const offset = this.records.filter((record) => record.topic === topic).length;
    const text = JSON.stringify(value);
    this.records.push({ type: 'record', topic, partition: 0, offset, at, key, value: text });
    return at;
  }

  #row(change: ReturnType<typeof rowsOf>[number]): void {
    if (change.table === 'reactions' || (change.table === 'messages' && !('row' in change))) {
      throw new Error('the story knows no edits');
    }
    const { row } = change;
    const key =
      change.table === 'members'
        ? `${change.row.room_id} ${change.row.user_id}`
        : 'reply_id' in row
          ? row.reply_id
          : (row as { id: Uuid }).id;
    this.rows.set(`${change.table} ${key}`, {
      type: 'row',
      table: change.table,
      row: structuredClone(row),
    } as RowLine);
  }
}

/** Ann and Ben are in a room; each says something and both hear it. */
export function twoTalk(): Story & { readonly first: Seq; readonly second: Seq } {
  const story = new Story();
  const created = story.event({
    type: 'room.created',
    by: ANN,
    kind: 'group',
    name: 'r',
    visibility: 'public',
    assistant: { mode: 'mention', model: null, system_prompt: null },
    members: [ANN, BEN].map((user_id) => ({
      user_id,
      username: null,
      display_name: 'x',
      role: user_id === ANN ? 'owner' : 'member',
    })),
  } as Said);
  story.connects('ann', ANN, 1, created);
  story.connects('ben', BEN, 1, created);
  story.clients.push(invoke('op-1', 'ann', ANN, 'one'), invoke('op-2', 'ben', BEN, 'two'));
  const first = story.post(ANN, 'one');
  const second = story.post(BEN, 'two');
  for (const client of ['ann', 'ben'])
    story.hears(client, 1, story.frame(first), story.frame(second));
  story.clients.push(ok('op-1', first, ANN, 'one'), ok('op-2', second, BEN, 'two'));
  return Object.assign(story, { first, second });
}

export const invoke = (
  op: string,
  client: string,
  user_id: Uuid,
  content: string,
  client_id = `c-${content}`,
): HistoryLine => ({
  type: 'invoke',
  client,
  op,
  user_id,
  room_id: ROOM,
  client_id,
  content,
});

export const ok = (
  op: string,
  seq: Seq,
  user: Uuid,
  content: string,
  client_id = `c-${content}`,
): HistoryLine => ({
  type: 'ok',
  op,
  seq,
  message_id: messageId(ROOM, user, client_id),
});
