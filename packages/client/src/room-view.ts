/** One room as this client knows it. */
import type { EventFrame, Member, Room, Seq, Uuid } from '@parley/contracts';
import { MessageList } from './message-list.js';
import type { OpenReply } from './reply-text.js';

/** What the client's owner may see of a room. Maps and lists change in place: `version` rises with every change. */
export interface RoomView {
  readonly id: Uuid;
  /** `null` until the server has described the room. */
  readonly room: Room | null;
  /** `joining`: one is a member, and the room's content is on its way. `left`: one is no longer a member. */
  readonly membership: 'member' | 'joining' | 'left';
  /**
   * Everything up to here is known. Moves only with live events in line and with the end of a sync; `null` while the
   * content is awaited, and after leaving.
   */
  readonly seq: Seq | null;
  /** Older changes may be missing: the database was away when the room was synced. */
  readonly behind: boolean;
  readonly syncing: boolean;
  /** Those who are members now, as far as they are known: complete after `loadMembers`, a creation or a reset. */
  readonly members: ReadonlyMap<Uuid, Member>;
  readonly messages: Pick<MessageList, 'ordered' | 'get' | 'has' | 'size' | 'first' | 'last'>;
  /** Open answers. */
  readonly replies: ReadonlyMap<Uuid, OpenReply>;
  /** Who is typing, until when (local Unix ms): entries in the past are over. */
  readonly typing: ReadonlyMap<Uuid, number>;
  /** How far others have read, where the server tells it. */
  readonly reads: ReadonlyMap<Uuid, Seq>;
  readonly version: number;
}

/** An event that changes a message. */
export type MessageChange = Extract<
  EventFrame,
  { type: 'message.edited' | 'message.deleted' | 'reaction.added' | 'reaction.removed' }
>;

/** The same, as the fold of frames changes it. */
export class RoomContent implements RoomView {
  room: Room | null = null;
  membership: RoomView['membership'] = 'member';
  seq: Seq | null = null;
  behind = false;
  syncing = false;
  members = new Map<Uuid, Member>();
  messages: MessageList;
  replies = new Map<Uuid, OpenReply>();
  readonly typing = new Map<Uuid, number>();
  readonly reads = new Map<Uuid, Seq>();
  version = 0;
  /** Of those who left: an older row does not bring them back. */
  readonly leftAt = new Map<Uuid, Seq>();
  /** Changes of messages that are not here, while older ones are being loaded: the rows may not have them yet. */
  unplaced: MessageChange[] | null = null;
  /** Loads under way. */
  loading = 0;

  constructor(
    readonly id: Uuid,
    readonly messageLimit: number,
  ) {
    this.messages = new MessageList(messageLimit);
  }
}

/**
 * Whether events come in line: nothing before them has still to come. Not so while the room's content is awaited, while it
 * is behind, and while its sync has not ended.
 */
export const isInLine = (view: RoomContent): view is RoomContent & { seq: Seq } =>
  view.seq !== null && !view.behind && !view.syncing;

/** Puts a member's row in, unless a newer one is known. True when something changed. */
export function putMember(view: RoomContent, member: Member): boolean {
  const known = view.members.get(member.user_id)?.changed_seq ?? view.leftAt.get(member.user_id);
  if (known !== undefined && member.changed_seq <= known) return false;
  if (member.left_at === null) {
    view.leftAt.delete(member.user_id);
    view.members.set(member.user_id, member);
    return true;
  }
  view.leftAt.set(member.user_id, member.changed_seq);
  return view.members.delete(member.user_id);
}
