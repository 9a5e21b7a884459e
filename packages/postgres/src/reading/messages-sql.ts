import type { Message, Uuid } from '@parley/contracts';
import { messageResource, type MessageRow } from '@parley/domain';

/** A message's own columns. */
export const MESSAGE_ROW = `message.id, message.room_id, message.seq, message."order",
  message.sender, message.sender_id, message.sender_name, message.client_id, message.content,
  message.reply_to, message.mentions, message.created_at, message.edited_at, message.deleted_at,
  message.content_seq, message.changed_seq, message.reply`;

/** The same, with its reactions: emojis and people in the order in which they came. */
export const MESSAGE_COLUMNS = `${MESSAGE_ROW}, (
    SELECT coalesce(json_agg(json_build_object('emoji', emoji, 'user_ids', user_ids) ORDER BY since, emoji), '[]')
    FROM (
      SELECT emoji, json_agg(user_id ORDER BY changed_seq, user_id) AS user_ids,
             min(changed_seq) AS since
      FROM reactions
      WHERE reactions.room_id = message.room_id AND reactions.message_id = message.id
        AND NOT removed
      GROUP BY emoji
    ) AS by_emoji
  ) AS reactions`;

export type MessageRecord = MessageRow & {
  readonly reactions: { readonly emoji: string; readonly user_ids: Uuid[] }[];
};

export function toMessage({ reactions, ...row }: MessageRecord): Message {
  return messageResource(row, reactions);
}
