/** A terminal as a grid: the few escapes that readline and the screen use. */
import { EventEmitter } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { PassThrough, Writable } from 'node:stream';
import type { Terminal } from '../../src/terminal/screen.js';

export class FakeTerminal extends Writable implements Terminal {
  readonly isTTY = true;
  readonly keys = new EventEmitter();
  readonly input = new PassThrough();
  readonly line: Interface;
  #rows: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(readonly columns: number) {
    super({ decodeStrings: false });
    this.line = createInterface({ input: this.input, output: this, terminal: true, prompt: '> ' });
  }

  /** What is to be seen, without empty rows at the end. */
  get shown(): string[] {
    const rows = this.#rows.map((row) => row.trimEnd());
    while (rows.at(-1) === '') rows.pop();
    return rows;
  }

  batch(task: () => void): void {
    task();
  }

  override _write(chunk: string | Buffer, _: string, done: () => void): void {
    this.#take(chunk.toString());
    done();
  }

  #take(text: string): void {
    // ESC [ number letter, or one character.
    for (const [piece, number, letter] of text.matchAll(/\p{Cc}\[(\d*)([A-Za-z])|[^]/gu)) {
      if (letter !== undefined) this.#escape(letter, Number(number === '' ? '1' : number));
      else if (piece === '\r') this.#column = 0;
      else if (piece === '\n') this.#to(this.#row + 1, 0);
      else this.#put(piece);
    }
  }

  #escape(letter: string, count: number): void {
    if (letter === 'A') this.#to(Math.max(0, this.#row - count), this.#column);
    else if (letter === 'B') this.#to(this.#row + count, this.#column);
    else if (letter === 'C') this.#column += count;
    else if (letter === 'D') this.#column = Math.max(0, this.#column - count);
    else if (letter === 'G') this.#column = count - 1;
    else if (letter === 'J') {
      this.#rows.length = this.#row + 1;
      this.#rows[this.#row] = (this.#rows[this.#row] ?? '').slice(0, this.#column);
    } else throw new Error(`unknown escape ${letter}`);
  }

  #to(row: number, column: number): void {
    while (this.#rows.length <= row) this.#rows.push('');
    this.#row = row;
    this.#column = column;
  }

  #put(character: string): void {
    if (this.#column >= this.columns) this.#to(this.#row + 1, 0);
    const row = (this.#rows[this.#row] ?? '').padEnd(this.#column);
    this.#rows[this.#row] = row.slice(0, this.#column) + character + row.slice(this.#column + 1);
    this.#column++;
  }
}
