import type { ReadMark } from '@parley/contracts';
import { decodeReadMark, type DeadLetter } from '@parley/domain';
import type { LogIdentity, LogRecord } from '@parley/ports';
import { deadLetter, type Fold, type Folded } from './fold.js';

/** The highest mark of each user and room of a batch. It remembers nothing: the store keeps the greatest. */
export class ReadMarkFold implements Fold {
  constructor(private readonly log: LogIdentity) {}

  async fold(records: readonly LogRecord[]): Promise<Folded> {
    const marks = new Map<string, ReadMark>();
    const deadLetters: DeadLetter[] = [];
    for (const record of records) {
      const decoded = decodeReadMark(record.value, this.log.log_id);
      if (decoded.kind === 'dead') {
        deadLetters.push(deadLetter(record, this.log.epoch, decoded.reason));
      } else if (decoded.kind === 'mark') {
        const { mark } = decoded;
        const key = `${mark.room_id} ${mark.user_id}`;
        if (mark.seq >= (marks.get(key)?.seq ?? 0)) marks.set(key, mark);
      }
    }
    const readMarks = [...marks.values()].map(({ user_id, room_id, seq }) => ({
      user_id,
      room_id,
      seq,
    }));
    return { changes: [], verdicts: [], deadLetters, readMarks };
  }

  written(): void {}

  forget(): void {}
}
