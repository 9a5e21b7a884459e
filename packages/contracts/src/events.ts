/**
 * The records of the log.
 *
 * A room event is `{v, id, log, type, room_id, born, by, basis?, …}`. Order is the position and time is the append time:
 * neither is in the record. Unknown keys are ignored, since a newer node may have added them.
 */
import { z } from 'zod';
import type { ErrorCode } from './error-codes.js';
import { ASSISTANT, Seq, Uuid } from './ids.js';
import { MAX_ASKS, MAX_MENTIONS } from './limits.js';
import {
  Assistant,
  ModelName,
  ReplyError,
  Role,
  RoomKind,
  SettledStatus,
  Time,
  Usage,
  Visibility,
} from './resources.js';

/** The first record of each partition. Epochs of one deployment rise by one with each new log. */
export const LogEpoch = z.object({
  v: z.literal(1),
  type: z.literal('log.epoch'),
  epoch: z.int().min(1),
  log_id: Uuid,
  partitions: z.int().min(1),
});
export type LogEpoch = z.infer<typeof LogEpoch>;

const envelope = {
  v: z.literal(1),
  /** Of the event; of the message for `message.posted`. A record whose id is in the room's window is a duplicate. */
  id: Uuid,
  /** The id of the log it was written for. */
  log: Uuid,
  room_id: Uuid,
  /** When its author made it. */
  born: Time,
  /** Its author: a user, or {@link ASSISTANT}. */
  by: z.union([Uuid, z.literal(ASSISTANT)]),
};
/** The seq of what the event was decided on; the event is void when that has changed at its position. */
const basis = { basis: Seq };

const person = {
  user_id: Uuid,
  /** For display only. */
  username: z.string().nullable(),
  display_name: z.string(),
};

/** A question to one model, inside the message that asks it. */
export const Ask = z.object({ model: ModelName, reply_id: Uuid });
export type Ask = z.infer<typeof Ask>;

export const RoomCreated = z.object({
  ...envelope,
  type: z.literal('room.created'),
  kind: RoomKind,
  name: z.string().nullable(),
  visibility: Visibility,
  members: z.array(z.object({ ...person, role: Role })).min(1),
  assistant: Assistant.nullable(),
});
export const RoomUpdated = z.object({
  ...envelope,
  ...basis,
  type: z.literal('room.updated'),
  name: z.string().nullable().optional(),
  visibility: Visibility.optional(),
  assistant: Assistant.nullable().optional(),
});
export const RoomDeleted = z.object({ ...envelope, ...basis, type: z.literal('room.deleted') });
export const RoomRestored = z.object({ ...envelope, ...basis, type: z.literal('room.restored') });
export const MemberJoined = z.object({
  ...envelope,
  ...basis,
  ...person,
  type: z.literal('member.joined'),
  role: Role,
});
export const MemberLeft = z.object({
  ...envelope,
  ...basis,
  type: z.literal('member.left'),
  user_id: Uuid,
  reason: z.enum(['left', 'kicked', 'banned']),
});
export const MemberChanged = z.object({
  ...envelope,
  ...basis,
  type: z.literal('member.changed'),
  user_id: Uuid,
  role: Role,
});
export const MessagePosted = z.object({
  ...envelope,
  type: z.literal('message.posted'),
  client_id: z.string().min(1).max(200),
  content: z.string().min(1),
  sender_name: z.string(),
  reply_to: Uuid.nullable().optional(),
  mentions: z.array(Uuid).max(MAX_MENTIONS).optional(),
  asks: z.array(Ask).max(MAX_ASKS).optional(),
});
export const MessageEdited = z.object({
  ...envelope,
  ...basis,
  type: z.literal('message.edited'),
  message_id: Uuid,
  /** Who wrote the message: the reducer need not remember old ones. `null` for the AI's. */
  author: Uuid.nullable(),
  content: z.string().min(1),
});
export const MessageDeleted = z.object({
  ...envelope,
  ...basis,
  type: z.literal('message.deleted'),
  message_id: Uuid,
  author: Uuid.nullable(),
});
const reaction = { message_id: Uuid, emoji: z.string().min(1).max(32) };
export const ReactionAdded = z.object({
  ...envelope,
  ...reaction,
  type: z.literal('reaction.added'),
});
export const ReactionRemoved = z.object({
  ...envelope,
  ...reaction,
  type: z.literal('reaction.removed'),
});
export const ReplyAsked = z.object({
  ...envelope,
  type: z.literal('reply.asked'),
  reply_id: Uuid,
  question_id: Uuid,
  model: ModelName,
});
export const ReplyStarted = z.object({
  ...envelope,
  type: z.literal('reply.started'),
  reply_id: Uuid,
  question_id: Uuid,
  /** 1, 2, 3: counts failed attempts, not handovers. */
  attempt: z.int().min(1),
  model: ModelName,
  /** The seq of the newest message in the prompt. */
  context_upto: Seq,
  /** Tokens set aside for this answer in the day's budgets. */
  reserved: z.int().min(0),
});
export const ReplyStopAsked = z.object({
  ...envelope,
  type: z.literal('reply.stop_asked'),
  reply_id: Uuid,
});
export const ReplySettled = z.object({
  ...envelope,
  type: z.literal('reply.settled'),
  reply_id: Uuid,
  question_id: Uuid,
  /** The seq of the applied `reply.started` it ends; `null` when it was closed before anyone claimed it. */
  claim: Seq.nullable(),
  attempt: z.int().min(0),
  model: ModelName,
  status: SettledStatus,
  message_id: Uuid,
  content: z.string(),
  usage: Usage.nullable(),
  error: ReplyError.nullable().optional(),
  stopped_by: Uuid.nullable().optional(),
});

