import type { Clock, Logger, Subscription, TailOptions } from '@parley/ports';
import { PartitionReader } from './partition-reader.js';
import { Readers } from './readers.js';
import type { TopicLog } from './topic-log.js';

/** A reader of every partition, alone. */
export async function openTail(
  topic: TopicLog,
  options: TailOptions,
  clock: Clock,
  logger: Logger,
): Promise<Subscription> {
  const from =
    options.from === 'end'
      ? await Promise.all(topic.feeds.map((_, partition) => topic.end(partition)))
      : options.from;
  if (from.length !== topic.feeds.length)
    throw new RangeError(`a position for each of ${topic.feeds.length} partitions is needed`);
  const readers = new Readers(logger);
  from.forEach((offset, partition) => {
    const { onRecords } = options;
    readers.add(partition, new PartitionReader(topic, partition, offset, onRecords, clock, logger));
  });
  return readers;
}
