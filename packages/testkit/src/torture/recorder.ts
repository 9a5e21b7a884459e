import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseHistoryLine, type HistoryLine } from '../checker/history.js';

/** Enough to make writes rare, little enough to lose when this process itself dies. */
const BUFFER_CHARACTERS = 64 * 1024;

/** Writes a history to a file of JSON lines, in the order in which it is told. */
export class HistoryRecorder {
  readonly #file: number;
  #buffer = '';
  #closed = false;

  constructor(readonly path: string) {
    this.#file = openSync(path, 'a');
  }

  /** Bytes that are no text are kept as base64. */
  write(line: HistoryLine): void {
    if (this.#closed) return;
    this.#buffer += `${JSON.stringify(line)}\n`;
    if (this.#buffer.length > BUFFER_CHARACTERS) this.#flush();
  }

  /** What is told afterwards is not part of the history. Closing twice is harmless. */
  close(): void {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    closeSync(this.#file);
  }

  #flush(): void {
    writeSync(this.#file, this.#buffer);
    this.#buffer = '';
  }
}

/** Reads a recorded history back. */
export async function readHistory(path: string): Promise<HistoryLine[]> {
  const lines: HistoryLine[] = [];
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity }))
    if (line !== '') lines.push(parseHistoryLine(line));
  return lines;
}
