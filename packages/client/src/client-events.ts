/**
 * Everything a client tells its owner, in one map. The store has already changed when an event is told; a room's `seq`
 * moves after the listeners of its event were called.
 */
import type {
  Member,
  Message,
  ParleyError,
  Room,
  Seq,
  ServerLimits,
  User,
  Uuid,
} from '@parley/contracts';
import type { CloseReason, StateName } from './connection-state.js';
import type { OpenReply } from './reply-text.js';

/**
 * How a message came to be shown: as it happened, as something missed while away (`sync`), or with the new content of a
 * room after a reset.
 */
export type Via = 'live' | 'sync' | 'reset';

export interface ClientEvents {
  /** The life of the connection. `retryInMs` while `waiting`, `reason` once `closed`. */
  state: {
    state: StateName;
    previous: StateName;
    retryInMs: number | null;
    reason: CloseReason | null;
  };
  /** The rooms are known: after each (re)connection, and again when a partial list was completed. */
  ready: { user: User; limits: ServerLimits; partial: boolean };
  /**
   * A message that was not shown before and lies beyond the room's seq. Per room in order, except that messages missed
   * while the database was away come after later ones (`late`), and that those of a reset may leave out what lies between.
   */
  message: { roomId: Uuid; message: Message; via: Via; late: boolean };
  /** A shown message has changed: edited, deleted, reacted to, or replaced by a newer row. */
  update: { roomId: Uuid; message: Message; change: 'edited' | 'deleted' | 'reaction' | 'row' };
  /** Older messages came by `history`, below those known. */
  history: { roomId: Uuid; added: readonly Message[] };
  /** An open answer has begun or changed: its text, its state. `restarted`: another claim began it anew. */
  reply: { roomId: Uuid; reply: OpenReply; restarted: boolean };
  /** An open answer has ended in this message (of which `message` is told too). */
  settled: { roomId: Uuid; replyId: Uuid; message: Message };
  /** A room came, changed, or went (`removed`: one is no longer a member). */
  room: { roomId: Uuid; room: Room | null; change: 'added' | 'changed' | 'removed' };
  member: {
    roomId: Uuid;
    userId: Uuid;
    member: Member | null;
    change: 'joined' | 'left' | 'kicked' | 'banned' | 'changed';
  };
  presence: { userId: Uuid; status: 'online' | 'offline' };
  /** `until` in local Unix ms. */
  typing: { roomId: Uuid; userId: Uuid; until: number };
  read: { roomId: Uuid; userId: Uuid; seq: Seq };
  /** All content of the room was replaced: draw it anew. Messages not shown before follow as `message`. */
  reset: { roomId: Uuid };
  /** The room has everything up to `through`; with `behind`, older changes are still to come. */
  synced: { roomId: Uuid; through: Seq; behind: boolean };
  /** A send of this room was queued, sent, acknowledged or refused: look at `pending(roomId)`. */
  pending: { roomId: Uuid };
  /** What the server said went wrong and no send was waiting for; `ref` as in the frame `error`. */
  error: { error: ParleyError; ref: string | null };
}

export type Emit = <K extends keyof ClientEvents>(type: K, event: ClientEvents[K]) => void;
