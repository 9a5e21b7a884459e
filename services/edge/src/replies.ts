/**
 * Answers on their way: the tail of reply-chunks, the gate that shows chunks only between their applied `reply.started`
 * and `reply.settled`, and the text so far for those who begin to hear an open answer.
 */
import { TOPICS, type ChunkDelta, type Seq, type Uuid } from '@parley/contracts';
import {
  ChunkGate,
  applyChunk,
  decodeChunks,
  emptyReplyText,
  type Judged,
  type ReplyState,
  type ReplyText,
  ruleChunk,
} from '@parley/domain';
import type { EventLog, LogRecord, Metrics, Subscription } from '@parley/ports';
import { controlFrame, encodeFrames } from './frames.js';
import type { Hearer } from './hearer.js';
import type { Partitions } from './partitions.js';
import type { LocalRoom, Rooms } from './rooms.js';

/** Text that waits per partition for its `reply.started`, in UTF-16 units. The two tails are milliseconds apart. */
const MAX_WAITING_UNITS = 512 * 1024;
/** Longer answers are not composed here: those who come late see them from their next full repetition. */
const MAX_TEXT_UNITS = 1024 * 1024;

interface Tick {
  readonly delta: ChunkDelta;
  /** How much of this claim's text those who hear the room had before it. */
  readonly had: number;
}

export class Replies {
  readonly #log: EventLog;
  readonly #metrics: Metrics;
  readonly #partitions: Partitions;
  readonly #rooms: Rooms;
  readonly #onFatal: (error: unknown) => void;
  readonly #texts = new Map<Uuid, ReplyText>();
  readonly #ticks = new Map<LocalRoom, Tick[]>();
  #gates: ChunkGate[] = [];
  #subscription: Subscription | undefined;

  constructor(
    ports: { readonly log: EventLog; readonly metrics: Metrics },
    partitions: Partitions,
    rooms: Rooms,
    onFatal: (error: unknown) => void,
  ) {
    this.#log = ports.log;
    this.#metrics = ports.metrics;
    this.#partitions = partitions;
    this.#rooms = rooms;
    this.#onFatal = onFatal;
  }

