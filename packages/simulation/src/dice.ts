/** All randomness of a run: one seed, and from it as many independent streams as there are things that need one. */
import type { Uuid } from '@parley/contracts';
import type { Random } from '@parley/ports';

/** FNV-1a, to turn a stream's name into numbers. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** A seeded generator (sfc32): small, fast, and passes the usual test suites. */
export class Dice implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(
    private readonly seed: number,
    private readonly name = 'world',
  ) {
    this.#a = hashOf(name);
    this.#b = seed >>> 0;
    this.#c = Math.floor(seed / 2 ** 32) >>> 0;
    for (let i = 0; i < 15; i++) this.#next();
  }

  /** A stream of its own: what one part draws does not shift what another part draws. */
  stream(name: string): Dice {
    return new Dice(this.seed, `${this.name}/${name}`);
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  fraction(): number {
    return this.#next() / 2 ** 32;
  }

  bytes(n: number): Uint8Array {
    return Uint8Array.from({ length: n }, () => this.#next() & 0xff);
  }

  uuid(): Uuid {
    const hex = Array.from(this.bytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('');
    const variant = '89ab'[this.int(0, 3)] ?? '8';
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  /** An integer in [low, high]. */
  int(low: number, high: number): number {
    return low + Math.floor(this.fraction() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    const item = list[this.int(0, list.length - 1)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  /** A key of a table of weights. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let point = this.fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) if ((point -= weight) < 0) return key;
    throw new RangeError('all weights are 0');
  }

  /** Small most of the time, now and then much larger: `usual` ms on the median, `worst` ms at most. */
  delay(usual: number, worst: number): number {
    const tail = this.chance(0.03) ? this.fraction() * worst : 0;
    return usual * (0.3 + 1.4 * this.fraction()) + tail;
  }
}
