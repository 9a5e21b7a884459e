/** A room's settings and its end. Each event carries the seq of the settings it was decided on. */
import {
  type Assistant,
  type ConversationsQuery,
  ParleyError,
  type Room,
  type RoomEventOf,
  type Seq,
  type UpdateConversationRequest,
  type UpdateRoomRequest,
  type Uuid,
} from '@parley/contracts';
import type { z } from 'zod';
import type { GatewayConfig } from '../config.js';
import type { WritePorts } from '../ports.js';
import type { Actor } from './actor.js';
import { assistantOf } from './create-room.js';
import { enter, requireActive, requireRole, type Entry } from './entry.js';
import { checkModel } from './models.js';
import { envelope, nothing, write, type Written } from './write.js';

type Models = Pick<GatewayConfig, 'models'>;
type Status = z.output<typeof ConversationsQuery>['status'];

export type UpdateRoomInput = z.output<typeof UpdateRoomRequest> & { readonly room_id: Uuid };
export type UpdateConversationInput = z.output<typeof UpdateConversationRequest> & {
  readonly room_id: Uuid;
};

/** Changes name, visibility or assistant of a room. For its admins. */
export async function updateRoom(
  ports: WritePorts,
  config: Models,
  actor: Actor,
  input: UpdateRoomInput,
): Promise<Written<Room>> {
  checkModel(config, input.assistant?.model);
  const entry = await enter(ports, actor, input.room_id);
  requireRole(entry, 'admin');
  requireActive(entry);
  return change(ports, actor, entry, {
    ...(input.name === undefined ? {} : { name: input.name }),
    ...(input.visibility === undefined ? {} : { visibility: input.visibility }),
    ...(input.assistant === undefined ? {} : { assistant: assistantOf(input.assistant) }),
  });
}

/** Changes a conversation; `status` deletes it or brings it back. */
export async function updateConversation(
  ports: WritePorts,
  config: Models,
  actor: Actor,
  input: UpdateConversationInput,
): Promise<Written<Room>> {
  checkModel(config, input.model);
  const entry = await enter(ports, actor, input.room_id, { kind: 'conversation' });
  const restored = await setStatus(
    ports,
    actor,
    entry,
    input.status === 'Active' ? 'Active' : undefined,
  );
  if (restored?.status === 'pending') return restored;
  const changed = await rename(ports, actor, input);
  if (changed.status === 'pending' || input.status !== 'Deleted') return changed;
  const now = await enter(ports, actor, input.room_id);
  return (await setStatus(ports, actor, now, 'Deleted')) ?? changed;
}

/** Deletes a room for everybody; its history stays readable to its members. For its owners. */
export async function deleteRoom(
  ports: WritePorts,
  actor: Actor,
  input: { readonly room_id: Uuid; readonly kind?: 'conversation' },
): Promise<Written<null>> {
  const entry = await enter(ports, actor, input.room_id, { kind: input.kind });
  requireRole(entry, 'owner');
  if (entry.settings.status === 'Deleted') return { status: 'done', value: null };
  return write(ports, deletion(ports, actor, entry), nothing);
}

/** Title, model and prompt of a conversation. Read anew: a restoration may just have moved its settings. */
async function rename(
  ports: WritePorts,
  actor: Actor,
  input: UpdateConversationInput,
): Promise<Written<Room>> {
  const entry = await enter(ports, actor, input.room_id);
  const touchesAssistant = input.model !== undefined || input.system_prompt !== undefined;
  const wanted = {
    ...(input.title === undefined ? {} : { name: input.title }),
    ...(touchesAssistant ? { assistant: conversationAssistant(entry, input) } : {}),
  };
  if (Object.keys(wanted).length > 0) requireActive(entry);
  return change(ports, actor, entry, wanted);
}

function conversationAssistant(entry: Entry, input: UpdateConversationInput): Assistant {
  const before = entry.settings.assistant;
  return {
    mode: before?.mode ?? 'always',
    model: input.model ?? before?.model ?? null,
    system_prompt:
      input.system_prompt === undefined ? (before?.system_prompt ?? null) : input.system_prompt,
  };
}

async function change(
  ports: WritePorts,
  actor: Actor,
  entry: Entry,
  wanted: Pick<RoomEventOf<'room.updated'>, 'name' | 'visibility' | 'assistant'>,
): Promise<Written<Room>> {
  const read = (): Promise<Room | undefined> => ports.rooms.room(entry.roomId, actor.user_id);
  if (Object.keys(wanted).length === 0) {
    const room = await read();
    if (room === undefined) throw new ParleyError('NOT_FOUND', 'no such room');
    return { status: 'done', value: room };
  }
  const event: RoomEventOf<'room.updated'> = {
    ...envelope(ports, actor, entry.roomId),
    type: 'room.updated',
    basis: entry.settings.settings_seq,
    ...wanted,
  };
  return write(ports, event, read);
}

/** Deletes or restores, unless the room is as wanted already. */
async function setStatus(
  ports: WritePorts,
  actor: Actor,
  entry: Entry,
  wanted: Status,
): Promise<Written<Room> | undefined> {
  if (wanted === undefined || wanted === entry.settings.status) return undefined;
  const event: RoomEventOf<'room.deleted'> | RoomEventOf<'room.restored'> =
    wanted === 'Deleted'
      ? deletion(ports, actor, entry)
      : { ...deletion(ports, actor, entry), type: 'room.restored' };
  return write(ports, event, () => ports.rooms.room(entry.roomId, actor.user_id));
}

function deletion(ports: WritePorts, actor: Actor, entry: Entry): RoomEventOf<'room.deleted'> {
  const basis: Seq = entry.settings.settings_seq;
  return { ...envelope(ports, actor, entry.roomId), type: 'room.deleted', basis };
}
