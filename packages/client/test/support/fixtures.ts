/** Resources and frames with everything that a test does not speak of. */
import type { EventFrame, Message, Reply, Room, ServerFrame, User } from '@parley/contracts';

export const ALICE = '00000000-0000-4000-8000-00000000000a';
export const BOB = '00000000-0000-4000-8000-00000000000b';
export const ROOM = '00000000-0000-4000-8000-000000000001';
export const OTHER_ROOM = '00000000-0000-4000-8000-000000000002';
export const LOG = '00000000-0000-4000-8000-0000000000ff';
export const AT = '2031-01-01T00:00:00.000Z';

export const uuid = (n: number): string =>
  `00000000-0000-4000-9000-${n.toString(16).padStart(12, '0')}`;

export const alice: User = {
  id: ALICE,
  username: 'alice',
  email: null,
  display_name: 'Alice',
  role: 'user',
  created_at: AT,
};

export const room = (change: Partial<Room> = {}): Room => ({
  id: ROOM,
  kind: 'group',
  name: 'general',
  visibility: 'public',
  assistant: null,
  created_by: ALICE,
  created_at: AT,
  updated_at: AT,
  status: 'Active',
  member_count: 2,
  last_seq: 10,
  last_read_seq: 0,
  unread_count: 0,
  mention_count: 0,
  last_message: null,
  ...change,
});

export const message = (seq: number, change: Partial<Message> = {}): Message => ({
  id: uuid(seq),
  room_id: ROOM,
  seq,
  order: seq,
  sender: 'user',
  sender_id: BOB,
  sender_name: 'Bob',
  client_id: null,
  content: `message ${seq}`,
  reply_to: null,
  mentions: [],
  reactions: [],
  created_at: AT,
  edited_at: null,
  deleted_at: null,
  changed_seq: seq,
  reply: null,
  ...change,
});

export const reply = (change: Partial<Reply> = {}): Reply => ({
  reply_id: uuid(900),
  room_id: ROOM,
  question_id: uuid(899),
  claim: null,
  model: 'gpt-4o',
  status: 'asked',
  attempt: 0,
  ...change,
});

type FrameOf<T extends EventFrame['type']> = Extract<EventFrame, { type: T }>;

const envelope = (seq: number, by: string) => ({
  v: 1 as const,
  log: LOG,
  room_id: ROOM,
  born: AT,
  by,
  seq,
  at: AT,
});

export const posted = (
  seq: number,
  change: Partial<FrameOf<'message.posted'>> = {},
): FrameOf<'message.posted'> => ({
  ...envelope(seq, change.sender_id ?? BOB),
  type: 'message.posted',
  id: uuid(seq),
  client_id: `client-${seq}`,
  content: `message ${seq}`,
  sender_id: BOB,
  sender_name: 'Bob',
  order: seq,
  ...change,
});

export const edited = (seq: number, of: number, content: string): FrameOf<'message.edited'> => ({
  ...envelope(seq, BOB),
  type: 'message.edited',
  id: uuid(seq),
  basis: of,
  message_id: uuid(of),
  author: BOB,
  content,
});

export const reacted = (
  seq: number,
  to: number,
  emoji: string,
  by = BOB,
  type: 'reaction.added' | 'reaction.removed' = 'reaction.added',
): FrameOf<'reaction.added' | 'reaction.removed'> => ({
  ...envelope(seq, by),
  type,
  id: uuid(seq),
  message_id: uuid(to),
  emoji,
});

export const started = (seq: number, attempt = 1): FrameOf<'reply.started'> => ({
  ...envelope(seq, 'assistant'),
  type: 'reply.started',
  id: uuid(seq),
  reply_id: uuid(900),
  question_id: uuid(899),
  attempt,
  model: 'gpt-4o',
  context_upto: 0,
  reserved: 0,
});

export const chunk = (claim: number, offset: number, text: string): ServerFrame => ({
  type: 'reply.chunk',
  room_id: ROOM,
  reply_id: uuid(900),
  claim,
  offset,
  text,
});

export const answer = (seq: number, claim: number, content: string): Message =>
  message(seq, {
    sender: 'ai',
    sender_id: null,
    sender_name: 'gpt-4o',
    content,
    reply: {
      reply_id: uuid(900),
      question_id: uuid(899),
      claim,
      model: 'gpt-4o',
      status: 'completed',
      attempt: 1,
      usage: null,
      error: null,
      stopped_by: null,
    },
  });

export const settled = (seq: number, claim: number, content: string): FrameOf<'reply.settled'> => ({
  ...envelope(seq, 'assistant'),
  type: 'reply.settled',
  id: uuid(seq + 5000),
  reply_id: uuid(900),
  question_id: uuid(899),
  claim,
  attempt: 1,
  model: 'gpt-4o',
  status: 'completed',
  message_id: uuid(seq),
  content,
  usage: null,
  order: seq,
  message: answer(seq, claim, content),
});

export const joined = (seq: number, userId: string): FrameOf<'member.joined'> => ({
  ...envelope(seq, BOB),
  type: 'member.joined',
  id: uuid(seq),
  basis: 0,
  user_id: userId,
  username: 'somebody',
  display_name: 'Somebody',
  role: 'member',
});

export const left = (seq: number, userId: string): FrameOf<'member.left'> => ({
  ...envelope(seq, BOB),
  type: 'member.left',
  id: uuid(seq),
  basis: 0,
  user_id: userId,
  reason: 'kicked',
});

export const syncState = (
  change: Partial<Extract<ServerFrame, { type: 'sync.state' }>> = {},
): Extract<ServerFrame, { type: 'sync.state' }> => ({
  type: 'sync.state',
  room_id: ROOM,
  room: room(),
  members: [],
  messages: [],
  replies: [],
  reset: false,
  ...change,
});

export const syncDone = (through: number, behind = false): ServerFrame => ({
  type: 'sync.done',
  room_id: ROOM,
  through,
  ...(behind ? { behind: true as const } : {}),
});

export const ready = (
  change: Partial<Extract<ServerFrame, { type: 'ready' }>> = {},
): ServerFrame => ({ type: 'ready', rooms: [room()], replies: [], online: [], ...change });

export const authSuccess = (serverTime: number): ServerFrame => ({
  type: 'auth.success',
  user: alice,
  session_id: uuid(1),
  server_time: new Date(serverTime).toISOString(),
  limits: {
    message_max_length: 8000,
    messages_per_window: 20,
    window_seconds: 60,
    messages_per_second: 5,
    max_frame_bytes: 65536,
  },
});
