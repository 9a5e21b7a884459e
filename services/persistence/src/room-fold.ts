import { partitionOf, seqOf, type RoomEvent } from '@parley/contracts';
import {
  applyRoomEvent,
  decodeRoomRecord,
  emptyRoom,
  rowsOf,
  verdictOf,
  type DeadLetter,
  type RoomState,
  type RowChange,
  type Stamp,
  type VerdictRow,
} from '@parley/domain';
import type { LogIdentity, LogRecord, ProjectionStore } from '@parley/ports';
import { AnotherLog, deadLetter, type Fold, type Folded } from './fold.js';
import { RoomCache } from './room-cache.js';

/** Folds the room events of one partition with the states of their rooms. */
export class RoomFold implements Fold {
  private cache: RoomCache;

  constructor(
    private readonly log: LogIdentity,
    private readonly store: Pick<ProjectionStore, 'loadRooms'>,
    private readonly cachedRooms: number,
  ) {
    this.cache = new RoomCache(cachedRooms);
  }

  async fold(records: readonly LogRecord[], stored: number): Promise<Folded | 'fenced'> {
    const deadLetters: DeadLetter[] = [];
    const events: { event: RoomEvent; stamp: Stamp }[] = [];
    for (const record of records) {
      const event = this.read(record, deadLetters);
      if (event === undefined) continue;
      events.push({
        event,
        stamp: { seq: seqOf(this.log.epoch, record.offset), at: record.at },
      });
    }
    // A fold that was given up may still be running: it goes on with the cache it began with, which nobody reads.
    const { cache } = this;
    const roomIds = events.map(({ event }) => event.room_id);
    if (!(await this.load(cache, roomIds, stored))) return 'fenced';

    const changes: RowChange[] = [];
    const verdicts: VerdictRow[] = [];
    for (const { event, stamp } of events) {
      const room = roomIn(cache, event.room_id);
      const outcome = applyRoomEvent(room, event, stamp);
      changes.push(...rowsOf(room, event, stamp, outcome));
      const verdict = verdictOf(event, stamp, outcome);
      if (verdict !== undefined) verdicts.push(verdict);
    }
    return { changes, verdicts, deadLetters, readMarks: [] };
  }

  written(): void {
    this.cache.trim();
  }

  forget(): void {
    this.cache = new RoomCache(this.cachedRooms);
  }

  private read(record: LogRecord, deadLetters: DeadLetter[]): RoomEvent | undefined {
    const decoded = decodeRoomRecord(record, this.log.log_id);
    switch (decoded.kind) {
      case 'event':
        // In the wrong partition it has no place in its room's order: two folds would change the same rows.
        if (partitionOf(decoded.event.room_id, this.log.partitions) !== record.partition) {
          deadLetters.push(deadLetter(record, this.log.epoch, 'wrong_key'));
          return undefined;
        }
        return decoded.event;
      case 'dead':
        deadLetters.push(deadLetter(record, this.log.epoch, decoded.reason));
        return undefined;
      case 'genesis':
        if (decoded.genesis.log_id !== this.log.log_id) {
          throw new AnotherLog(
            `partition ${record.partition} begins with log ${decoded.genesis.log_id}, not ${this.log.log_id}`,
          );
        }
        return undefined;
      case 'foreign':
        return undefined;
    }
  }

  /**
   * False when the states are of another position than the cached ones: the commit's own fence would not notice if the store
   * came to the right place again in between.
   */
  private async load(
    cache: RoomCache,
    roomIds: readonly string[],
    stored: number,
  ): Promise<boolean> {
    const missing = [...new Set(roomIds)].filter((roomId) => !cache.has(roomId));
    const [first] = missing;
    if (first === undefined) return true;
    const { rooms, projected } = await this.store.loadRooms(missing);
    if (projected[partitionOf(first, this.log.partitions)] !== stored) return false;
    for (const roomId of missing) cache.add(rooms.get(roomId) ?? emptyRoom(roomId));
    return true;
  }
}

function roomIn(cache: RoomCache, roomId: string): RoomState {
  const room = cache.use(roomId);
  if (room === undefined) throw new Error(`room ${roomId} was not loaded`);
  return room;
}
