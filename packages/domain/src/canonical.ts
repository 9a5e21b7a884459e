import type {
  MemberState,
  RecentMessage,
  ReplyState,
  RoomState,
  WindowEntry,
} from './room-state.js';
import { isKnown, isRecent } from './window.js';

/** What can be observed of a room at a time: plain data in one order, fit for comparing and for hashing. */
export interface CanonicalRoom extends Pick<
  RoomState,
  'id' | 'settings' | 'last_order' | 'last_seq'
> {
  readonly members: readonly MemberState[];
  readonly window: readonly (WindowEntry & { readonly id: string })[];
  readonly replies: readonly ReplyState[];
  readonly messages: readonly (RecentMessage & { readonly id: string })[];
}

const by =
  <T>(key: (item: T) => string) =>
  (a: T, b: T) =>
    key(a) < key(b) ? -1 : 1;

/**
 * Two states that will judge every record after `at` (Unix ms) alike have the same canonical view: expired ids, old
 * changes and forgotten replies are left out, whether or not they have been swept away.
 */
export function canonicalRoom(room: RoomState, at: number): CanonicalRoom {
  return {
    id: room.id,
    settings: room.settings,
    last_order: room.last_order,
    last_seq: room.last_seq,
    members: [...room.members.values()].sort(by((member) => member.user_id)),
    window: [...room.window]
      .filter(([, entry]) => entry.until >= at)
      .map(([id, entry]) => ({ id, ...entry }))
      .sort(by((entry) => entry.id)),
    replies: [...room.replies.values()]
      .filter((reply) => isKnown(reply, at))
      .sort(by((reply) => reply.reply_id)),
    messages: [...room.messages]
      .filter(([, message]) => isRecent(message.changed_at, at))
      .map(([id, message]) => ({ id, ...message }))
      .sort(by((message) => message.id)),
  };
}
