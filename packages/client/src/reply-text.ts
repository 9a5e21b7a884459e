/** The composing rules of an answer's text, as every client follows them. */
import type { Reply, Seq, Uuid } from '@parley/contracts';

/** An open answer as it is shown. */
export interface OpenReply {
  readonly replyId: Uuid;
  readonly roomId: Uuid;
  readonly questionId: Uuid;
  readonly model: string;
  readonly status: Reply['status'];
  readonly attempt: number;
  /** The seq of the `reply.started` that writes it. */
  readonly claim: Seq | null;
  /** As far as it is known. */
  readonly text: string;
  /** Whether `text` begins at the beginning. While false, the text of a new claim is awaited. */
  readonly complete: boolean;
  /** Somebody asked to stop it. */
  readonly stopping: boolean;
}

export function openReply(reply: Reply, known: OpenReply | undefined): OpenReply {
  const same = known !== undefined && known.claim === reply.claim;
  return {
    replyId: reply.reply_id,
    roomId: reply.room_id,
    questionId: reply.question_id,
    model: reply.model,
    status: reply.status,
    attempt: reply.attempt,
    claim: reply.claim,
    text: same ? known.text : '',
    complete: same && known.complete,
    stopping: known?.stopping ?? false,
  };
}

export interface Chunk {
  readonly claim: Seq;
  /** In UTF-16 units of the whole text. */
  readonly offset: number;
  readonly text: string;
}

/**
 * The answer after a chunk. A new claim with an offset clears the text and waits; offset 0 replaces; up to the known
 * length it is cut there and appended; beyond it is ignored, since the full text is repeated every few seconds. A chunk
 * of an older claim is ignored. The same object is answered when nothing changed.
 */
export function applyChunk(reply: OpenReply, chunk: Chunk): OpenReply {
  const { claim, offset, text } = chunk;
  if (reply.claim !== null && claim < reply.claim) return reply;
  if (claim !== reply.claim) {
    const complete = offset === 0;
    return { ...reply, claim, status: 'generating', text: complete ? text : '', complete };
  }
  if (offset === 0) {
    return reply.complete && reply.text === text ? reply : { ...reply, text, complete: true };
  }
  if (!reply.complete || offset > reply.text.length) return reply;
  return { ...reply, text: reply.text.slice(0, offset) + text };
}
