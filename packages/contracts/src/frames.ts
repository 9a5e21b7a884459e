/**
 * The frames of the native WebSocket dialect (`/ws`): one socket, all rooms.
 *
 * Frames from a client are parsed strictly. A frame from the server is one object or an array of objects, in order; of
 * the events of the log it is the stored record with `seq`, `at` (and `order`, `sender_id`, `message`) added, so clients
 * ignore fields they do not know.
 */
import { z } from 'zod';
import { ErrorCode } from './error-codes.js';
import {
  MemberChanged,
  MemberJoined,
  MemberLeft,
  MessageDeleted,
  MessageEdited,
  MessagePosted,
  ReactionAdded,
  ReactionRemoved,
  ReplyAsked,
  ReplySettled,
  ReplyStarted,
  ReplyStopAsked,
  RoomCreated,
  RoomDeleted,
  RoomRestored,
  RoomUpdated,
  VoidReason,
} from './events.js';
import { Seq, Uuid } from './ids.js';
import { MAX_ROOMS_PER_FRAME } from './limits.js';
import { Member, Message, ModelName, Reply, Room, Time, User } from './resources.js';

/** A client's `client_id`: a UUIDv7 minted from the server's time. */
export const ClientId = z.uuid({ version: 'v7' }).toLowerCase();

const ResumePoint = z.strictObject({ room_id: Uuid, after: Seq });
export type ResumePoint = z.infer<typeof ResumePoint>;
const ResumePoints = z.array(ResumePoint).max(MAX_ROOMS_PER_FRAME);

export const ClientFrame = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('auth'),
    token: z.string().min(1).max(4096).optional(),
    resume: ResumePoints.optional(),
    more: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('message.send'),
    room_id: Uuid,
    client_id: ClientId,
    content: z.string().min(1),
    reply_to: Uuid.optional(),
    model: ModelName.optional(),
  }),
  z.strictObject({
    type: z.literal('sync'),
    rooms: ResumePoints.min(1),
    more: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('read'), room_id: Uuid, seq: Seq }),
  z.strictObject({ type: z.literal('typing'), room_id: Uuid }),
  z.strictObject({ type: z.literal('reply.stop'), room_id: Uuid, reply_id: Uuid }),
  z.strictObject({ type: z.literal('ping'), t: z.number() }),
]);
export type ClientFrame = z.infer<typeof ClientFrame>;
export type ClientFrameOf<T extends ClientFrame['type']> = Extract<ClientFrame, { type: T }>;

/** What every event frame adds to its record. `at` is the log's append time. */
const stamp = { seq: Seq, at: Time };

export const EventFrame = z.discriminatedUnion('type', [
  RoomCreated.extend(stamp),
  RoomUpdated.extend(stamp),
  RoomDeleted.extend(stamp),
  RoomRestored.extend(stamp),
  MemberJoined.extend(stamp),
  MemberLeft.extend(stamp),
  MemberChanged.extend(stamp),
  MessagePosted.extend({
    ...stamp,
    order: z.int(),
    sender_id: Uuid,
    /** Sent again to a socket that repeated its `client_id`: out of order, never moves a client's seq. */
    repeated: z.literal(true).optional(),
    /** With `repeated`: the message as it is now. */
    message: Message.optional(),
  }),
  MessageEdited.extend(stamp),
  MessageDeleted.extend(stamp),
  ReactionAdded.extend(stamp),
  ReactionRemoved.extend(stamp),
  ReplyAsked.extend(stamp),
  ReplyStarted.extend(stamp),
  ReplyStopAsked.extend(stamp),
  ReplySettled.extend({ ...stamp, order: z.int(), message: Message }),
]);
export type EventFrame = z.infer<typeof EventFrame>;

/** What the server enforces, for clients that want to say it before it happens. */
export const ServerLimits = z.object({
  message_max_length: z.int(),
  messages_per_window: z.int(),
  window_seconds: z.int(),
  messages_per_second: z.int(),
  max_frame_bytes: z.int(),
});
export type ServerLimits = z.infer<typeof ServerLimits>;

export const ControlFrame = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('auth.success'),
    user: User,
    session_id: Uuid,
    server_time: Time,
    limits: ServerLimits,
  }),
  z.object({
    type: z.literal('ready'),
    rooms: z.array(Room),
    replies: z.array(Reply),
    online: z.array(Uuid),
    /** Postgres is away: rooms known to this edge only; completed by a later `ready`. */
    partial: z.literal(true).optional(),
    /** Another `ready` frame follows. */
    more: z.literal(true).optional(),
  }),
  z.object({
    type: z.literal('reply.chunk'),
    room_id: Uuid,
    reply_id: Uuid,
    claim: Seq,
    offset: z.int(),
    text: z.string(),
  }),
  z.object({
    type: z.literal('sync.state'),
    room_id: Uuid,
    room: Room,
    members: z.array(Member),
    messages: z.array(Message),
    replies: z.array(Reply),
    reset: z.boolean(),
    more: z.literal(true).optional(),
  }),
  z.object({
    type: z.literal('sync.done'),
    room_id: Uuid,
    through: Seq,
    behind: z.literal(true).optional(),
  }),
  z.object({ type: z.literal('presence'), user_id: Uuid, status: z.enum(['online', 'offline']) }),
  z.object({ type: z.literal('typing'), room_id: Uuid, user_id: Uuid }),
  z.object({ type: z.literal('read'), room_id: Uuid, user_id: Uuid, seq: Seq }),
  z.object({ type: z.literal('pong'), t: z.number() }),
  z.object({
    type: z.literal('error'),
    code: ErrorCode,
    message: z.string(),
    ref: z.string().optional(),
    /** Why the log voided the event that this answers. */
    reason: VoidReason.optional(),
    retry_after_ms: z.int().optional(),
  }),
  z.object({ type: z.literal('draining'), retry_after_ms: z.int() }),
]);
export type ControlFrame = z.infer<typeof ControlFrame>;
export type ControlFrameOf<T extends ControlFrame['type']> = Extract<ControlFrame, { type: T }>;

/** One frame from the server. */
export type ServerFrame = EventFrame | ControlFrame;
export const ServerFrame = z.union([EventFrame, ControlFrame]);
