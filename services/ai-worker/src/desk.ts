import { setMaxListeners } from 'node:events';
import { parseRoomKey, type RoomEventType, type Uuid } from '@parley/contracts';
import { Continuity, PartitionView, type Judged, type RoomState } from '@parley/domain';
import type { LogRecord, RoomStore } from '@parley/ports';
import type { Tools } from './answer.js';
import { RoomDuties } from './room-duties.js';
import { RoomLoader } from './room-loader.js';

/** Records kept per partition until the projection has passed them. */
const MAX_KEPT = 20_000;
/** A room without a question stays hosted for this long: the next one is answered without reading it again. */
const IDLE_MS = 5 * 60_000;
/** Idle rooms of one partition; above it the longest idle ones go at once. */
const MAX_IDLE_ROOMS = 500;

/** Events that can change what is owed. */
const RELEVANT: ReadonlySet<RoomEventType> = new Set<RoomEventType>([
  'room.created',
  'room.deleted',
  'message.posted',
  'message.deleted',
  'reply.asked',
  'reply.started',
  'reply.stop_asked',
  'reply.settled',
]);

/** A genesis record that names another log than the one that was opened: nothing read from here on can be trusted. */
class AnotherLog extends Error {
  override readonly name = 'AnotherLog';
}

/** One partition that this worker owns: its tail, its rooms with questions, and the work on them. */
export class Desk {
  private readonly view: PartitionView;
  private readonly loader: RoomLoader;
  private readonly duties: RoomDuties;
  private readonly continuity = new Continuity();
  private readonly end = new AbortController();
  /** Rooms without open replies, by when (Unix ms) that was noticed; the longest idle first. */
  private readonly idle = new Map<Uuid, number>();

  constructor(
    private readonly tools: Tools,
    rooms: Pick<RoomStore, 'load'>,
    readonly partition: number,
    from: number,
  ) {
    const { identity } = tools.log;
    const { log_id: logId, epoch } = identity;
    const owned = this.end.signal;
    // Every open reply listens to it, and their number has its own bounds.
    setMaxListeners(0, owned);
    this.view = new PartitionView({ partition, logId, epoch, from, maxKept: MAX_KEPT });
    this.loader = new RoomLoader({
      ...tools,
      rooms,
      view: this.view,
      owned,
      onHosted: (room, replayed) => {
        for (const judged of replayed) tools.writer.hear(judged);
        this.review(room);
      },
    });
    this.duties = new RoomDuties(tools, owned, (roomId) => {
      const room = this.view.room(roomId);
      if (room !== undefined) this.review(room);
    });
  }

  /** These rooms have open replies. */
  want(roomIds: readonly Uuid[]): void {
    for (const roomId of roomIds) this.loader.want(roomId);
  }

  /** Answers the offset to read again, after a hole in the offsets. Throws {@link AnotherLog}. */
  take(records: readonly LogRecord[]): number | undefined {
    for (;;) {
      const { run, gap } = this.continuity.follow(this.view.next, records);
      for (const record of run) this.takeOne(record);
      if (gap === undefined) return undefined;
      const fields = { partition: this.partition, expected: gap.expected, found: gap.found };
      if (!gap.real) {
        this.tools.logger.warn(fields, 'offsets do not follow each other: reading again');
        return gap.expected;
      }
      this.tools.metrics.count('parley_log_gaps_total');
      this.tools.logger.error(fields, 'offsets are missing from the log: passed over');
      this.view.skipTo(gap.found);
    }
  }

  projectedTo(next: number): void {
    this.view.projectedTo(next);
  }

  /** Lets go of rooms that had no question for a while. */
  sweep(): void {
    const before = this.tools.clock.now() - IDLE_MS;
    for (const [roomId, since] of this.idle) {
      if (since > before && this.idle.size <= MAX_IDLE_ROOMS) return;
      this.idle.delete(roomId);
      this.view.release(roomId);
    }
  }

  /** The partition is another's: everything in hand ends, without further writes. */
  async lose(): Promise<void> {
    this.end.abort();
    await this.duties.ended();
  }

  private takeOne(record: LogRecord): void {
    const { judged, genesis } = this.view.take(record);
    const { log_id } = this.tools.log.identity;
    if (genesis !== undefined && genesis.log_id !== log_id) {
      throw new AnotherLog(
        `partition ${this.partition} begins with log ${genesis.log_id}, not ${log_id}`,
      );
    }
    if (judged !== undefined) this.judged(judged);
    else if (mayAsk(record)) this.loader.want(parseRoomKey(record.key).roomId);
  }

  private judged(judged: Judged): void {
    this.tools.writer.hear(judged);
    if (judged.outcome.reason === null && RELEVANT.has(judged.event.type)) this.review(judged.room);
  }

  private review(room: RoomState): void {
    this.idle.delete(room.id);
    if (this.duties.review(room) === 'idle') this.idle.set(room.id, this.tools.clock.now());
    if (this.idle.size > MAX_IDLE_ROOMS) this.sweep();
  }
}

const ASKS = ['"asks"', '"reply.asked"'] as const;

/** Whether the record of a room that is not hosted may hold a question. Within a text these quotes would be escaped. */
function mayAsk({ value }: LogRecord): boolean {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return ASKS.some((mark) => bytes.includes(mark));
}
