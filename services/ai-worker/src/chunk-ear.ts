import { partitionOf, seqOf, TOPICS, type Seq, type Uuid } from '@parley/contracts';
import { applyChunk, decodeChunks, emptyReplyText, type ReplyText } from '@parley/domain';
import type { EventLog, LogRecord, Subscription } from '@parley/ports';

/** UTF-16 units of all texts kept together; the least recently heard go first. */
const MAX_UNITS = 8_000_000;
/** What remembering a text costs besides its units. */
const ENTRY_UNITS = 200;

/** What was heard of an answer under one claim. */
export interface Heard {
  /** Somebody wrote; or the claim is older than our listening, and its owner has the benefit of the doubt. */
  readonly progress: boolean;
  /** The text so far if it is whole from its beginning, else empty. */
  readonly text: string;
}

const SILENCE: Heard = { progress: false, text: '' };
const BEFORE_OUR_TIME: Heard = { progress: true, text: '' };

/**
 * Listens to the pieces of all answers, its own worker's and the others': whoever takes an answer over must know whether
 * its last owner made progress, and what it had written if the answer is to end there.
 */
export class ChunkEar {
  private readonly texts = new Map<Uuid, ReplyText>();
  private units = 0;
  /** By partition of room-events: claims from here on are those whose first piece we would have heard. */
  private since: readonly Seq[] = [];

  constructor(private readonly maxUnits = MAX_UNITS) {}

  /** Hears everything from now on. */
  async listen(log: EventLog): Promise<Subscription> {
    const { log_id, epoch, partitions } = log.identity;
    const subscription = await log.tail({
      topic: TOPICS.replyChunks,
      from: 'end',
      onRecords: (_partition, records) => this.hear(records, log_id),
    });
    const numbers = Array.from({ length: partitions }, (_, partition) => partition);
    const ends = await Promise.all(numbers.map((n) => log.end(TOPICS.roomEvents, n)));
    this.since = ends.map((end) => seqOf(epoch, end));
    return subscription;
  }

  heard(roomId: Uuid, replyId: Uuid, claim: Seq | null): Heard {
    if (claim === null) return SILENCE;
    const text = this.texts.get(replyId);
    if (text?.claim === claim) return { progress: true, text: text.complete ? text.text : '' };
    const since = this.since[partitionOf(roomId, this.since.length)] ?? 0;
    return claim < since ? BEFORE_OUR_TIME : SILENCE;
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
