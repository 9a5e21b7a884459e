/** The load generator's work: many sockets, few of which speak and are read; the others only count bytes. */
import { setTimeout as delay } from 'node:timers/promises';
import { Sink } from './sink.js';
import { quantile } from './statistics.js';
import { contentNow, introduction, saying, timesIn, type Target } from './target.js';

export interface LoadRun {
  /** `paced`: so many messages a second by the clock, whatever comes back. `window`: so many under way at any time. */
  readonly pace: { readonly perSecond: number } | { readonly window: number };
  readonly seconds: number;
  /** Of a content. */
  readonly characters: number;
}

export interface LoadResult {
  readonly sent: number;
  /** Messages received, over all sockets. */
  readonly deliveries: number;
  readonly seconds: number;
  /** Per message and socket, framing and batches included. */
  readonly bytesPerDelivery: number;
  /** How many messages came in one frame, on average. */
  readonly perFrame: number;
  /** Sockets that got less than the first one, or were closed: 0 in a good run. */
  readonly short: number;
  /** From the send to the arrival at the sockets that are read, in ms. */
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
  /** How busy the generator was, 0 to 1 of a core. */
  readonly busy: number;
}

const OPEN_AT_ONCE = 20;
const DRAIN_WITHIN_MS = 15_000;
/** The product ends a socket that leaves its pings (every 25 s) unanswered; nobody here reads them. */
const PONG_EVERY_MS = 10_000;
/** Those pings come to each socket at its own time; a missing message would be several hundred bytes. */
const PING_BYTES = 64;

export class Load {
  readonly #sinks: Sink[] = [];
  #readers: Sink[] = [];
  readonly #pongs = setInterval(() => {
    for (const sink of this.#sinks) sink.pong();
  }, PONG_EVERY_MS);

  constructor(private readonly target: Target) {}

  /** Opens the sockets, of which `readers` are read and speak. The readers stand first, last, and evenly between. */
  async open(sockets: number, readers: number): Promise<void> {
    for (let from = 0; from < sockets; from += OPEN_AT_ONCE) {
      const count = Math.min(OPEN_AT_ONCE, sockets - from);
      const opened = Array.from({ length: count }, (_, i) => this.#open(from + i));
      this.#sinks.push(...(await Promise.all(opened)));
    }
    const last = sockets - 1;
    const places = Array.from({ length: readers }, (_, i) =>
      Math.round((i * last) / Math.max(1, readers - 1)),
    );
    this.#readers = this.#sinks.filter((_, index) => places.includes(index));
  }

  async #open(index: number): Promise<Sink> {
    const sink = await Sink.open(this.target.url);
    const hello = introduction(this.target, index);
    if (hello !== undefined) {
      const ready = new Promise<void>((resolve) =>
        sink.read((text) => {
          if (text.includes('"type":"ready"')) resolve();
        }),
      );
      sink.send(hello);
      await Promise.race([ready, late(DRAIN_WITHIN_MS, 'ready never came')]);
    }
    sink.read(undefined);
    return sink;
  }

  /** The first event that a speaker gets back for a content of that length. */
  async sample(characters: number): Promise<string> {
    const [speaker] = this.#readers;
    if (speaker === undefined) throw new Error('no sockets');
    const heard = new Promise<string>((resolve) => {
      speaker.read((text) => {
        if (timesIn(text).length === 1) resolve(text);
      });
    });
    speaker.send(saying(this.target, contentNow(characters)));
    const text = await Promise.race([heard, late(DRAIN_WITHIN_MS, 'the sample never came')]);
    await this.#settle();
    return text;
  }

  async run(run: LoadRun): Promise<LoadResult> {
    await this.#settle();
    const start = this.#sinks.map(({ bytes }) => bytes);
    const received = this.#readers.map(() => 0);
    const latencies: number[] = [];
    let sent = 0;
    let frames = 0;
    let pump = (): void => undefined;
    this.#readers.forEach((sink, index) =>
      sink.read((text) => {
        const now = performance.now();
        const times = timesIn(text);
        if (times.length > 0) frames += 1;
        for (const time of times) {
          received[index] = (received[index] ?? 0) + 1;
          latencies.push(now - time);
        }
        pump();
      }),
    );
    const speak = (): void => {
      const speaker = this.#readers[sent % this.#readers.length];
      speaker?.send(saying(this.target, contentNow(run.characters)));
      sent += 1;
    };

    const cpu = process.cpuUsage();
    const from = performance.now();
    const until = from + run.seconds * 1000;
    if ('window' in run.pace) {
      const { window } = run.pace;
      pump = (): void => {
        if (performance.now() > until) return;
        const slowest = Math.min(...received);
        while (sent - slowest < window) speak();
      };
      pump();
      await delay(until - performance.now());
    } else {
      const { perSecond } = run.pace;
      for (let now = from; now < until; now = performance.now()) {
        while (sent < ((now - from) / 1000) * perSecond) speak();
        await delay(Math.max(1, from + (sent / perSecond) * 1000 - performance.now()));
      }
    }
    pump = (): void => undefined;
    await this.#drained(() => received.every((count) => count >= sent));
    const seconds = (performance.now() - from) / 1000;
    const used = process.cpuUsage(cpu);
    await this.#settle();

    const grown = this.#sinks.map(({ bytes }, index) => bytes - (start[index] ?? 0));
    const most = Math.max(...grown);
    const events = Math.max(...received);
    const total = grown.reduce((sum, bytes) => sum + bytes, 0);
    latencies.sort((a, b) => a - b);
    return {
      sent,
      // Every socket of a room gets the same bytes; one that got fewer counts for its share.
      deliveries: Math.round((total / most) * events),
      seconds,
      bytesPerDelivery: most / Math.max(1, events),
      perFrame: received.reduce((sum, count) => sum + count, 0) / Math.max(1, frames),
      short: this.#sinks.filter(({ closed }, i) => closed || (grown[i] ?? 0) < most - PING_BYTES)
        .length,
      latency: {
        p50: quantile(latencies, 0.5),
        p99: quantile(latencies, 0.99),
        max: latencies.at(-1) ?? NaN,
      },
      busy: (used.user + used.system) / 1e6 / seconds,
    };
  }

  close(): void {
    clearInterval(this.#pongs);
    for (const sink of this.#sinks) sink.close();
  }

  async #drained(done: () => boolean): Promise<void> {
    const deadline = performance.now() + DRAIN_WITHIN_MS;
    while (!done() && performance.now() < deadline) await delay(5);
  }

  /** Until no socket has received anything for 200 ms. */
  async #settle(): Promise<void> {
    for (let before = -1, now = this.#bytes(); now !== before; now = this.#bytes()) {
      before = now;
      await delay(200);
    }
  }

  #bytes(): number {
    return this.#sinks.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

async function late(ms: number, what: string): Promise<never> {
  await delay(ms, undefined, { ref: false });
  throw new Error(what);
}
