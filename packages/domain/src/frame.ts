import type { RoomEvent } from '@parley/contracts';
import type { Outcome } from './reduce.js';
import { iso, messageResource, settledMessage } from './resources.js';
import type { Stamp } from './window.js';

/** What a frame adds to its record. */
function additions(event: RoomEvent, stamp: Stamp, outcome: Outcome): object {
  const base = { seq: stamp.seq, at: iso(stamp.at) };
  const order = outcome.order ?? 0;
  if (event.type === 'message.posted') return { ...base, order, sender_id: event.by };
  if (event.type === 'reply.settled') {
    return { ...base, order, message: messageResource(settledMessage(event, stamp, order), []) };
  }
  return base;
}

function droppedAsks(event: RoomEvent, outcome: Outcome): boolean {
  return event.type === 'message.posted' && (event.asks?.length ?? 0) !== outcome.asks.length;
}

/**
 * The frame of an applied event: its stored JSON with our fields spliced in at the end, where they win over what a
 * foreign writer may have put under the same names. Written anew only if asks were dropped, or if the stored text does
 * not end in its brace.
 */
export function eventFrame(text: string, event: RoomEvent, stamp: Stamp, outcome: Outcome): string {
  const added = additions(event, stamp, outcome);
  if (droppedAsks(event, outcome)) {
    return JSON.stringify({ ...event, asks: outcome.asks, ...added });
  }
  if (!text.endsWith('}')) return JSON.stringify({ ...event, ...added });
  return `${text.slice(0, -1)},${JSON.stringify(added).slice(1)}`;
}
