/** The history of a run as the checker reads it. */
import type { RecordLine, RowLine, RunLine, ClientLine, History } from '@parley/testkit';
import { ALL_TOPICS } from '@parley/contracts';
import type { Database } from './database/database.js';
import type { Broker } from './log/broker.js';

export class Recorder {
  readonly lines: ClientLine[] = [];
  #ops = 0;

  /** The name of the next operation. */
  nextOp(): string {
    this.#ops += 1;
    return `op-${this.#ops}`;
  }

  add(line: ClientLine): void {
    this.lines.push(line);
  }
}

/** Everything the log holds, in order. */
function* recordsOf(broker: Broker): Generator<RecordLine> {
  for (const topic of ALL_TOPICS) {
    for (const { records } of broker.partitions(topic)) {
      for (const { partition, offset, at, key, value } of records) {
        yield { type: 'record', topic, partition, offset, at, key, value };
      }
    }
  }
}

/** Every row of the projection. */
function* rowsOf(database: Database): Generator<RowLine> {
  for (const [room_id, tables] of database.rooms) {
    if (tables.room !== undefined) yield { type: 'row', table: 'rooms', row: tables.room };
    for (const row of tables.members.values()) yield { type: 'row', table: 'members', row };
    for (const row of tables.messages.values()) yield { type: 'row', table: 'messages', row };
    for (const row of tables.replies.values()) yield { type: 'row', table: 'replies', row };
    for (const [message_id, reactions] of tables.reactions) {
      for (const [emoji, user_id] of reactions) {
        const row = { room_id, message_id, user_id, emoji };
        yield { type: 'row', table: 'reactions', row };
      }
    }
  }
}

/** The whole history of a run that came to rest. */
export function historyFrom(
  run: RunLine,
  recorder: Recorder,
  broker: Broker,
  database: Database,
): History {
  return {
    run,
    records: recordsOf(broker),
    rows: rowsOf(database),
    clients: recorder.lines,
  };
}
