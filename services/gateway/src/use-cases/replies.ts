/** Asking the assistant again, and stopping it. */
import {
  ParleyError,
  replyId,
  replyMessageId,
  type RoomEventOf,
  type Uuid,
} from '@parley/contracts';
import type { GatewayConfig } from '../config.js';
import type { GatewayPorts, WritePorts } from '../ports.js';
import type { Actor } from './actor.js';
import { findMessage } from './change-message.js';
import { enter, requireActive } from './entry.js';
import { takeMessagePoint } from './message-limit.js';
import { checkModel } from './models.js';
import { envelope, nothing, write, type Written } from './write.js';

type ReplyPorts = WritePorts & Pick<GatewayPorts, 'messages' | 'limiter'>;

/**
 * Asks the question of an AI message again, the same model or another one. The earlier answer stays. Two who ask at once
 * ask for the same answer: the second gets `CONFLICT`.
 */
export async function regenerate(
  ports: ReplyPorts,
  config: Pick<GatewayConfig, 'models'>,
  actor: Actor,
  input: { readonly message_id: Uuid; readonly model?: string | undefined },
): Promise<{ readonly reply_id: Uuid }> {
  checkModel(config, input.model);
  const { message, entry } = await findMessage(ports, actor, input.message_id);
  if (message.reply === null) {
    throw new ParleyError('VALIDATION_FAILED', 'only an answer of the AI can be asked for again');
  }
  requireActive(entry);
  const question = message.reply.question_id;
  // The model that answered then may not be offered any more.
  const [first] = [input.model, message.reply.model, config.models.default].filter(
    (model) => model !== undefined && config.models.all.includes(model),
  );
  const model = first ?? config.models.default;
  const asked = replyId(question, model, await ports.messages.countAsks(question, model));
  await takeMessagePoint(ports, actor.user_id);
  const event: RoomEventOf<'reply.asked'> = {
    ...envelope(ports, actor, message.room_id),
    type: 'reply.asked',
    reply_id: asked,
    question_id: question,
    model,
  };
  await write(ports, event, nothing);
  return { reply_id: asked };
}

/** Ends an answer that is asked for or being written; what it has so far is kept. `CONFLICT` once it is settled. */
export async function stopReply(
  ports: ReplyPorts,
  actor: Actor,
  input: { readonly reply_id: Uuid; readonly room_id?: Uuid },
): Promise<Written<null>> {
  const roomId = input.room_id ?? (await roomOfReply(ports, actor, input.reply_id));
  requireActive(await enter(ports, actor, roomId));
  const event: RoomEventOf<'reply.stop_asked'> = {
    ...envelope(ports, actor, roomId),
    type: 'reply.stop_asked',
    reply_id: input.reply_id,
  };
  return write(ports, event, nothing);
}

/** The room of an open reply, among those that the actor is in. */
async function roomOfReply(ports: ReplyPorts, actor: Actor, reply: Uuid): Promise<Uuid> {
  const { replies } = await ports.rooms.roomsOf(actor.user_id);
  const open = replies.find(({ reply_id }) => reply_id === reply);
  if (open !== undefined) return open.room_id;
  const settled = await ports.messages.find(replyMessageId(reply));
  if (settled !== undefined) {
    await findMessage(ports, actor, settled.message.id);
    throw new ParleyError('CONFLICT', 'the answer is settled');
  }
  throw new ParleyError('NOT_FOUND', 'no such answer');
}
