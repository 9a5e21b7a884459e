/** What a load is laid on: how a socket introduces itself, and how one says something to all. */
import { randomBytes } from 'node:crypto';
import { uuidV7 } from '@parley/contracts';

export type Target =
  | {
      readonly kind: 'product';
      readonly url: string;
      readonly tokens: readonly string[];
      readonly roomId: string;
    }
  /** `template`: an event as the product sends it, of which the content is replaced. */
  | { readonly kind: 'bare'; readonly url: string; readonly template: string };

/** Begins every content: when it was sent, on the generator's clock, in a fixed width. */
const MARK = '@@';
const TIME_WIDTH = 16;

/** The content of a message: the time of sending and padding, `characters` long. */
export function contentNow(characters: number): string {
  const time = performance.now().toFixed(3).padStart(TIME_WIDTH, ' ');
  return `${MARK}${time}`.padEnd(characters, '.');
}

/** The times of sending of all messages in a text of one or many events. */
export function timesIn(text: string): number[] {
  const times: number[] = [];
  for (let at = text.indexOf(MARK); at >= 0; at = text.indexOf(MARK, at + MARK.length))
    times.push(Number(text.slice(at + MARK.length, at + MARK.length + TIME_WIDTH)));
  return times;
}

/** What a socket says first; nothing to a bare server. */
export function introduction(target: Target, index: number): string | undefined {
  if (target.kind === 'bare') return undefined;
  return JSON.stringify({ type: 'auth', token: target.tokens[index % target.tokens.length] });
}

/** A message to everybody. */
export function saying(target: Target, content: string): string {
  if (target.kind === 'bare') return target.template.replace(/@@[^"]*/, content);
  return JSON.stringify({
    type: 'message.send',
    room_id: target.roomId,
    client_id: uuidV7(Date.now(), randomBytes(10)),
    content,
  });
}