export const RoomEvent = z.discriminatedUnion('type', [
  RoomCreated,
  RoomUpdated,
  RoomDeleted,
  RoomRestored,
  MemberJoined,
  MemberLeft,
  MemberChanged,
  MessagePosted,
  MessageEdited,
  MessageDeleted,
  ReactionAdded,
  ReactionRemoved,
  ReplyAsked,
  ReplyStarted,
  ReplyStopAsked,
  ReplySettled,
]);
export type RoomEvent = z.infer<typeof RoomEvent>;
export type RoomEventType = RoomEvent['type'];
/** The event of one type. */
export type RoomEventOf<T extends RoomEventType> = Extract<RoomEvent, { type: T }>;

/** Events whose record key carries `+`. */
export const MEMBERSHIP_EVENTS: ReadonlySet<RoomEventType> = new Set<RoomEventType>([
  'room.created',
  'member.joined',
  'member.left',
  'member.changed',
]);

/** One piece of an answer. `offset` counts UTF-16 units of the whole text; `claim` is the seq of its `reply.started`. */
export const ChunkDelta = z.object({
  room_id: Uuid,
  reply_id: Uuid,
  claim: Seq,
  offset: z.int().min(0),
  text: z.string(),
});
export type ChunkDelta = z.infer<typeof ChunkDelta>;

/** A record of the chunks topic: what one worker had for one partition within one tick. */
export const ChunkEnvelope = z.object({
  v: z.literal(1),
  log: Uuid,
  deltas: z.array(ChunkDelta).min(1),
});
export type ChunkEnvelope = z.infer<typeof ChunkEnvelope>;

/** A record of the read-marks topic. */
export const ReadMark = z.object({
  v: z.literal(1),
  log: Uuid,
  user_id: Uuid,
  room_id: Uuid,
  seq: Seq,
});
export type ReadMark = z.infer<typeof ReadMark>;

/** Why a record changed nothing. */
export const VOID_REASONS = {
  /** Its id is in the room's window, applied. */
  duplicate: 'CONFLICT',
  /** Made too long before (or after) it was appended. */
  stale: 'STALE',
  /** What it was decided on has changed since. */
  superseded: 'CONFLICT',
  /** Written for another log. */
  foreign_log: 'CONFLICT',
  /** The room was never created. */
  no_such_room: 'NOT_FOUND',
  /** The room was created before (a private room is created once). */
  room_exists: 'CONFLICT',
  /** The room is deleted. */
  room_deleted: 'CONFLICT',
  /** Its author is not a member here. */
  not_a_member: 'NOT_A_MEMBER',
  /** Its author has not the role for it. */
  forbidden: 'FORBIDDEN',
  /** It would leave the room as it is (join a member, remove a stranger, restore what is not deleted). */
  no_change: 'CONFLICT',
  /** The room would be left without an owner. */
  last_owner: 'CONFLICT',
  /** The user was banned from the room. */
  banned: 'FORBIDDEN',
  /** The message it speaks of is deleted. */
  message_deleted: 'CONFLICT',
  /** No such open reply. */
  no_such_reply: 'NOT_FOUND',
  /** The reply was closed by a stop or a deletion: no new claim. */
  reply_closed: 'CONFLICT',
  /** A settlement of a claim that a later one has superseded. */
  foreign_claim: 'CONFLICT',
  /** The room's assistant is off. */
  assistant_off: 'CONFLICT',
} as const satisfies Record<string, ErrorCode>;
export type VoidReason = keyof typeof VOID_REASONS;
export const VoidReason = z.enum(Object.keys(VOID_REASONS) as [VoidReason, ...VoidReason[]]);

/** Why a record could not be read at all. */
export const DeadReason = z.enum([
  'oversize',
  'nul',
  'lone_surrogate',
  'bad_utf8',
  'bad_json',
  'unknown_version',
  'invalid',
  'wrong_key',
]);
export type DeadReason = z.infer<typeof DeadReason>;
