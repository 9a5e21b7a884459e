/** Where a chat is shown: on a screen (screen.ts), as plain lines, or as JSON lines. */
import type { Message } from '@parley/contracts';
import type { OpenReply } from '../reply-text.js';
import { clockTime, plainLine, plainText, type Paint } from './text.js';

export interface Output {
  /** A whole message. */
  message(message: Message): void;
  /** An answer while it is written. */
  answer(reply: OpenReply, restarted: boolean): void;
  /** The end of an answer. */
  answered(message: Message): void;
  /** Something about the room or the connection. */
  note(text: string): void;
  /** Something that went wrong. */
  problem(text: string): void;
  /** What is beside the cursor, where there is one. */
  prompt(label: string): void;
  close(): void;
}

/** A message as lines, with the later lines indented. */
export function format(message: Message, paint: Paint): string {
  const time = paint('dim', clockTime(message.created_at));
  const name = paint(message.sender === 'ai' ? 'cyan' : 'bold', plainLine(message.sender_name));
  const text = message.deleted_at === null ? plainText(message.content) : paint('dim', '(deleted)');
  const edited = message.edited_at === null ? '' : paint('dim', ' (edited)');
  return `${time} ${name}: ${text.replaceAll('\n', '\n      ')}${edited}${ending(message, paint)}`;
}

/** A note, recognisable on each of its lines. */
export const noted = (text: string): string => `* ${text.replaceAll('\n', '\n* ')}`;

/** How an answer ended, when not simply completed. */
export function ending({ reply }: Message, paint: Paint): string {
  if (reply?.status === 'stopped') return paint('dim', ' (stopped)');
  if (reply?.status !== 'failed') return '';
  const why = reply.error === null ? '' : `: ${plainLine(reply.error.message)}`;
  return paint('red', ` (failed${why})`);
}

interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Messages to the standard output, a line each; notes and problems to the standard error. */
export function plainOutput({ out, err }: Streams, paint: Paint): Output {
  return {
    message: (message) => out(`${format(message, paint)}\n`),
    answer: () => undefined,
    answered: (message) => out(`${format(message, paint)}\n`),
    note: (text) => err(`${noted(text)}\n`),
    problem: (text) => err(`${text}\n`),
    prompt: () => undefined,
    close: () => undefined,
  };
}

/** Only problems are said here: the events themselves are printed as they come. */
export function jsonOutput({ out }: Streams): Output {
  const nothing = (): void => undefined;
  return {
    message: nothing,
    answer: nothing,
    answered: nothing,
    note: nothing,
    problem: (text) => out(`${JSON.stringify({ event: 'problem', text })}\n`),
    prompt: nothing,
    close: nothing,
  };
}
