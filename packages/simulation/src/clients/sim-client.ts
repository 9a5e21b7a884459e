import type { Uuid } from '@parley/contracts';
import type { OutcomeLine } from '@parley/testkit';
import type { Link } from '../network/link.js';

/** A message to be sent under a given id. */
export interface SendRequest {
  readonly room_id: Uuid;
  readonly client_id: string;
  readonly content: string;
}

/**
 * A refusal for good, as the history has it. One that names no reason of the log was given without a look at what became
 * of earlier tries: then what was sent before may be there.
 */
export function refusalOf(op: string, code: string, judged: boolean, times: number): OutcomeLine {
  // A stale record never entered the room, but another copy of the same may.
  if (judged && (code !== 'STALE' || times <= 1)) return { type: 'fail', op, code };
  return times > 1 ? { type: 'unknown', op } : { type: 'fail', op, code };
}

/** Someone with a device, whatever the client's code is. */
export interface SimClient {
  readonly name: string;
  readonly user: Uuid;
  /** Its present connection, to be troubled by the network. */
  readonly link: Link | undefined;
  readonly connected: boolean;
  /** Nothing waits for an answer. */
  readonly idle: boolean;
  /** What it waits for, for people to read. */
  readonly waitsFor: string;
  connect(): void;
  disconnect(): void;
  /** An id as this client would mint it now. */
  mint(): string;
  send(request: SendRequest): void;
  /** Stops an answer that is being written, if this client knows of one. */
  stopReply(): void;
  markRead(roomId: Uuid): void;
  syncAgain(roomId: Uuid): void;
  /** Messages that this client saw live. */
  messagesOf(roomId: Uuid): readonly Uuid[];
  /** Records what the screen shows. */
  show(): void;
  /** The run is over: what is open stays unknown. */
  giveUp(): void;
}
