import {
  ASSISTANT,
  replyMessageId,
  type ReplyError,
  type RoomEventOf,
  type Seq,
  type SettledStatus,
  type Usage,
  type Uuid,
} from '@parley/contracts';
import { iso, type ReplyState } from '@parley/domain';
import type { Clock, LogIdentity, Random } from '@parley/ports';

/** Who writes, when. */
export interface Pen {
  readonly identity: LogIdentity;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'uuid'>;
}

function envelope({ identity, clock, random }: Pen, roomId: Uuid, reply: ReplyState) {
  return {
    v: 1,
    id: random.uuid(),
    log: identity.log_id,
    room_id: roomId,
    born: iso(clock.now()),
    by: ASSISTANT,
    reply_id: reply.reply_id,
    question_id: reply.question_id,
  } as const;
}

/** A claim: its own seq, once it is applied. */
export function startedEvent(
  pen: Pen,
  roomId: Uuid,
  reply: ReplyState,
  claim: {
    readonly attempt: number;
    readonly model: string;
    readonly context_upto: Seq;
    readonly reserved: number;
  },
): RoomEventOf<'reply.started'> {
  return { ...envelope(pen, roomId, reply), type: 'reply.started', ...claim };
}

/** The end of an answer under its present claim. */
export function settledEvent(
  pen: Pen,
  roomId: Uuid,
  reply: ReplyState,
  end: {
    readonly status: SettledStatus;
    readonly content: string;
    readonly usage: Usage | null;
    readonly error?: ReplyError;
  },
): RoomEventOf<'reply.settled'> {
  const { claim, attempt, model, closed } = reply;
  return {
    ...envelope(pen, roomId, reply),
    type: 'reply.settled',
    claim,
    attempt,
    model,
    message_id: replyMessageId(reply.reply_id),
    ...end,
    stopped_by: closed?.reason === 'stopped' ? closed.by : null,
  };
}
