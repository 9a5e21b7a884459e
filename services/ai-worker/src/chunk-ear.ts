import { TOPICS, type Seq, type Uuid } from '@parley/contracts';
import { applyChunk, decodeChunks, emptyReplyText, type ReplyText } from '@parley/domain';
import type { EventLog, LogRecord, Subscription } from '@parley/ports';

/** UTF-16 units of all texts kept together; the least recently heard go first. */
const MAX_UNITS = 8_000_000;
/** What remembering a text costs besides its units. */
const ENTRY_UNITS = 200;

/** What was heard of an answer under one claim. */
export interface Heard {
  /** Somebody wrote. */
  readonly progress: boolean;
  /** The text so far if it is whole from its beginning, else empty. */
  readonly text: string;
}

const SILENCE: Heard = { progress: false, text: '' };

/**
 * Listens to the pieces of all answers, its own worker's and the others': whoever takes an answer over must know whether
 * its last owner made progress, and what it had written if the answer is to end there.
 */
export class ChunkEar {
  private readonly texts = new Map<Uuid, ReplyText>();
  private units = 0;

  constructor(private readonly maxUnits = MAX_UNITS) {}

  /** Hears everything from now on. */
  async listen(log: EventLog): Promise<Subscription> {
    return log.tail({
      topic: TOPICS.replyChunks,
      from: 'end',
      onRecords: (_partition, records) => this.hear(records, log.identity.log_id),
    });
  }

  heard(replyId: Uuid, claim: Seq | null): Heard {
    const text = this.texts.get(replyId);
    if (claim === null || text?.claim !== claim) return SILENCE;
    return { progress: true, text: text.complete ? text.text : '' };
  }

  forget(replyId: Uuid): void {
    const text = this.texts.get(replyId);
    if (text === undefined) return;
    this.units -= text.text.length + ENTRY_UNITS;
    this.texts.delete(replyId);
  }

  private hear(records: readonly LogRecord[], logId: Uuid): void {
    for (const { value } of records) {
      for (const delta of decodeChunks(value, logId)?.deltas ?? []) {
        const text = this.texts.get(delta.reply_id) ?? emptyReplyText();
        this.forget(delta.reply_id);
        applyChunk(text, delta);
        this.texts.set(delta.reply_id, text);
        this.units += text.text.length + ENTRY_UNITS;
      }
    }
    for (const replyId of this.texts.keys()) {
      if (this.units <= this.maxUnits) return;
      this.forget(replyId);
    }
  }
}
