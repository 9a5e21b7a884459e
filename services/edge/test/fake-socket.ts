import type { ServerFrame } from '@parley/contracts';
import type { EdgeSocket } from '../src/index.js';

/** A socket whose reader can stand still: what is sent then stays in its buffer. */
export class StallingSocket implements EdgeSocket {
  readonly frames: ServerFrame[] = [];
  readonly closes: number[] = [];
  bufferedAmount = 0;
  #stalled = false;

  send(data: string | Uint8Array): void {
    const text = Buffer.from(data as Uint8Array).toString('utf8');
    this.frames.push(...([JSON.parse(text)] as ServerFrame[][]).flat());
    if (this.#stalled) this.bufferedAmount += Buffer.byteLength(text);
  }

  /** What its transport tells once it is closed. */
  closed: () => void = () => undefined;

  close(code: number): void {
    this.closes.push(code);
    queueMicrotask(this.closed);
  }

  terminate(): void {
    this.closes.push(1006);
  }

  ping(): void {
    // Nobody answers.
  }

  /** From now on nothing is read; `bytes` are in the buffer already. */
  stall(bytes = 0): void {
    this.#stalled = true;
    this.bufferedAmount = bytes;
  }

  /** Reads all there is. */
  drain(): void {
    this.#stalled = false;
    this.bufferedAmount = 0;
  }
}
