/** What REST takes and answers. Requests are strict: an unknown key is an error. */
import { z } from 'zod';
import { Uuid, Seq } from './ids.js';
import { MAX_INITIAL_MEMBERS } from './limits.js';
import {
  Assistant,
  AssistantMode,
  Member,
  Message,
  ModelName,
  Role,
  Room,
  User,
  Visibility,
} from './resources.js';

const Name = z.string().trim().min(1).max(120);
const Password = z.string().min(8).max(256);

export const Username = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^\s@\p{Cc}]+$/u, 'must have no space, control character or @');
export const Email = z.email().max(254).toLowerCase();

export const RegisterRequest = z
  .strictObject({
    email: Email.optional(),
    username: Username.optional(),
    password: Password,
    display_name: Name.optional(),
  })
  .refine((body) => body.email !== undefined || body.username !== undefined, {
    message: 'email or username is required',
    path: ['username'],
  });
export const LoginRequest = z
  .strictObject({
    username: z.string().min(1).max(254).optional(),
    email: z.string().min(1).max(254).optional(),
    password: z.string().min(1).max(256),
  })
  .refine((body) => body.email !== undefined || body.username !== undefined, {
    message: 'email or username is required',
    path: ['username'],
  });
export const RefreshRequest = z.strictObject({
  refresh_token: z.string().min(1).max(4096).optional(),
});
export const TokenAnswer = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('bearer'),
  /** Of the access token, in seconds. */
  expires_in: z.int(),
  user: User,
});
export type TokenAnswer = z.infer<typeof TokenAnswer>;
export const TicketAnswer = z.object({ ticket: z.string(), expires_in: z.int() });

export const UpdateMeRequest = z.strictObject({ display_name: Name.optional() });

/** What a request says of a room's assistant; what it leaves out is the default. */
export const AssistantRequest = z.strictObject({
  mode: AssistantMode,
  model: ModelName.nullable().optional(),
  system_prompt: Assistant.shape.system_prompt.optional(),
});

export const CreateRoomRequest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('group'),
    name: Name,
    visibility: Visibility.optional(),
    member_ids: z
      .array(Uuid)
      .max(MAX_INITIAL_MEMBERS - 1)
      .optional(),
    assistant: AssistantRequest.nullable().optional(),
  }),
  z.strictObject({ kind: z.literal('private'), user_id: Uuid }),
]);
export const UpdateRoomRequest = z.strictObject({
  name: Name.optional(),
  visibility: Visibility.optional(),
  assistant: AssistantRequest.nullable().optional(),
});
export const CreateConversationRequest = z.strictObject({
  title: Name.nullable().optional(),
  model: ModelName.optional(),
  system_prompt: Assistant.shape.system_prompt.optional(),
});
export const UpdateConversationRequest = z.strictObject({
  title: Name.nullable().optional(),
  model: ModelName.optional(),
  system_prompt: Assistant.shape.system_prompt.optional(),
  status: z.enum(['Active', 'Deleted']).optional(),
});
export const AddMemberRequest = z.strictObject({ user_id: Uuid, role: Role.optional() });
export const ChangeMemberRequest = z.strictObject({ role: Role });

const clientKey = z.string().min(1).max(200);
export const PostMessageRequest = z.strictObject({
  content: z.string().min(1),
  client_id: clientKey.optional(),
  reply_to: Uuid.optional(),
  model: ModelName.optional(),
});
export const SendRequest = z.strictObject({
  room_id: Uuid,
  content: z.string().min(1),
  client_id: clientKey.optional(),
  reply_to: Uuid.optional(),
});
export const EditMessageRequest = z.strictObject({ content: z.string().min(1) });
export const RegenerateRequest = z.strictObject({ model: ModelName.optional() });
export const RegenerateAnswer = z.object({ reply_id: Uuid });
export const ReadRequest = z.strictObject({ seq: Seq });

const Limit = z.coerce.number().int().min(1).max(100).default(50);
export const PageQuery = z.strictObject({ limit: Limit, cursor: z.string().max(500).optional() });
export const RoomsQuery = z.strictObject({
  ...PageQuery.shape,
  scope: z.enum(['mine', 'public']).default('mine'),
  search: z.string().max(100).optional(),
});
export const ConversationsQuery = z.strictObject({
  ...PageQuery.shape,
  search: z.string().max(100).optional(),
  status: z.enum(['Active', 'Deleted']).optional(),
});
const SeqQuery = z.coerce.number().int().min(0);
export const HistoryQuery = z.strictObject({
  ...PageQuery.shape,
  before: SeqQuery.optional(),
  after: SeqQuery.optional(),
  at_least: SeqQuery.optional(),
});
export const AtLeastQuery = z.strictObject({ at_least: SeqQuery.optional() });
export const UsersQuery = z.strictObject({
  ...PageQuery.shape,
  search: z.string().max(100).optional(),
});

/** A page of items. `next_cursor` is `null` at the end. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}
export const RoomPage = pageOf(Room);
export const MessagePage = pageOf(Message);
export const UserPage = pageOf(User);
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}
export const MemberList = z.object({ items: z.array(Member) });
export const PresenceList = z.object({
  items: z.array(
    z.object({
      user_id: Uuid,
      status: z.enum(['online', 'offline']),
      last_seen_at: z.string().nullable(),
    }),
  ),
});
export const ModelList = z.object({
  items: z.array(z.object({ id: z.string(), default: z.boolean() })),
});

const Check = z.object({ status: z.enum(['ok', 'down']), detail: z.string().optional() });
export const Health = z.object({
  status: z.enum(['ok', 'degraded']),
  checks: z.object({ database: Check, redis: Check, log: Check }),
});
export type Health = z.infer<typeof Health>;
