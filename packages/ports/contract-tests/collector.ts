/** What a reader was given, and waiting for it without sleeping. */
import type { EventLog, LogRecord, RecordsHandler } from '@parley/ports';
import type { Topic } from '@parley/contracts';

const PATIENCE_MS = 20_000;

/** Rejects after a while, so that a test fails with a reason and not with a timeout. */
export async function withDeadline<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain: ${what}`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A promise to be resolved by hand: a gate in a handler. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

export class Collector {
  readonly records: LogRecord[] = [];
  #watchers: (() => void)[] = [];

  readonly onRecords: RecordsHandler = (_partition, records) => this.add(records);

  /** Copies, as the port asks of whoever keeps records. */
  add(records: readonly LogRecord[]): void {
    for (const record of records)
      this.records.push({ ...record, value: Uint8Array.from(record.value) });
    for (const watcher of this.#watchers.splice(0)) watcher();
  }

  async until(holds: () => boolean, what: string): Promise<void> {
    const wait = async (): Promise<void> => {
      while (!holds()) await new Promise<void>((resolve) => this.#watchers.push(resolve));
    };
    await withDeadline(wait(), what);
  }

  of(partition: number): LogRecord[] {
    return this.records.filter((record) => record.partition === partition);
  }

  texts(partition?: number): string[] {
    const records = partition === undefined ? this.records : this.of(partition);
    return records.map((record) => textOf(record));
  }

  untilTexts(count: number, partition?: number): Promise<void> {
    return this.until(() => this.texts(partition).length >= count, `${count} records`);
  }
}

export function textOf(record: LogRecord): string {
  return new TextDecoder().decode(record.value);
}

/** The next offset of every partition. */
export function endsOf(log: EventLog, topic: Topic): Promise<number[]> {
  const { partitions } = log.identity;
  return Promise.all(Array.from({ length: partitions }, (_, p) => log.end(topic, p)));
}

/** Everything below the ends, of every partition. */
export async function readAll(
  log: EventLog,
  topic: Topic,
  from?: readonly number[],
): Promise<Collector> {
  const ends = await endsOf(log, topic);
  const starts = from ?? ends.map(() => 0);
  const wanted = ends.reduce((sum, end, p) => sum + end - (starts[p] ?? 0), 0);
  const collector = new Collector();
  const tail = await log.tail({ topic, from: starts, onRecords: collector.onRecords });
  await collector.until(() => collector.records.length >= wanted, `${wanted} records of ${topic}`);
  await tail.stop();
  return collector;
}

/** Fails unless the records of a partition are numbered without gap, and their times never fall. */
export function isContiguous(records: readonly LogRecord[]): boolean {
  return records.every((record, i) => {
    const before = records[i - 1];
    return before === undefined || (record.offset === before.offset + 1 && record.at >= before.at);
  });
}
