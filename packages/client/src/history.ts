/** Older messages and members, loaded by REST into a store that live frames change at the same time. */
import { ParleyError, type Member, type Message, type Seq, type Uuid } from '@parley/contracts';
import { applyMessageEvent } from './apply-message-event.js';
import type { Rest } from './rest.js';
import { putMember, type RoomContent } from './room-view.js';
import type { Store } from './store.js';

export interface Older {
  /** Those that were not known before, in order. */
  readonly added: readonly Message[];
  /** Whether there is nothing older. */
  readonly end: boolean;
}

/**
 * Loads the page just older than `before`. It is read at or after the room's seq, and changes that come in while it is
 * read are kept for it; so no row is put in without a change that the client has already heard. What lies beyond the
 * room's seq is left to come in line.
 */
export async function loadOlder(
  store: Store,
  rest: Rest,
  roomId: Uuid,
  page: { before?: Seq; limit?: number },
): Promise<Older> {
  const view = viewOf(store, roomId);
  const before = page.before ?? view.messages.first?.seq;
  const limit = page.limit ?? 50;
  const list = view.messages;
  view.loading++;
  view.unplaced ??= [];
  try {
    const { items, next_cursor } = await rest.messages(roomId, {
      limit,
      ...(before === undefined ? {} : { before }),
      ...(view.seq === null ? {} : { at_least: view.seq }),
    });
    // A reset came in between: these rows may leave a hole above them.
    if (list !== view.messages) return { added: [], end: false };
    const added = items.filter(
      (message) =>
        (view.seq === null || message.seq <= view.seq) && view.messages.upsert(message) === 'added',
    );
    for (const frame of view.unplaced.filter(({ message_id }) => view.messages.has(message_id))) {
      applyMessageEvent(store, view, frame);
    }
    view.version++;
    const now = added.map(({ id }) => view.messages.get(id)).filter(known);
    store.emit('history', { roomId, added: now });
    return { added: now, end: next_cursor === null };
  } finally {
    if (--view.loading === 0) view.unplaced = null;
  }
}

const known = (message: Message | undefined): message is Message => message !== undefined;

/** The room, which the server must have told of before: content of others has nowhere to go. */
function viewOf(store: Store, roomId: Uuid): RoomContent {
  const view = store.rooms.get(roomId);
  if (view === undefined) throw new ParleyError('NOT_FOUND', 'This room is not known here yet.');
  return view;
}

export async function loadMembers(
  store: Store,
  rest: Rest,
  roomId: Uuid,
): Promise<ReadonlyMap<Uuid, Member>> {
  const view = viewOf(store, roomId);
  const members = await rest.members(roomId, view.seq === null ? {} : { at_least: view.seq });
  let changed = false;
  for (const member of members) changed = putMember(view, member) || changed;
  if (changed) view.version++;
  return view.members;
}
