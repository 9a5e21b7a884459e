/**
 * A screen with a line being typed at its bottom. What is shown goes above it; of an answer that is being written the
 * finished rows stay, and its last row is drawn again with each piece.
 */
import type { EventEmitter } from 'node:events';
import type { Interface } from 'node:readline';
import type { Message } from '@parley/contracts';
import type { OpenReply } from '../reply-text.js';
import { ending, format, noted, type Output } from './output.js';
import { systemClock } from '../system.js';
import { clockTime, columnsOf, firstRow, plainLine, plainText, type Paint } from './text.js';

export interface Terminal {
  readonly columns: number;
  write(text: string): void;
  /** What is written meanwhile, by readline too, goes out at once: nobody sees half a picture. */
  batch(task: () => void): void;
}

/** The answer that is drawn as it comes; others appear when they are done. */
interface Running {
  readonly replyId: string;
  /** What is on the screen of it, above its last row and in it. */
  drawn: string;
  /** The last row. */
  row: string;
}

export class Screen implements Output {
  #running: Running | null = null;
  #label = '';
  #closed = false;

  constructor(
    private readonly terminal: Terminal,
    private readonly line: Interface,
    private readonly paint: Paint,
    private readonly keys: EventEmitter,
  ) {}

  /** Tells when somebody types a message. */
  listen(typing: () => void): void {
    this.keys.on('keypress', () => {
      if (this.line.line !== '' && !this.line.line.startsWith('/')) typing();
    });
  }

  message(message: Message): void {
    this.#above(format(message, this.paint));
  }

  note(text: string): void {
    this.#above(this.paint('dim', noted(text)));
  }

  problem(text: string): void {
    this.#above(this.paint('red', text));
  }

  prompt(label: string): void {
    if (label === this.#label) return;
    this.#label = label;
    this.line.setPrompt(label);
    this.#above(null);
  }

  /** The line that was just entered is shown as a message once it is acknowledged: it is taken off the screen. */
  entered(text: string): void {
    const columns = Math.max(1, this.terminal.columns);
    const rows = Math.floor(columnsOf(this.#label + text) / columns) + 1;
    this.terminal.batch(() => {
      this.terminal.write(`\u001b[${rows}A\r\u001b[J`);
      this.line.prompt();
    });
  }

  answer(reply: OpenReply, restarted: boolean): void {
    const mine = this.#running?.replyId === reply.replyId;
    if (this.#running !== null && !mine) return;
    const text = plainText(reply.text);
    if (mine && this.#running !== null && (restarted || !text.startsWith(this.#running.drawn))) {
      this.#finish(this.paint('dim', ' (begun anew)'));
    }
    if (text === '' || !reply.complete) return;
    this.#draw(this.#running ?? this.#begin(reply), text);
  }

  answered(message: Message): void {
    const running = this.#running;
    if (running === null || running.replyId !== message.reply?.reply_id) {
      this.message(message);
      return;
    }
    const text = plainText(message.content);
    if (text.startsWith(running.drawn)) {
      this.#draw(running, text);
      this.#finish(ending(message, this.paint));
    } else {
      this.#finish(this.paint('dim', ' (replaced)'));
      this.message(message);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#clear();
    this.#closed = true;
  }

  #begin(reply: OpenReply): Running {
    const time = clockTime(new Date(systemClock.now()).toISOString());
    const name = this.paint('cyan', plainLine(reply.model));
    const running = { replyId: reply.replyId, drawn: '', row: '' };
    this.#redraw(() => {
      this.terminal.write(`${this.paint('dim', time)} ${name}:\n`);
      this.#running = running;
    });
    return running;
  }

  /** The rows that are full stay; the last one is drawn above the prompt. */
  #draw(running: Running, text: string): void {
    const columns = Math.max(8, this.terminal.columns) - INDENT.length - 1;
    const rows: string[] = [];
    for (const line of (running.row + text.slice(running.drawn.length)).split('\n')) {
      let rest = line;
      do {
        const [row, tail] = firstRow(rest, columns);
        rows.push(row);
        rest = tail;
      } while (rest !== '');
    }
    this.#redraw(() => {
      running.drawn = text;
      running.row = rows.pop() ?? '';
      for (const row of rows) this.terminal.write(`${INDENT}${row}\n`);
    });
  }

  #finish(suffix: string): void {
    const running = this.#running;
    if (running === null) return;
    this.#redraw(() => {
      this.#running = null;
      if (running.row === '' && suffix === '') return;
      this.terminal.write(`${INDENT}${running.row}${suffix}\n`);
    });
  }

  #above(text: string | null): void {
    this.#redraw(() => {
      if (text !== null) this.terminal.write(`${text}\n`);
    });
  }

  /** Takes the last row and the line being typed away, writes, and puts them back below. */
  #redraw(write: () => void): void {
    if (this.#closed) return;
    this.terminal.batch(() => {
      this.#clear();
      write();
      if (this.#running !== null) this.terminal.write(`${INDENT}${this.#running.row}\n`);
      // readline draws its line from as many rows up as its cursor was down when it last drew.
      this.terminal.write('\n'.repeat(this.line.getCursorPos().rows));
      this.line.prompt(true);
    });
  }

  #clear(): void {
    const up = this.line.getCursorPos().rows + (this.#running === null ? 0 : 1);
    this.terminal.write(`${up === 0 ? '' : `\u001b[${up}A`}\r\u001b[J`);
  }
}

const INDENT = '      ';
