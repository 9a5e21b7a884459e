/**
 * What a run left behind, as JSON lines: what every client asked and was told, everything it heard, what the log holds
 * and what the projection made of it. The recorder writes the lines in the order in which things happened to it; lines of
 * different clients are not ordered among each other beyond that.
 */
import type { Message, Seq, ServerFrame, Topic, Uuid } from '@parley/contracts';
import type { MemberRow, MessageRow, ReplyRow, RoomRow } from '@parley/domain';

/** Which log the run wrote, and the seed of its faults. One per history. */
export interface RunLine {
  readonly type: 'run';
  readonly seed: number;
  readonly log_id: Uuid;
  readonly epoch: number;
  readonly partitions: number;
}

/** A client asks for a message to be sent; `op` is unique within the history. */
export interface InvokeLine {
  readonly type: 'invoke';
  readonly client: string;
  readonly op: string;
  readonly user_id: Uuid;
  readonly room_id: Uuid;
  readonly client_id: string;
  readonly content: string;
}

/**
 * How an operation ended. `ok`: acknowledged, where the log has it. `fail`: the client was told that it did not happen.
 * `unknown`: no answer, a retriable failure, the client died; or a refusal after several tries that names no reason of the
 * log: whoever refused did not look at what became of the tries before.
 */
export type OutcomeLine =
  | { readonly type: 'ok'; readonly op: string; readonly seq: Seq; readonly message_id: Uuid }
  | { readonly type: 'fail'; readonly op: string; readonly code: string }
  | { readonly type: 'unknown'; readonly op: string };

/** A connection of a client began; `connection` counts up per client. A client has one connection at a time. */
export interface OpenedLine {
  readonly type: 'opened';
  readonly client: string;
  readonly connection: number;
  readonly user_id: Uuid;
}

/** An `auth` or `sync` frame that the client sent. Others need not be recorded. */
export interface SaidLine {
  readonly type: 'said';
  readonly client: string;
  readonly connection: number;
  readonly frame: {
    readonly type: string;
    readonly resume?: readonly { readonly room_id: Uuid; readonly after: Seq }[] | undefined;
    readonly rooms?: readonly { readonly room_id: Uuid; readonly after: Seq }[] | undefined;
    readonly more?: boolean | undefined;
  };
}

/** One WebSocket message as the client received it: a frame, or an array of frames in order. */
export interface HeardLine {
  readonly type: 'heard';
  readonly client: string;
  readonly connection: number;
  readonly frame: ServerFrame | readonly ServerFrame[];
}

export interface ClosedLine {
  readonly type: 'closed';
  readonly client: string;
  readonly connection: number;
  readonly code: number;
}

/** After the acknowledgement of `op` its sender read the room's latest page with `at_least` = the acknowledged seq. */
export interface ReadLine {
  readonly type: 'read';
  readonly client: string;
  readonly op: string;
  readonly room_id: Uuid;
  readonly at_least: Seq;
  readonly messages: readonly Pick<Message, 'id' | 'seq'>[];
}

/** What a client's screen showed of a room at the end. */
export interface ShownLine {
  readonly type: 'shown';
  readonly client: string;
  readonly user_id: Uuid;
  readonly room_id: Uuid;
  readonly messages: readonly (Pick<Message, 'id' | 'seq' | 'content'> & {
    readonly deleted: boolean;
  })[];
  /** Answers still shown as being written. */
  readonly open_replies: readonly Uuid[];
}

/** A record of the log as it stands at the end; per partition in order of offset. Bytes that are no UTF-8 as `base64`. */
export interface RecordLine {
  readonly type: 'record';
  readonly topic: Topic;
  readonly partition: number;
  readonly offset: number;
  readonly at: number;
  readonly key: string;
  readonly value: string | Uint8Array;
}

export interface ReactionRow {
  readonly room_id: Uuid;
  readonly message_id: Uuid;
  readonly user_id: Uuid;
  readonly emoji: string;
}

/** A row of the projection at the end. A column that the store does not keep may be absent. */
export type RowLine = { readonly type: 'row' } & (
  | { readonly table: 'rooms'; readonly row: Partial<RoomRow> & Pick<RoomRow, 'id'> }
  | {
      readonly table: 'members';
      readonly row: Partial<MemberRow> & Pick<MemberRow, 'room_id' | 'user_id'>;
    }
  | { readonly table: 'messages'; readonly row: Partial<MessageRow> & Pick<MessageRow, 'id'> }
  | { readonly table: 'replies'; readonly row: Partial<ReplyRow> & Pick<ReplyRow, 'reply_id'> }
  | { readonly table: 'reactions'; readonly row: ReactionRow }
);

/** Everything that clients did and heard. */
export type ClientLine =
  InvokeLine | OutcomeLine | OpenedLine | SaidLine | HeardLine | ClosedLine | ReadLine | ShownLine;

export type HistoryLine = RunLine | ClientLine | RecordLine | RowLine;

/** A history taken apart: the log and the rows are judged first, the clients' lines stream past once. */
export interface History {
  readonly run: RunLine;
  readonly records: Iterable<RecordLine>;
  readonly rows: Iterable<RowLine>;
  readonly clients: Iterable<ClientLine>;
}

/** Takes a recorded history apart. Throws when it has no `run` line. */
export function historyOf(lines: Iterable<HistoryLine>): History {
  let run: RunLine | undefined;
  const records: RecordLine[] = [];
  const rows: RowLine[] = [];
  const clients: ClientLine[] = [];
  for (const line of lines) {
    if (line.type === 'run') run = line;
    else if (line.type === 'record') records.push(line);
    else if (line.type === 'row') rows.push(line);
    else clients.push(line);
  }
  if (run === undefined) throw new TypeError('a history needs a line of type run');
  return { run, records, rows, clients };
}

/** Reads one line of a recorded history. The recorder is trusted: the shape is not checked. */
export function parseHistoryLine(line: string): HistoryLine {
  return JSON.parse(line) as HistoryLine;
}
