/** Rooms come into being by one event that names everybody who is in them from the start. */
import {
  type AssistantRequest,
  ParleyError,
  privateRoomId,
  type Assistant,
  type CreateConversationRequest,
  type CreateRoomRequest,
  type Role,
  type Room,
  type RoomEventOf,
  type User,
} from '@parley/contracts';
import type { z } from 'zod';
import type { GatewayConfig } from '../config.js';
import type { GatewayPorts, WritePorts } from '../ports.js';
import { userOf, type Actor } from './actor.js';
import { checkModel } from './models.js';
import { envelope, Voided, write, type Written } from './write.js';

type CreatePorts = WritePorts & Pick<GatewayPorts, 'users'>;
type Models = Pick<GatewayConfig, 'models'>;

export type CreateRoomInput = z.output<typeof CreateRoomRequest>;
export type CreateConversationInput = z.output<typeof CreateConversationRequest>;

/** `created: false`: the room was there already. */
export type CreatedRoom = Written<{ readonly room: Room; readonly created: boolean }>;

/** Makes a group, or finds or makes the private room of two. */
export function createRoom(
  ports: CreatePorts,
  config: Models,
  actor: Actor,
  input: CreateRoomInput,
): Promise<CreatedRoom> {
  return input.kind === 'group'
    ? createGroup(ports, config, actor, input)
    : createPrivateRoom(ports, actor, input);
}

async function createGroup(
  ports: CreatePorts,
  config: Models,
  actor: Actor,
  input: Extract<CreateRoomInput, { kind: 'group' }>,
): Promise<CreatedRoom> {
  checkModel(config, input.assistant?.model);
  const owner = await userOf(ports, actor);
  const ids = new Set(input.member_ids ?? []);
  ids.delete(owner.id);
  const others = await ports.users.byIds([...ids]);
  if (others.length < ids.size) {
    throw new ParleyError('VALIDATION_FAILED', 'some of the members do not exist', {
      errors: [{ path: 'member_ids', message: 'names someone who does not exist' }],
    });
  }
  return create(ports, actor, {
    kind: 'group',
    name: input.name,
    visibility: input.visibility ?? 'private',
    members: [person(owner, 'owner'), ...others.map((user) => person(user, 'member'))],
    assistant:
      input.assistant === undefined
        ? { mode: 'mention', model: null, system_prompt: null }
        : assistantOf(input.assistant),
  });
}

/**
 * Both are members and neither leads: nobody can throw the other out or take the history from him. Its id follows from
 * the two, so both may begin it at once.
 */
async function createPrivateRoom(
  ports: CreatePorts,
  actor: Actor,
  input: Extract<CreateRoomInput, { kind: 'private' }>,
): Promise<CreatedRoom> {
  if (input.user_id === actor.user_id) {
    throw new ParleyError('VALIDATION_FAILED', 'a private room has two members', {
      errors: [{ path: 'user_id', message: 'is yourself' }],
    });
  }
  const roomId = privateRoomId(actor.user_id, input.user_id);
  const existing = await ports.rooms.access(roomId, []);
  if (existing !== undefined) return found(ports, actor, roomId);
  const [me, [other]] = await Promise.all([
    userOf(ports, actor),
    ports.users.byIds([input.user_id]),
  ]);
  if (other === undefined) throw new ParleyError('NOT_FOUND', 'no such user');
  try {
    return await create(
      ports,
      actor,
      {
        kind: 'private',
        name: null,
        visibility: 'private',
        members: [person(me, 'member'), person(other, 'member')],
        assistant: null,
      },
      roomId,
    );
  } catch (error) {
    // The other one was first, longer ago than the window remembers.
    if (error instanceof Voided && error.reason === 'room_exists') {
      return found(ports, actor, roomId);
    }
    throw error;
  }
}

/** Makes a room of one person and the assistant. */
export async function createConversation(
  ports: CreatePorts,
  config: Models,
  actor: Actor,
  input: CreateConversationInput,
): Promise<CreatedRoom> {
  checkModel(config, input.model);
  const owner = await userOf(ports, actor);
  return create(ports, actor, {
    kind: 'conversation',
    name: input.title ?? null,
    visibility: 'private',
    members: [person(owner, 'owner')],
    assistant: {
      mode: 'always',
      model: input.model ?? null,
      system_prompt: input.system_prompt ?? null,
    },
  });
}

/** The event's id is the room's: both authors of a private room then write the same event. */
async function create(
  ports: CreatePorts,
  actor: Actor,
  what: Pick<RoomEventOf<'room.created'>, 'kind' | 'name' | 'visibility' | 'members' | 'assistant'>,
  roomId = ports.random.uuid(),
): Promise<CreatedRoom> {
  const event: RoomEventOf<'room.created'> = {
    ...envelope(ports, actor, roomId, { id: roomId }),
    type: 'room.created',
    ...what,
  };
  return write(ports, event, async ({ repeated }) => {
    const room = await ports.rooms.room(roomId, actor.user_id);
    return room && { room, created: !repeated };
  });
}

async function found(ports: CreatePorts, actor: Actor, roomId: string): Promise<CreatedRoom> {
  const room = await ports.rooms.room(roomId, actor.user_id);
  if (room === undefined) throw new ParleyError('NOT_FOUND', 'no such room');
  return { status: 'done', value: { room, created: false } };
}

/** A user as events name him. */
export function person(user: User, role: Role) {
  return { user_id: user.id, username: user.username, display_name: user.display_name, role };
}

/** What a request says of the assistant; what it leaves out is the default. */
export function assistantOf(request: z.output<typeof AssistantRequest> | null): Assistant | null {
  if (request === null) return null;
  const { mode, model = null, system_prompt = null } = request;
  return { mode, model, system_prompt };
}
