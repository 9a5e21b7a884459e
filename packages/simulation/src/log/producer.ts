/**
 * One process's way into the log: one request in flight per topic, what comes meanwhile goes into the next, and every way
 * in which a request can go wrong without anybody knowing.
 */
import { AppendOutcomeUnknown, type NewRecord, type Position } from '@parley/ports';
import type { Topic } from '@parley/contracts';
import type { Dice } from '../dice.js';
import type { SimClock } from '../sim-clock.js';
import type { SimNode } from '../sim-node.js';
import type { Broker } from './broker.js';

/** An append gives up after this long, in ms. */
const APPEND_DEADLINE_MS = 60_000;

/**
 * What becomes of a produce request. `again`: its answer is lost and the same batch is written twice. `late`: lost on the
 * way, written by a retry. `unknown`: given up; nothing was written, or it was, or it will be. `echo`: answered, and yet
 * another copy lands later.
 */
export type Fate =
  'fine' | 'again' | 'late' | 'unknown-never' | 'unknown-written' | 'unknown-later' | 'echo';

/** The log's troubles: weights of fates, and how long requests take. The world changes them as it goes. */
export interface LogWeather {
  fates: Readonly<Record<Fate, number>>;
  /** ms, there and back. */
  usual: number;
  worst: number;
  /** The longest that a late copy takes to land, in ms. */
  latest: number;
  /** ms that tails lag behind. */
  lag: number;
  worstLag: number;
}

/** Nothing goes wrong. */
export const FAIR_LOG: LogWeather = {
  fates: {
    fine: 1,
    again: 0,
    late: 0,
    'unknown-never': 0,
    'unknown-written': 0,
    'unknown-later': 0,
    echo: 0,
  },
  usual: 2,
  worst: 20,
  latest: 9 * 60_000,
  lag: 3,
  worstLag: 40,
};

interface Waiting {
  readonly record: NewRecord;
  readonly resolve: (position: Position) => void;
  /** Tells the caller that nobody knows what became of it. */
  readonly giveUp: () => void;
  /** Has gone out, or was given up. */
  gone: boolean;
}

export class Producer {
  #queue: Waiting[] = [];
  #inFlight = false;
  readonly #dice: Dice;

  constructor(
    private readonly broker: Broker,
    private readonly node: SimNode,
    private readonly clock: SimClock,
    private readonly weather: LogWeather,
    topic: Topic,
  ) {
    this.#dice = node.dice.stream(`producer/${topic}`);
  }

  append(record: NewRecord): Promise<Position> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        deadline.cancel();
        waiting.gone = true;
        reject(new AppendOutcomeUnknown('no answer from the log in time'));
      };
      const deadline = this.node.later(APPEND_DEADLINE_MS, giveUp);
      const waiting: Waiting = {
        record,
        gone: false,
        giveUp,
        resolve: (position) => {
          deadline.cancel();
          resolve(position);
        },
      };
      this.#queue.push(waiting);
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#inFlight || !this.node.alive) return;
    const batch = this.#queue.filter((waiting) => !waiting.gone);
    this.#queue = [];
    if (batch.length === 0) return;
    this.#inFlight = true;
    for (const waiting of batch) waiting.gone = true;
    this.#send(batch, this.#dice.weighted(this.weather.fates));
  }

  #send(batch: readonly Waiting[], fate: Fate): void {
    const write = (): Position[] => batch.map(({ record }) => this.broker.write(record));
    const answer = (positions: readonly Position[]): void => {
      this.node.later(this.#way(), () => {
        batch.forEach((waiting, index) => {
          const position = positions[index];
          if (position !== undefined) waiting.resolve(position);
        });
        this.#inFlight = false;
        this.#pump();
      });
    };
    // Between a lost answer and the retry; well within the deadline of 60 s.
    const retry = this.#dice.delay(400, 30_000);
    switch (fate) {
      case 'fine':
        this.clock.after(this.#way(), () => answer(write()));
        return;
      case 'again':
        this.clock.after(this.#way(), () => {
          const first = write();
          this.clock.after(retry, () => {
            const second = write();
            answer(this.#dice.chance(0.5) ? first : second);
          });
        });
        return;
      case 'late':
        this.clock.after(retry, () => answer(write()));
        return;
      case 'echo':
        this.clock.after(this.#way(), () => answer(write()));
        this.clock.after(this.#later(), write);
        return;
      case 'unknown-written':
        this.clock.after(this.#way(), write);
        break;
      case 'unknown-later':
        this.clock.after(this.#later(), write);
        break;
      case 'unknown-never':
        break;
    }
    // Given up before anything else goes out: an overtaken record whose caller still waits would break the order of calls.
    this.node.later(this.#dice.delay(2_000, APPEND_DEADLINE_MS), () => {
      for (const waiting of batch) waiting.giveUp();
      this.#inFlight = false;
      this.#pump();
    });
  }

  #way(): number {
    return this.#dice.delay(this.weather.usual, this.weather.worst) / 2;
  }

  #later(): number {
    return 1_000 + this.#dice.fraction() ** 2 * (this.weather.latest - 1_000);
  }
}
