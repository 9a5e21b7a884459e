/** How far people have read: from their frames to the log, at most every 2 s per user and room, and back to small rooms. */
import {
  MAX_ROOM_FOR_LIVE_READS,
  TOPICS,
  partitionOf,
  type ReadMark,
  type Seq,
  type Uuid,
} from '@parley/contracts';
import { decodeReadMark, isMember } from '@parley/domain';
import type { Clock, EventLog, Logger, LogRecord, Subscription, Timer } from '@parley/ports';
import { controlFrame } from './frames.js';
import type { LocalRoom, Rooms } from './rooms.js';

/** At most one mark of a user and room within this time, in ms. */
const COALESCE_MS = 2_000;
/** Users and rooms that are being watched for it; what comes on top is dropped, a later mark covers it. */
const MAX_MARKS = 100_000;

interface Mark {
  readonly userId: Uuid;
  readonly roomId: Uuid;
  /** Unix ms from which the next one may go. */
  readonly from: number;
  readonly sent: Seq;
  /** What has come since. */
  waiting: Seq | undefined;
}

export interface ReadPorts {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class Reads {
  readonly #ports: ReadPorts;
  readonly #rooms: Rooms;
  readonly #onFatal: (error: unknown) => void;
  /** In the order of `from`. */
  readonly #marks = new Map<string, Mark>();
  #timer: Timer | undefined;
  #subscription: Subscription | undefined;

  constructor(ports: ReadPorts, rooms: Rooms, onFatal: (error: unknown) => void) {
    this.#ports = ports;
    this.#rooms = rooms;
    this.#onFatal = onFatal;
  }

  async start(): Promise<void> {
    this.#subscription = await this.#ports.log.tail({
      topic: TOPICS.readMarks,
      from: 'end',
      onRecords: (_, records) => this.#take(records),
    });
    this.#subscription.ended.catch(this.#onFatal);
  }

  /** Sends what waits and ends. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    for (const mark of this.#marks.values()) this.#sendWaiting(mark);
    this.#marks.clear();
    await this.#subscription?.stop();
  }

  /** A member has read up to `seq`; more than there is counts as all there is. */
  read(userId: Uuid, room: LocalRoom, seq: Seq): void {
    const clamped = Math.min(seq, room.state.last_seq);
    const key = `${userId} ${room.id}`;
    const mark = this.#marks.get(key);
    if (mark !== undefined) {
      if (clamped > mark.sent) mark.waiting = Math.max(clamped, mark.waiting ?? 0);
      return;
    }
    if (this.#marks.size < MAX_MARKS) this.#send(key, userId, room.id, clamped);
  }

  #send(key: string, userId: Uuid, roomId: Uuid, seq: Seq): void {
    const from = this.#ports.clock.now() + COALESCE_MS;
    this.#marks.set(key, { userId, roomId, from, sent: seq, waiting: undefined });
    this.#timer ??= this.#ports.clock.after(COALESCE_MS, () => this.#due());
    this.#append({ userId, roomId }, seq);
  }

  #sendWaiting(mark: Mark): void {
    if (mark.waiting !== undefined) this.#append(mark, mark.waiting);
  }

  #append({ userId, roomId }: Pick<Mark, 'userId' | 'roomId'>, seq: Seq): void {
    const { log, logger } = this.#ports;
    const { log_id, partitions } = log.identity;
    const mark: ReadMark = { v: 1, log: log_id, user_id: userId, room_id: roomId, seq };
    log
      .append({
        topic: TOPICS.readMarks,
        partition: partitionOf(roomId, partitions),
        key: roomId,
        value: JSON.stringify(mark),
      })
      .catch((error: unknown) => logger.warn({ err: error }, 'a read mark was not confirmed'));
  }

  #due(): void {
    this.#timer = undefined;
    const now = this.#ports.clock.now();
    for (const [key, mark] of this.#marks) {
      if (mark.from > now) {
        this.#timer = this.#ports.clock.after(mark.from - now, () => this.#due());
        return;
      }
      this.#marks.delete(key);
      if (mark.waiting !== undefined) this.#send(key, mark.userId, mark.roomId, mark.waiting);
    }
  }

  #take(records: readonly LogRecord[]): void {
    for (const record of records) {
      if (this.#rooms.get(record.key) === undefined) continue;
      const decoded = decodeReadMark(record.value, this.#ports.log.identity.log_id);
      if (decoded.kind === 'mark') this.#show(decoded.mark);
    }
  }

  #show({ room_id, user_id, seq }: ReadMark): void {
    const room = this.#rooms.get(room_id);
    if (room === undefined || room.live.size === 0) return;
    if (room.memberCount > MAX_ROOM_FOR_LIVE_READS || !isMember(room.state, user_id)) return;
    const frame = controlFrame({ type: 'read', room_id, user_id, seq });
    for (const hearer of room.live) if (!hearer.congested) hearer.send(frame);
  }
}
