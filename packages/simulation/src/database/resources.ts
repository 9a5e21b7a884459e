/** Rows as the resources that REST and the sockets answer. */
import type { Member, Message, Reply, Room, User, Uuid } from '@parley/contracts';
import {
  iso,
  messageResource,
  replyResource,
  type MemberRow,
  type MessageRow,
} from '@parley/domain';
import type { RoomTables } from './tables.js';

export function messageOf(tables: RoomTables, row: MessageRow): Message {
  const byEmoji = new Map<string, Uuid[]>();
  for (const [emoji, user] of tables.reactions.get(row.id) ?? []) {
    byEmoji.set(emoji, [...(byEmoji.get(emoji) ?? []), user]);
  }
  const reactions = [...byEmoji].map(([emoji, user_ids]) => ({ emoji, user_ids }));
  return messageResource(row, reactions);
}

export function memberOf(row: MemberRow, userOf: (id: Uuid) => User | undefined): Member {
  const user = userOf(row.user_id);
  return {
    user_id: row.user_id,
    username: user?.username ?? null,
    display_name: user?.display_name ?? 'someone',
    role: row.role,
    joined_at: iso(row.joined_at),
    left_at: row.left_at === null ? null : iso(row.left_at),
    changed_seq: row.changed_seq,
  };
}

export function openRepliesOf(roomId: Uuid, tables: RoomTables): Reply[] {
  const replies: Reply[] = [];
  for (const row of tables.replies.values()) {
    if (row.status !== 'asked' && row.status !== 'generating') continue;
    replies.push(
      replyResource(roomId, { ...row, status: row.status, closed: null, settled_at: null }),
    );
  }
  return replies;
}

/** The room as this user sees it; `undefined` until it is created. */
export function roomOf(tables: RoomTables, userId: Uuid): Room | undefined {
  const { room } = tables;
  if (room === undefined) return undefined;
  const read = tables.reads.get(userId) ?? 0;
  const messages = [...tables.messages.values()];
  const unread = messages.filter(
    (message) => message.seq > read && message.sender_id !== userId && message.deleted_at === null,
  );
  const last = messages.findLast((message) => message.deleted_at === null);
  return {
    id: room.id,
    kind: room.kind,
    name: room.name,
    visibility: room.visibility,
    assistant: room.assistant,
    created_by: room.created_by,
    created_at: iso(room.created_at),
    updated_at: iso(room.updated_at),
    status: room.status,
    member_count: [...tables.members.values()].filter(({ left_at }) => left_at === null).length,
    last_seq: room.last_seq,
    last_read_seq: read,
    unread_count: unread.length,
    mention_count: unread.filter((message) => message.mentions.includes(userId)).length,
    last_message:
      last === undefined
        ? null
        : {
            id: last.id,
            sender_name: last.sender_name,
            excerpt: [...last.content].slice(0, 120).join(''),
            at: iso(last.created_at),
          },
    ...(room.kind === 'conversation'
      ? {
          title: room.name,
          model: room.assistant?.model ?? null,
          system_prompt: room.assistant?.system_prompt ?? null,
        }
      : {}),
  };
}
