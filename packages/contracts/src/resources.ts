/** Resources, as REST and the sockets answer them (one spelling everywhere). */
import { z } from 'zod';
import { ErrorCode } from './error-codes.js';
import { Seq, Uuid } from './ids.js';

/** A UTC time with milliseconds, as ISO-8601. */
export const Time = z.iso.datetime({ precision: 3 });
export type Time = string;

export const RoomKind = z.enum(['group', 'private', 'conversation']);
export type RoomKind = z.infer<typeof RoomKind>;
export const Visibility = z.enum(['private', 'unlisted', 'public']);
export type Visibility = z.infer<typeof Visibility>;
export const Role = z.enum(['owner', 'admin', 'member']);
export type Role = z.infer<typeof Role>;
export const RoomStatus = z.enum(['Active', 'Deleted']);
export type RoomStatus = z.infer<typeof RoomStatus>;
export const AssistantMode = z.enum(['off', 'mention', 'always']);
export type AssistantMode = z.infer<typeof AssistantMode>;

/** A model's name, e.g. `gpt-4o`. */
export const ModelName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]*$/);

/** The AI's place in a room. `model: null` = the deployment's default. */
export const Assistant = z.object({
  mode: AssistantMode,
  model: ModelName.nullable(),
  system_prompt: z.string().max(8000).nullable(),
});
export type Assistant = z.infer<typeof Assistant>;

export const User = z.object({
  id: Uuid,
  username: z.string().nullable(),
  email: z.string().nullable(),
  display_name: z.string(),
  role: z.enum(['user', 'admin']),
  created_at: Time,
});
export type User = z.infer<typeof User>;

export const Member = z.object({
  user_id: Uuid,
  username: z.string().nullable(),
  display_name: z.string(),
  role: Role,
  joined_at: Time,
  left_at: Time.nullable(),
  changed_seq: Seq,
});
export type Member = z.infer<typeof Member>;

export const LastMessage = z.object({
  id: Uuid,
  sender_name: z.string(),
  /** The first 120 code points of its text. */
  excerpt: z.string(),
  at: Time,
});
export type LastMessage = z.infer<typeof LastMessage>;

export const Room = z.object({
  id: Uuid,
  kind: RoomKind,
  name: z.string().nullable(),
  visibility: Visibility,
  assistant: Assistant.nullable(),
  created_by: Uuid,
  created_at: Time,
  updated_at: Time,
  status: RoomStatus,
  member_count: z.int(),
  last_seq: Seq,
  last_read_seq: Seq,
  unread_count: z.int(),
  mention_count: z.int(),
  last_message: LastMessage.nullable(),
  /** Conversations only: `name`, `assistant.model` and `assistant.system_prompt` under the names of the seeds. */
  title: z.string().nullable().optional(),
  model: z.string().nullable().optional(),
  system_prompt: z.string().nullable().optional(),
});
export type Room = z.infer<typeof Room>;

/** What one call of a model cost, in tokens. */
export const Usage = z.object({ prompt_tokens: z.int(), completion_tokens: z.int() });
export type Usage = z.infer<typeof Usage>;

export const SettledStatus = z.enum(['completed', 'stopped', 'failed']);
export type SettledStatus = z.infer<typeof SettledStatus>;

/** Why an answer failed, visible to everyone in the room. */
export const ReplyError = z.object({ code: ErrorCode, message: z.string() });
export type ReplyError = z.infer<typeof ReplyError>;

/** An open answer: asked, or being written. */
export const Reply = z.object({
  reply_id: Uuid,
  room_id: Uuid,
  question_id: Uuid,
  claim: Seq.nullable(),
  model: z.string(),
  status: z.enum(['asked', 'generating']),
  attempt: z.int(),
});
export type Reply = z.infer<typeof Reply>;

/** What an AI message says about how it came to be. */
export const MessageReply = z.object({
  reply_id: Uuid,
  question_id: Uuid,
  claim: Seq.nullable(),
  model: z.string(),
  status: SettledStatus,
  attempt: z.int(),
  usage: Usage.nullable(),
  error: ReplyError.nullable(),
  stopped_by: Uuid.nullable(),
});
export type MessageReply = z.infer<typeof MessageReply>;

export const Reaction = z.object({ emoji: z.string(), user_ids: z.array(Uuid) });
export type Reaction = z.infer<typeof Reaction>;

export const Message = z.object({
  id: Uuid,
  room_id: Uuid,
  seq: Seq,
  order: z.int(),
  sender: z.enum(['user', 'ai']),
  /** `null` for the AI. */
  sender_id: Uuid.nullable(),
  /** For the AI: the model's name. */
  sender_name: z.string(),
  client_id: z.string().nullable(),
  /** Empty once deleted. */
  content: z.string(),
  reply_to: Uuid.nullable(),
  mentions: z.array(Uuid),
  reactions: z.array(Reaction),
  created_at: Time,
  edited_at: Time.nullable(),
  deleted_at: Time.nullable(),
  changed_seq: Seq,
  reply: MessageReply.nullable(),
});
export type Message = z.infer<typeof Message>;
