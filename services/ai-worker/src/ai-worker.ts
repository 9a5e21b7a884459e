import { TOPICS } from '@parley/contracts';
import { backoffMs } from '@parley/domain';
import {
  sleep,
  within,
  type Clock,
  type EventLog,
  type LanguageModel,
  type Logger,
  type LogRecord,
  type MessageStore,
  type Metrics,
  type ProjectionWatch,
  type Random,
  type RoomStore,
  type Service,
  type Subscription,
  type Timer,
} from '@parley/ports';
import type { Tools } from './answer.js';
import { ChunkEar } from './chunk-ear.js';
import { ChunkWriter } from './chunk-writer.js';
import { settingsOf, type AiWorkerConfig } from './config.js';
import { Desk } from './desk.js';
import { EventWriter } from './event-writer.js';
import { Slots } from './slots.js';

/** Members of this group share the questions. */
const GROUP = 'ai-worker';
const DUTIES_DEADLINE_MS = 15_000;
const SWEEP_EVERY_MS = 30_000;

export interface AiWorkerPorts {
  readonly log: EventLog;
  readonly rooms: RoomStore;
  readonly messages: MessageStore;
  readonly model: LanguageModel;
  readonly projection: ProjectionWatch;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface AiWorker extends Service {
  /**
   * Resolves when stopped; rejects when the worker broke for good: another log stands behind the topics, or the log's
   * client gave up. The process should end then.
   */
  readonly ended: Promise<void>;
}

/**
 * Answers the questions of its share of the partitions. It has no position of its own: on gaining a partition it reads
 * from the projection what is open, and reads the log on from there. What it has in hand when it loses a partition, or
 * stops, is taken over by the next owner.
 */
export function createAiWorker(ports: AiWorkerPorts, config: AiWorkerConfig): AiWorker {
  const worker = new Worker(ports, config);
  let stopping: Promise<void> | undefined;
  return {
    name: 'ai-worker',
    ended: worker.ended,
    start: () => worker.start(),
    stop: () => (stopping ??= worker.stop()),
  };
}

class Worker {
  readonly ended: Promise<void>;
  private end: (error?: Error) => void = () => undefined;
  private readonly tools: Tools;
  private readonly ear = new ChunkEar();
  private readonly desks = new Map<number, Desk>();
  /** Of partitions lost a moment ago: their work is ending. */
  private readonly leaving = new Set<Promise<void>>();
  /** By partition: the gain that is under way; aborted when it is lost meanwhile. */
  private readonly gaining = new Map<number, AbortController>();
  private readonly stopped = new AbortController();
  private hearing: Promise<Subscription> | undefined;
  private share: Promise<Subscription> | undefined;
  /** Known before the first record is handled. */
  private live: Subscription | undefined;
  private watching: { stop(): void } | undefined;
  private sweeping: Timer | undefined;

  constructor(
    private readonly ports: AiWorkerPorts,
    config: AiWorkerConfig,
  ) {
    const settings = settingsOf(config);
    this.ended = new Promise((resolve, reject) => {
      this.end = (error) => {
        if (error === undefined) resolve();
        else reject(error);
      };
    });
    this.ended.catch((error: unknown) =>
      ports.logger.error({ err: error }, 'the AI worker broke for good'),
    );
    this.tools = {
      ...ports,
      settings,
      writer: new EventWriter(ports),
      chunks: new ChunkWriter({
        ...ports,
        tickMs: settings.chunkTickMs,
        fullTextEveryMs: settings.fullTextEveryMs,
      }),
      ear: this.ear,
      slots: new Slots(settings.maxStreams),
    };
  }

  async start(): Promise<void> {
    const { log, projection } = this.ports;
    // Before any partition is gained: whoever takes an answer over should have heard its last owner.
    this.hearing = this.ear.listen(log);
    const hearing = await this.hearing;
    this.watching = projection.onChange(() => this.projected());
    this.share = log.share({
      group: GROUP,
      topic: TOPICS.roomEvents,
      onGained: (partition) => this.gain(partition),
      onLost: (partition) => this.lose(partition),
      onRecords: (partition, records) => this.take(partition, records),
    });
    const share = await this.share;
    this.sweepLater();
    Promise.all([hearing.ended, share.ended]).then(
      () => this.end(),
      (error: unknown) => this.end(error instanceof Error ? error : new Error('the log broke')),
    );
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    this.watching?.stop();
    this.sweeping?.cancel();
    for (const partition of [...this.gaining.keys(), ...this.desks.keys()]) this.lose(partition);
    // A start that failed has told its caller why; there is nothing to stop then.
    const share = await this.share?.catch(() => undefined);
    await share?.stop();
    const hearing = await this.hearing?.catch(() => undefined);
    await hearing?.stop();
    await Promise.all(this.leaving);
    this.end();
  }

  /** Asks what is open until the database answers: without that, a partition cannot be worked on. */
  private async gain(partition: number): Promise<number> {
    this.lose(partition);
    const { rooms, clock, random, logger } = this.ports;
    const gaining = new AbortController();
    this.gaining.set(partition, gaining);
    for (let failures = 0; !gaining.signal.aborted && !this.stopped.signal.aborted;) {
      try {
        const asked = rooms.openReplies([partition]);
        const open = await within(clock, DUTIES_DEADLINE_MS, 'reading open replies', asked);
        if (gaining.signal.aborted) break;
        this.gaining.delete(partition);
        const from = open.projected[partition] ?? 0;
        const desk = new Desk(this.tools, rooms, partition, from);
        this.desks.set(partition, desk);
        desk.want(open.replies.map(({ room_id }) => room_id));
        return from;
      } catch (error) {
        failures += 1;
        if (failures === 1)
          logger.warn({ partition, err: error }, 'open replies cannot be read yet');
        await sleep(clock, backoffMs(failures, random.fraction()), gaining.signal);
      }
    }
    return 0;
  }

  private lose(partition: number): void {
    this.gaining.get(partition)?.abort();
    this.gaining.delete(partition);
    const desk = this.desks.get(partition);
    this.desks.delete(partition);
    if (desk === undefined) return;
    const left = desk.lose().finally(() => this.leaving.delete(left));
    this.leaving.add(left);
  }

  private async take(partition: number, records: readonly LogRecord[]): Promise<void> {
    this.live ??= await this.share;
    const again = this.desks.get(partition)?.take(records);
    if (again !== undefined) this.live?.seek(partition, again);
  }

  private projected(): void {
    const { projection } = this.ports;
    if (!projection.available) return;
    for (const desk of this.desks.values()) {
      const next = projection.projected[desk.partition];
      if (next !== undefined) desk.projectedTo(next);
    }
  }

  private sweepLater(): void {
    this.sweeping = this.ports.clock.after(SWEEP_EVERY_MS, () => {
      for (const desk of this.desks.values()) desk.sweep();
      this.sweepLater();
    });
  }
}
