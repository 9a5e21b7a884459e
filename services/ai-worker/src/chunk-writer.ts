import { partitionOf, TOPICS, type ChunkDelta, type ChunkEnvelope } from '@parley/contracts';
import { sleep, type Clock, type EventLog, type Logger } from '@parley/ports';

/** UTF-16 units of one envelope: like those of an answer, they fit a record however JSON spells them. */
const MAX_ENVELOPE_UNITS = 150_000;
/** The end of an answer waits this long for its last pieces: they are for viewers, the settlement has the text. */
const FLUSH_DEADLINE_MS = 2_000;

interface ChunkWriterOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tickMs: number;
  readonly fullTextEveryMs: number;
}

type Address = Pick<ChunkDelta, 'room_id' | 'reply_id' | 'claim'>;

/** The pieces of one answer under one claim. */
export interface ChunkStream {
  /** The first text goes at once, what follows with the next tick. */
  add(text: string): void;
  /** Resolves when everything added was appended, or after 2 s. */
  flush(): Promise<void>;
  /** Nothing more is appended. Harmless when repeated. */
  end(): void;
}

/**
 * Writes the pieces of all answers: one envelope per partition and tick, whatever the number of streams. One append of a
 * partition is under way at a time; what is added meanwhile goes with the next, so a slow log makes larger pieces and
 * never a queue. A piece that may be lost is made good by repeating the whole text.
 */
export class ChunkWriter {
  private readonly partitions = new Map<number, PartitionChunks>();

  constructor(private readonly options: ChunkWriterOptions) {}

  open(address: Address): ChunkStream {
    const number = partitionOf(address.room_id, this.options.log.identity.partitions);
    let partition = this.partitions.get(number);
    if (partition === undefined) {
      partition = new PartitionChunks(number, this.options);
      this.partitions.set(number, partition);
    }
    return partition.open(address);
  }
}

class Stream {
  text = '';
  /** Units handed to an append. */
  sent = 0;
  /** The whole text is due, not only what is new. */
  whole = false;

  constructor(readonly address: Address) {}

  get due(): boolean {
    return this.whole || this.sent < this.text.length;
  }

  take(): ChunkDelta {
    const offset = this.whole ? 0 : this.sent;
    this.whole = false;
    this.sent = this.text.length;
    return { ...this.address, offset, text: this.text.slice(offset) };
  }
}

class PartitionChunks {
  private readonly streams = new Set<Stream>();
  private readonly drained = new Set<() => void>();
  private sending = false;
  private tick: { cancel(): void } | undefined;

  constructor(
    private readonly number: number,
    private readonly options: ChunkWriterOptions,
  ) {}

  open(address: Address): ChunkStream {
    const { clock, fullTextEveryMs } = this.options;
    const stream = new Stream(address);
    this.streams.add(stream);
    let timer = { cancel: (): void => undefined };
    const repeat = (): void => {
      timer = clock.after(fullTextEveryMs, () => {
        stream.whole = stream.text !== '';
        this.soon();
        repeat();
      });
    };
    repeat();
    return {
      add: (text) => {
        const first = stream.text === '';
        stream.text += text;
        if (first) this.now();
        else this.soon();
      },
      flush: () => this.flush(stream),
      end: () => {
        timer.cancel();
        this.streams.delete(stream);
      },
    };
  }

  private soon(): void {
    if (this.sending || this.tick !== undefined) return;
    this.tick = this.options.clock.after(this.options.tickMs, () => this.now());
  }

  private now(): void {
    if (this.sending) return;
    this.tick?.cancel();
    this.tick = undefined;
    const due = [...this.streams].filter((stream) => stream.due);
    if (due.length === 0) return;
    this.sending = true;
    void this.send(due).then(() => {
      this.sending = false;
      for (const settle of this.drained) settle();
      if ([...this.streams].some((stream) => stream.due)) this.soon();
    });
  }

  private async send(due: readonly Stream[]): Promise<void> {
    const { log, logger } = this.options;
    const partition = this.number;
    for (const planned of envelopes(due)) {
      const streams = planned.filter((stream) => this.streams.has(stream));
      if (streams.length === 0) continue;
      const deltas = streams.map((stream) => stream.take());
      const envelope: ChunkEnvelope = { v: 1, log: log.identity.log_id, deltas };
      try {
        const value = JSON.stringify(envelope);
        await log.append({ topic: TOPICS.replyChunks, partition, key: String(partition), value });
      } catch (error) {
        logger.warn({ partition, err: error }, 'pieces of answers may be lost: they are repeated');
        for (const stream of streams) stream.whole = true;
      }
    }
  }

  private async flush(stream: Stream): Promise<void> {
    const { clock } = this.options;
    const over = new AbortController();
    const late = sleep(clock, FLUSH_DEADLINE_MS, over.signal).then(() => 'late' as const);
    while (this.streams.has(stream) && (stream.due || this.sending)) {
      const turn = new Promise<'sent'>((resolve) => {
        const settle = (): void => {
          this.drained.delete(settle);
          resolve('sent');
        };
        this.drained.add(settle);
      });
      this.now();
      if ((await Promise.race([turn, late])) === 'late') break;
    }
    over.abort();
  }
}

/** Streams whose pieces go together: as many as fit. */
function envelopes(due: readonly Stream[]): Stream[][] {
  const all: Stream[][] = [];
  let units = Infinity;
  for (const stream of due) {
    const size = stream.text.length - (stream.whole ? 0 : stream.sent);
    if (units + size > MAX_ENVELOPE_UNITS) {
      all.push([]);
      units = 0;
    }
    all.at(-1)?.push(stream);
    units += size;
  }
  return all;
}
