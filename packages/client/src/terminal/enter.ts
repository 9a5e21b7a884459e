/** From the command line into a room: log in or register, find the room or make it. */
import { ParleyError, type Room, type Uuid } from '@parley/contracts';
import type { HttpOptions } from '../http.js';
import { login, register, type Credentials, type Rest } from '../rest.js';
import type { TokenAnswer } from '@parley/contracts';

/** Logs in; registers whoever is new. Fails with `AUTH_FAILED` when the name is taken and the password wrong. */
export async function enter(
  http: HttpOptions,
  user: string,
  password: string,
): Promise<{ tokens: TokenAnswer; credentials: Credentials; registered: boolean }> {
  const credentials = user.includes('@') ? { email: user, password } : { username: user, password };
  try {
    return { tokens: await login(http, credentials), credentials, registered: false };
  } catch (error) {
    if (!(error instanceof ParleyError) || error.code !== 'AUTH_FAILED') throw error;
    try {
      await register(http, credentials);
    } catch (failure) {
      if (failure instanceof ParleyError && failure.code === 'CONFLICT') throw error;
      throw failure;
    }
    return { tokens: await login(http, credentials), credentials, registered: true };
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The room of that id, or name: one's own, else a public one, else a new public one. One is a member afterwards. */
export async function findRoom(
  rest: Rest,
  wanted: string,
): Promise<{ room: Room; how: 'member' | 'joined' | 'created' }> {
  if (UUID.test(wanted)) return byId(rest, wanted.toLowerCase());
  const mine = await byName(rest, wanted, 'mine');
  if (mine !== undefined) return { room: mine, how: 'member' };
  const open = await byName(rest, wanted, 'public');
  if (open !== undefined) return { room: await rest.join(open.id), how: 'joined' };
  const room = await rest.createRoom({ kind: 'group', name: wanted, visibility: 'public' });
  return { room, how: 'created' };
}

async function byId(rest: Rest, id: Uuid): Promise<{ room: Room; how: 'member' | 'joined' }> {
  try {
    return { room: await rest.room(id), how: 'member' };
  } catch (error) {
    if (!(error instanceof ParleyError) || error.code !== 'NOT_FOUND') throw error;
    return { room: await rest.join(id), how: 'joined' };
  }
}

/** The oldest active room of exactly that name: two people who name the same room meet. */
async function byName(
  rest: Rest,
  name: string,
  scope: 'mine' | 'public',
): Promise<Room | undefined> {
  const { items } = await rest.rooms({ scope, search: name, limit: 100 });
  const same = (room: Room): boolean => room.name?.toLowerCase() === name.toLowerCase();
  return items
    .filter((room) => same(room) && room.status === 'Active')
    .sort((a, b) => a.created_at.localeCompare(b.created_at))[0];
}
