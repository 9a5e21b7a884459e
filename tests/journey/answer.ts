import type { EventFrame } from '@parley/contracts';
import type { NativeSocket, ServerFrameOf } from '@parley/testkit';

type Settled = Extract<EventFrame, { type: 'reply.settled' }>;

/** The text of an answer as a client composes it from its chunks: the rules of the protocol, said once more. */
export function composed(socket: NativeSocket, replyId: string): string {
  let claim = -1;
  let text = '';
  for (const chunk of chunksOf(socket, replyId)) {
    if (chunk.claim !== claim) {
      claim = chunk.claim;
      text = '';
      if (chunk.offset > 0) continue;
    }
    if (chunk.offset <= text.length) text = text.slice(0, chunk.offset) + chunk.text;
  }
  return text;
}

export function chunksOf(socket: NativeSocket, replyId: string): ServerFrameOf<'reply.chunk'>[] {
  return socket.all('reply.chunk').filter((chunk) => chunk.reply_id === replyId);
}

/** Waits for the end of the answer to a question. */
export async function settled(
  socket: NativeSocket,
  questionId: string,
  ms = 20_000,
): Promise<Settled> {
  return socket.heard('reply.settled', (frame) => frame.question_id === questionId, ms);
}
