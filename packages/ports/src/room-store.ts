import type {
  Member,
  Message,
  Page,
  Reply,
  Room,
  RoomKind,
  RoomStatus,
  Seq,
  Topic,
  Uuid,
} from '@parley/contracts';
import type {
  MemberState,
  MessageRow,
  ReplyState,
  RoomSettings,
  RoomState,
  VerdictRow,
} from '@parley/domain';

/** Unread messages and mentions are counted no further than this, newest first: a list of rooms costs a bounded read. */
export const MAX_UNREAD_COUNT = 1000;

/** Every answer that carries `projected` was read in one snapshot with it: the next offset per partition of room-events. */
export interface Snapshot {
  readonly projected: readonly number[];
}

export interface LoadedRooms extends Snapshot {
  /** Rooms that exist, folded up to `projected`. */
  readonly rooms: ReadonlyMap<Uuid, RoomState>;
}

export interface UserRooms extends Snapshot {
  readonly rooms: readonly Room[];
  /** Open replies of those rooms. */
  readonly replies: readonly Reply[];
}

/** What a client that has everything up to `after` lacks, or the latest page where that is too much. */
export interface RoomChanges extends Snapshot {
  readonly room: Room;
  /** With `reset`: all present members; else those changed, tombstones included. */
  readonly members: readonly Member[];
  /** Ascending by seq. With `reset`: the latest page (50). */
  readonly messages: readonly Message[];
  readonly replies: readonly Reply[];
  readonly reset: boolean;
}

/** What deciding a write needs to know of a room. */
export interface RoomAccess {
  readonly settings: RoomSettings;
  /** Of the users asked for: members and tombstones. */
  readonly members: ReadonlyMap<Uuid, MemberState>;
  readonly member_count: number;
  readonly owner_count: number;
}

export interface OpenReplies extends Snapshot {
  /** Replies not settled, of rooms in the given partitions. */
  readonly replies: readonly { readonly room_id: Uuid; readonly reply: ReplyState }[];
}

export interface RoomsFilter {
  readonly scope: 'mine' | 'public';
  readonly kinds?: readonly RoomKind[];
  readonly status?: RoomStatus;
  readonly search?: string;
  readonly limit: number;
  readonly cursor?: string;
}

/**
 * The read side of the projection. Any read may be behind the log, and may go *back* a little when the database recovers
 * from a crash: whoever compares keeps `projected`. Throws `ParleyError UNAVAILABLE` while the database is away.
 */
export interface RoomStore {
  /** The next offset per partition of the topic that is to be projected. */
  positions(topic: Topic): Promise<readonly number[]>;
  /** States of rooms, to host them. One query whatever their number. Rooms that do not exist are absent. */
  load(roomIds: readonly Uuid[]): Promise<LoadedRooms>;
  /** The rooms that a user is in (deleted ones left out), with counts of that user. */
  roomsOf(userId: Uuid): Promise<UserRooms>;
  /** Rows with `changed_seq > after` of one room as that user sees it; more than `limit` rows, or `reset: true`: a reset. */
  changes(
    roomId: Uuid,
    userId: Uuid,
    options: { readonly after: Seq; readonly limit: number; readonly reset?: boolean },
  ): Promise<RoomChanges | undefined>;
  /** Verdict and message of an id, for a repeated `client_id`. */
  lookup(
    roomId: Uuid,
    id: Uuid,
  ): Promise<
    Snapshot & { readonly message: Message | undefined; readonly verdict: VerdictRow | undefined }
  >;
  /** What became of an event, or `undefined` if it was not judged (or is forgotten). */
  verdict(roomId: Uuid, id: Uuid): Promise<VerdictRow | undefined>;
  /** For deciding a write; `undefined` = no such room. */
  access(roomId: Uuid, userIds: readonly Uuid[]): Promise<RoomAccess | undefined>;
  room(roomId: Uuid, userId: Uuid): Promise<Room | undefined>;
  /** A page of rooms, newest activity first. */
  list(userId: Uuid, filter: RoomsFilter): Promise<Page<Room>>;
  /** Present members, by `joined_at`. */
  members(roomId: Uuid): Promise<readonly Member[]>;
  /** Which of the users share a room with this one. */
  peers(userId: Uuid): Promise<readonly Uuid[]>;
  /** Open replies of rooms of these partitions: an AI worker's duties. */
  openReplies(partitions: readonly number[]): Promise<OpenReplies>;
}

export interface MessageStore {
  /**
   * A page of a room's messages, ascending by seq: the latest, those just older than `before`, or just newer than `after`.
   * `more` = there are older ones (newer ones with `after`).
   */
  history(
    roomId: Uuid,
    options: { readonly limit: number; readonly before?: Seq; readonly after?: Seq },
  ): Promise<{ readonly items: readonly Message[]; readonly more: boolean }>;
  /** One message with what an edit's basis needs. */
  find(
    messageId: Uuid,
  ): Promise<{ readonly message: Message; readonly content_seq: Seq } | undefined>;
  /** How often a question was put to a model so far. */
  countAsks(questionId: Uuid, model: string): Promise<number>;
  /** The newest `limit` undeleted messages of a room with seq ≤ `upto`, ascending: an AI prompt's material. */
  context(roomId: Uuid, upto: Seq, limit: number): Promise<readonly MessageRow[]>;
  /** Tokens of answers settled since `since` (Unix ms) plus those reserved by open ones: `user` counts questions asked by that user. */
  spentTokens(scope: {
    readonly room_id: Uuid;
    readonly user_id: Uuid;
    readonly since: number;
  }): Promise<{
    readonly room: number;
    readonly user: number;
  }>;
}