  async start(): Promise<void> {
    const { partitions } = this.#log.identity;
    this.#gates = Array.from(
      { length: partitions },
      () => new ChunkGate({ maxUnits: MAX_WAITING_UNITS }),
    );
    this.#subscription = await this.#log.tail({
      topic: TOPICS.replyChunks,
      from: 'end',
      onRecords: (partition, records) => this.#take(partition, records),
    });
    this.#subscription.ended.catch(this.#onFatal);
  }

  async stop(): Promise<void> {
    await this.#subscription?.stop();
  }

  #take(partition: number, records: readonly LogRecord[]): void {
    for (const record of records) {
      const envelope = decodeChunks(record.value, this.#log.identity.log_id);
      for (const delta of envelope?.deltas ?? []) this.#offer(partition, delta);
    }
    this.#flush();
  }

  #offer(partition: number, delta: ChunkDelta): void {
    const room = this.#rooms.get(delta.room_id);
    // A delta in another partition than its room's is nobody's.
    if (room?.partition !== partition) return;
    const reply = room.state.replies.get(delta.reply_id);
    const ruling = this.#gates[partition]?.offer(delta, reply, this.#partitions.head(partition));
    if (ruling === 'show') this.#show(room, delta);
  }

  /** The tail of room-events has come to `head`: what waited for it may be shown. Call it when its events are sent. */
  passed(partition: number): void {
    const ready = this.#gates[partition]?.passed(this.#partitions.head(partition)) ?? [];
    for (const delta of ready) this.#offer(partition, delta);
    if (ready.length > 0) this.#flush();
  }

  #show(room: LocalRoom, delta: ChunkDelta): void {
    let text = this.#texts.get(delta.reply_id);
    if (text === undefined) this.#texts.set(delta.reply_id, (text = emptyReplyText()));
    const had = text.claim === delta.claim ? text.text.length : 0;
    // The repetition of a text that everybody here has. (Without the beginning, whoever has it can still go on from it.)
    if (!applyChunk(text, delta) && text.complete) return;
    if (text.text.length > MAX_TEXT_UNITS) Object.assign(text, { text: '', complete: false });
    const ticks = this.#ticks.get(room);
    const tick = { delta, had: delta.offset === 0 ? had : Math.min(had, delta.offset) };
    if (ticks === undefined) this.#ticks.set(room, [tick]);
    else ticks.push(tick);
  }

  #flush(): void {
    for (const [room, ticks] of this.#ticks) {
      const buffer = encodeFrames(ticks.map(({ delta }) => chunkFrame(delta)));
      let sockets = 0;
      for (const hearer of room.live) {
        if (hearer.congested || ticks.some(({ delta }) => hearer.lags.has(delta.reply_id))) {
          for (const tick of ticks) this.#spare(hearer, tick);
          hearer.expectDrain();
        } else {
          hearer.send(buffer);
          sockets += 1;
        }
      }
      this.#metrics.count('parley_deliveries_total', sockets * ticks.length);
    }
    this.#ticks.clear();
  }

  #spare(hearer: Hearer, { delta, had }: Tick): void {
    const lag = hearer.lags.get(delta.reply_id);
    if (lag?.claim === delta.claim) lag.sent = Math.min(lag.sent, had);
    else {
      hearer.lags.set(delta.reply_id, { roomId: delta.room_id, claim: delta.claim, sent: had });
    }
  }

  /** Its socket reads again: it gets the rest of every answer of which it was spared ticks. */
  catchUp(hearer: Hearer): void {
    for (const [replyId, lag] of hearer.lags) {
      hearer.lags.delete(replyId);
      const text = this.#texts.get(replyId);
      const room = this.#rooms.get(lag.roomId);
      if (text?.complete !== true || text.claim === null || room?.live.has(hearer) !== true) {
        continue;
      }
      // Meanwhile it may have ended, or been begun anew.
      const reply = room.state.replies.get(replyId);
      if (ruleChunk({ claim: text.claim }, reply, Number.POSITIVE_INFINITY) !== 'show') continue;
      const offset = text.claim === lag.claim ? lag.sent : 0;
      this.#tell(hearer, lag.roomId, replyId, text.claim, offset, text.text.slice(offset));
    }
  }

  /** It begins to hear the room now: the open answers' text so far, before any other chunk of them. */
  begin(hearer: Hearer, room: LocalRoom): void {
    for (const reply of openReplies(room)) {
      const text = this.#texts.get(reply.reply_id);
      hearer.lags.delete(reply.reply_id);
      if (text?.complete !== true || text.claim === null || text.claim !== reply.claim) continue;
      if (text.text === '') continue;
      this.#tell(hearer, room.id, reply.reply_id, text.claim, 0, text.text);
    }
  }

  #tell(
    hearer: Hearer,
    roomId: Uuid,
    replyId: Uuid,
    claim: Seq,
    offset: number,
    text: string,
  ): void {
    hearer.tell({
      type: 'reply.chunk',
      room_id: roomId,
      reply_id: replyId,
      claim,
      offset,
      text,
    });
  }

  /** An answer that is settled needs its text no more. */
  judged({ event, outcome }: Judged): void {
    if (event.type === 'reply.settled' && outcome.reason === null) {
      this.#texts.delete(event.reply_id);
    }
  }

  /** The room is not hosted any more. */
  released(room: LocalRoom): void {
    for (const replyId of room.state.replies.keys()) this.#texts.delete(replyId);
  }
}

/** Answers that are asked or being written. */
export function openReplies(room: LocalRoom): readonly ReplyState[] {
  return [...room.state.replies.values()].filter(({ status }) => status !== 'settled');
}

function chunkFrame({ room_id, reply_id, claim, offset, text }: ChunkDelta): string {
  return controlFrame({ type: 'reply.chunk', room_id, reply_id, claim, offset, text });
}
