import { seqOf, TOPICS, type ChunkDelta, type RoomEventOf, type Uuid } from '@parley/contracts';
import {
  applyChunk,
  applyRoomEvent,
  decodeChunks,
  decodeRoomRecord,
  emptyReplyText,
  emptyRoom,
  type Outcome,
  type ReplyText,
  type RoomState,
} from '@parley/domain';
import type { EventLog, Subscription } from '@parley/ports';
import { until } from '@parley/testkit';

export type Settled = RoomEventOf<'reply.settled'>;
export type Started = RoomEventOf<'reply.started'> & { readonly seq: number };

/** Reads the whole log and judges it, as an edge that hosts every room would. */
export class Listener {
  private readonly rooms = new Map<Uuid, RoomState>();
  readonly applied: { readonly settled: Settled[]; readonly started: Started[] } = {
    settled: [],
    started: [],
  };
  readonly outcomes = new Map<Uuid, Outcome>();
  readonly chunks: ChunkDelta[] = [];
  /** Chunk records, and deltas of each. */
  readonly envelopes: number[] = [];
  private subscriptions: Subscription[] = [];

  static async start(log: EventLog): Promise<Listener> {
    const listener = new Listener();
    const from = Array.from({ length: log.identity.partitions }, () => 0);
    listener.subscriptions = await Promise.all([
      log.tail({
        topic: TOPICS.roomEvents,
        from,
        onRecords: (_partition, records) => {
          for (const record of records) {
            const decoded = decodeRoomRecord(record, log.identity.log_id);
            if (decoded.kind !== 'event') continue;
            const { event } = decoded;
            const seq = seqOf(log.identity.epoch, record.offset);
            const outcome = applyRoomEvent(listener.room(event.room_id), event, {
              seq,
              at: record.at,
            });
            if (!listener.outcomes.has(event.id)) listener.outcomes.set(event.id, outcome);
            if (outcome.reason !== null) continue;
            if (event.type === 'reply.settled') listener.applied.settled.push(event);
            if (event.type === 'reply.started') listener.applied.started.push({ ...event, seq });
          }
        },
      }),
      log.tail({
        topic: TOPICS.replyChunks,
        from: 'end',
        onRecords: (_partition, records) => {
          for (const { value } of records) {
            const deltas = decodeChunks(value, log.identity.log_id)?.deltas ?? [];
            listener.envelopes.push(deltas.length);
            listener.chunks.push(...deltas);
          }
        },
      }),
    ]);
    return listener;
  }

  room(roomId: Uuid): RoomState {
    const room = this.rooms.get(roomId) ?? emptyRoom(roomId);
    this.rooms.set(roomId, room);
    return room;
  }

  settlementsOf(replyId: Uuid): Settled[] {
    return this.applied.settled.filter((event) => event.reply_id === replyId);
  }

  startsOf(replyId: Uuid): Started[] {
    return this.applied.started.filter((event) => event.reply_id === replyId);
  }

  /** The answer's end. */
  settled(replyId: Uuid, ms = 15_000): Promise<Settled> {
    return until(`the end of reply ${replyId}`, ms, () => this.settlementsOf(replyId)[0]);
  }

  started(replyId: Uuid, count = 1): Promise<Started> {
    return until(`claim ${count} of ${replyId}`, 15_000, () => this.startsOf(replyId)[count - 1]);
  }

  /** Resolves when that much of the answer's text has been shown. */
  async shown(replyId: Uuid, units: number): Promise<void> {
    await until(`${units} units of ${replyId}`, 15_000, () => {
      const claim = this.startsOf(replyId).at(-1)?.seq;
      return claim !== undefined && this.textOf(replyId, claim).text.length >= units;
    });
  }

  /** What a viewer composed from the chunks of one claim. */
  textOf(replyId: Uuid, claim: number | null): ReplyText {
    const text = emptyReplyText();
    for (const delta of this.chunks) {
      if (delta.reply_id === replyId && delta.claim === claim) applyChunk(text, delta);
    }
    return text;
  }

  async stop(): Promise<void> {
    await Promise.all(this.subscriptions.map((subscription) => subscription.stop()));
  }
}
