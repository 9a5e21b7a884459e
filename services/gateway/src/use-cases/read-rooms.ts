/** Rooms as their members see them. */
import type { Member, Page, Room, RoomKind, RoomStatus, Seq, Uuid } from '@parley/contracts';
import { iso } from '@parley/domain';
import type { GatewayPorts } from '../ports.js';
import type { Actor } from './actor.js';
import { untilProjected } from './at-least.js';
import { enter, roomNotFound } from './entry.js';

type RoomPorts = Pick<GatewayPorts, 'rooms' | 'log' | 'projection' | 'presence'>;

interface RoomInput {
  readonly room_id: Uuid;
  /** See {@link untilProjected}. */
  readonly at_least?: Seq | undefined;
}

interface ListInput {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly search?: string | undefined;
}

/** The actor's groups and private rooms, or the public groups; newest activity first. */
export function listRooms(
  ports: RoomPorts,
  actor: Actor,
  input: ListInput & { readonly scope: 'mine' | 'public' },
): Promise<Page<Room>> {
  const kinds: RoomKind[] = input.scope === 'mine' ? ['group', 'private'] : ['group'];
  return ports.rooms.list(actor.user_id, {
    scope: input.scope,
    kinds,
    status: 'Active',
    ...page(input),
  });
}

/** The actor's conversations: those not deleted, unless asked for. */
export function listConversations(
  ports: RoomPorts,
  actor: Actor,
  input: ListInput & { readonly status?: RoomStatus | undefined },
): Promise<Page<Room>> {
  return ports.rooms.list(actor.user_id, {
    scope: 'mine',
    kinds: ['conversation'],
    status: input.status ?? 'Active',
    ...page(input),
  });
}

/** One room: of its members, and of everybody while it is public. */
export async function getRoom(
  ports: RoomPorts,
  actor: Actor,
  input: RoomInput & { readonly kind?: RoomKind },
): Promise<Room> {
  await untilProjected(ports, input.room_id, input.at_least);
  const access = await ports.rooms.access(input.room_id, [actor.user_id]);
  const isMember = access?.members.get(actor.user_id)?.left_at === null;
  const isPublic = access?.settings.visibility === 'public' && access.settings.status === 'Active';
  if (!isMember && !isPublic) throw roomNotFound();
  const room = await ports.rooms.room(input.room_id, actor.user_id);
  if (room === undefined) throw roomNotFound();
  if (input.kind !== undefined && room.kind !== input.kind) throw roomNotFound();
  return room;
}

/** Who is in the room, for those who are. */
export async function listMembers(
  ports: RoomPorts,
  actor: Actor,
  input: RoomInput,
): Promise<readonly Member[]> {
  await untilProjected(ports, input.room_id, input.at_least);
  await enter(ports, actor, input.room_id);
  return ports.rooms.members(input.room_id);
}

/** Who of the room is online. */
export async function presenceOf(ports: RoomPorts, actor: Actor, input: RoomInput) {
  const members = await listMembers(ports, actor, input);
  const ids = members.map(({ user_id }) => user_id);
  const [online, seen] = await Promise.all([
    ports.presence.online(ids),
    ports.presence.lastSeen(ids),
  ]);
  return ids.map((user_id) => {
    const at = seen.get(user_id);
    return {
      user_id,
      status: online.has(user_id) ? ('online' as const) : ('offline' as const),
      last_seen_at: at === undefined ? null : iso(at),
    };
  });
}

function page({ limit, cursor, search }: ListInput) {
  return {
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    ...(search === undefined ? {} : { search }),
  };
}
