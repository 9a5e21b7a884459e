/** The named parts of paths. */
import { Uuid } from '@parley/contracts';
import { z } from 'zod';

export const RoomParams = z.strictObject({ room_id: Uuid });
export const MemberParams = z.strictObject({ room_id: Uuid, user_id: Uuid });
export const MessageParams = z.strictObject({ message_id: Uuid });
export const ReactionParams = z.strictObject({
  message_id: Uuid,
  emoji: z.string().trim().min(1).max(32),
});
export const ReplyParams = z.strictObject({ reply_id: Uuid });
export const NoQuery = z.strictObject({});
