/**
 * What a room is, for everyone who judges its events: edges, the projection and the AI worker.
 *
 * A state belongs to the one who folds it and is changed in place. It is complete: judging the next event needs nothing
 * else. It is bounded by its members, its open replies and what happened within the last minutes.
 */
import type {
  Assistant,
  Role,
  RoomKind,
  RoomStatus,
  Seq,
  Uuid,
  Visibility,
  VoidReason,
} from '@parley/contracts';

/** A member, or the tombstone of one who left. */
export interface MemberState {
  readonly user_id: Uuid;
  role: Role;
  /** Unix ms of the append of the event by which this membership began. */
  joined_at: number;
  /** The seq by which this membership began: live delivery begins after it. */
  joined_seq: Seq;
  /** `null` while a member. */
  left_at: number | null;
  banned: boolean;
  /** The seq of the last joined or left: the basis of membership events. */
  membership_seq: Seq;
  /** The seq of the last change of the row, role changes included. */
  changed_seq: Seq;
}

/** A message changed within the last {@link MEMORY_MS}; for older ones a basis is current by rule. */
export interface RecentMessage {
  readonly author: Uuid | null;
  /** The seq of its last post, edit or deletion: the basis of edits and deletions. */
  content_seq: Seq;
  deleted: boolean;
  /** Unix ms of that change. */
  changed_at: number;
}

/**
 * An answer. `asked → generating → settled`; a stop, or the deletion of the room or of the question, *closes* it: from
 * then on no claim counts, and one settlement by its last claim is awaited.
 */
export interface ReplyState {
  readonly reply_id: Uuid;
  readonly question_id: Uuid;
  readonly asked_seq: Seq;
  /** Unix ms of the append of the asking event. */
  readonly asked_at: number;
  model: string;
  status: 'asked' | 'generating' | 'settled';
  /** The seq of the last applied `reply.started`. */
  claim: Seq | null;
  /** Of the last applied `reply.started`; 0 before. */
  attempt: number;
  reserved: number;
  /** Set once the reply is closed: by a stop (and by whom), or by a deletion. */
  closed: { reason: 'stopped' | 'deleted'; by: Uuid; at: number } | null;
  /** Unix ms; settled replies are forgotten {@link MEMORY_MS} later. */
  settled_at: number | null;
}

/** What the window remembers of an id. */
export interface WindowEntry {
  /** Unix ms after which the id may be forgotten: 12 min after the later of its append and its own time. */
  readonly until: number;
  /** `null` = applied. */
  readonly reason: VoidReason | null;
  /** Where it was judged. */
  readonly seq: Seq;
}

export interface RoomSettings {
  readonly kind: RoomKind;
  name: string | null;
  visibility: Visibility;
  assistant: Assistant | null;
  readonly created_by: Uuid;
  readonly created_at: number;
  updated_at: number;
  status: RoomStatus;
  /** The seq of the last creation, update, deletion or restoration: the basis of those. */
  settings_seq: Seq;
}

export interface RoomState {
  readonly id: Uuid;
  /** `null` until the room is created. */
  settings: RoomSettings | null;
  readonly members: Map<Uuid, MemberState>;
  readonly window: Map<Uuid, WindowEntry>;
  /** Open replies, and those settled within the last {@link MEMORY_MS}. */
  readonly replies: Map<Uuid, ReplyState>;
  readonly messages: Map<Uuid, RecentMessage>;
  /** How many posts and settlements were applied. */
  last_order: number;
  /** The seq of the last applied event; 0 before the first. */
  last_seq: Seq;
}

/** A record older than this when it is appended is void. */
export const STALE_AFTER_MS = 10 * 60_000;
/** A record from further in the future than this is void. */
export const BORN_AHEAD_MS = 60_000;
/** How long ids and recent changes are remembered: two minutes more than a record may be late. */
export const MEMORY_MS = 12 * 60_000;

/** A room of which nothing is known yet. */
export function emptyRoom(id: Uuid): RoomState {
  return {
    id,
    settings: null,
    members: new Map(),
    window: new Map(),
    replies: new Map(),
    messages: new Map(),
    last_order: 0,
    last_seq: 0,
  };
}

/** Whether the user is a member now. */
export function isMember(room: RoomState, userId: Uuid): boolean {
  const member = room.members.get(userId);
  return member !== undefined && member.left_at === null;
}
