/**
 * The rows of the projection, and how an applied event changes them. Every store of the projection (Postgres, the
 * simulated one) executes the same changes, so that what a row becomes is decided here and nowhere else.
 *
 * Times are Unix ms of append times; a store writes them as its own time type.
 */
import type {
  MessageReply,
  Seq,
  SettledStatus,
  Usage,
  Uuid,
  VoidReason,
  DeadReason,
  Topic,
} from '@parley/contracts';
import type { MemberState, RoomSettings } from './room-state.js';

export interface RoomRow extends Readonly<RoomSettings> {
  readonly id: Uuid;
  /** The seq of the last change of the row's settings or status (equals `settings_seq`). */
  readonly changed_seq: Seq;
  readonly last_seq: Seq;
  readonly last_order: number;
}

export interface MemberRow extends Readonly<MemberState> {
  readonly room_id: Uuid;
}

export interface MessageRow {
  readonly id: Uuid;
  readonly room_id: Uuid;
  readonly seq: Seq;
  readonly order: number;
  readonly sender: 'user' | 'ai';
  readonly sender_id: Uuid | null;
  readonly sender_name: string;
  readonly client_id: string | null;
  readonly content: string;
  readonly reply_to: Uuid | null;
  readonly mentions: readonly Uuid[];
  readonly created_at: number;
  readonly edited_at: number | null;
  readonly deleted_at: number | null;
  readonly content_seq: Seq;
  readonly changed_seq: Seq;
  readonly reply: MessageReply | null;
}

export interface ReplyRow {
  readonly reply_id: Uuid;
  readonly room_id: Uuid;
  readonly question_id: Uuid;
  readonly model: string;
  readonly status: 'asked' | 'generating' | SettledStatus;
  readonly claim: Seq | null;
  readonly attempt: number;
  readonly reserved: number;
  readonly asked_seq: Seq;
  readonly asked_at: number;
  readonly closed_reason: 'stopped' | 'deleted' | null;
  readonly closed_by: Uuid | null;
  readonly closed_at: number | null;
  readonly settled_at: number | null;
  readonly usage: Usage | null;
  readonly changed_seq: Seq;
}

export type RowChange =
  /** Insert or replace. */
  | { readonly table: 'rooms'; readonly row: RoomRow }
  | { readonly table: 'members'; readonly row: MemberRow }
  | { readonly table: 'replies'; readonly row: ReplyRow }
  /** Insert a message. */
  | { readonly table: 'messages'; readonly row: MessageRow }
  /** Edit: the message exists. */
  | {
      readonly table: 'messages';
      readonly edit: {
        readonly id: Uuid;
        readonly room_id: Uuid;
        readonly content: string;
        readonly edited_at: number;
        readonly seq: Seq;
      };
    }
  /** Delete: content becomes empty, the row stays. */
  | {
      readonly table: 'messages';
      readonly remove: {
        readonly id: Uuid;
        readonly room_id: Uuid;
        readonly deleted_at: number;
        readonly seq: Seq;
      };
    }
  /** Add or remove a reaction; the message's `changed_seq` moves with it, its `content_seq` does not. */
  | {
      readonly table: 'reactions';
      readonly row: {
        readonly room_id: Uuid;
        readonly message_id: Uuid;
        readonly user_id: Uuid;
        readonly emoji: string;
        readonly removed: boolean;
        readonly changed_seq: Seq;
      };
    };

/** What became of one record, kept until its id leaves the window. */
export interface VerdictRow {
  readonly room_id: Uuid;
  readonly id: Uuid;
  /** Unix ms of the append. */
  readonly at: number;
  readonly until: number;
  /** `null` = applied. */
  readonly reason: VoidReason | null;
  readonly seq: Seq;
}

/** A record that could not be read. */
export interface DeadLetter {
  readonly topic: Topic;
  readonly partition: number;
  readonly epoch: number;
  readonly offset: number;
  readonly reason: DeadReason;
  readonly raw: Uint8Array;
}
