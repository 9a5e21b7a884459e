/** The write side, and the states that both sides load. */
import { TOPICS, type Uuid } from '@parley/contracts';
import { emptyRoom, type RoomState } from '@parley/domain';
import type { ProjectionStore } from '@parley/ports';
import type { SimNode } from '../sim-node.js';
import type { Database } from './database.js';
import type { RoomTables } from './tables.js';

/** States carry this much more than the reducer remembers, in ms: nothing is cut by a reader's clock. */
const LOAD_SLACK_MS = 3_600_000;

export function createProjectionStore(database: Database, node: SimNode): ProjectionStore {
  return {
    positions: (topic) => database.request(node, () => [...database.position(topic)]),
    loadRooms: (ids) =>
      database.request(node, () => ({
        projected: [...database.position(TOPICS.roomEvents)],
        rooms: new Map(ids.map((id) => [id, stateOf(id, database.rooms.get(id)) ?? emptyRoom(id)])),
      })),
    commit: (batch) => database.request(node, () => database.commit(batch)),
  };
}

/** The state of a room as its rows have it; `undefined` if it was never created. */
export function existingState(database: Database, id: Uuid): RoomState | undefined {
  const tables = database.rooms.get(id);
  return tables?.room === undefined ? undefined : stateOf(id, tables);
}

function stateOf(id: Uuid, tables: RoomTables | undefined): RoomState | undefined {
  if (tables === undefined) return undefined;
  const state = emptyRoom(id);
  for (const [eventId, { until, reason, seq }] of tables.verdicts) {
    state.window.set(eventId, { until, reason, seq });
  }
  const { room } = tables;
  if (room === undefined) return state;
  const { id: _id, changed_seq, last_seq, last_order, ...settings } = room;
  state.settings = { ...settings, settings_seq: changed_seq };
  state.last_seq = last_seq;
  state.last_order = last_order;
  for (const { room_id: _room, ...member } of tables.members.values()) {
    state.members.set(member.user_id, { ...member });
  }
  let newest = 0;
  for (const message of tables.messages.values()) newest = Math.max(newest, changedAt(message));
  for (const message of tables.messages.values()) {
    if (changedAt(message) < newest - LOAD_SLACK_MS) continue;
    state.messages.set(message.id, {
      author: message.sender_id,
      content_seq: message.content_seq,
      deleted: message.deleted_at !== null,
      changed_at: changedAt(message),
    });
  }
  for (const reply of tables.replies.values()) {
    const settled = reply.settled_at !== null;
    if (settled && reply.settled_at < newest - LOAD_SLACK_MS) continue;
    state.replies.set(reply.reply_id, {
      reply_id: reply.reply_id,
      question_id: reply.question_id,
      asked_seq: reply.asked_seq,
      asked_at: reply.asked_at,
      model: reply.model,
      status: reply.status === 'asked' || reply.status === 'generating' ? reply.status : 'settled',
      claim: reply.claim,
      attempt: reply.attempt,
      reserved: reply.reserved,
      closed:
        reply.closed_reason === null || reply.closed_by === null || reply.closed_at === null
          ? null
          : { reason: reply.closed_reason, by: reply.closed_by, at: reply.closed_at },
      settled_at: reply.settled_at,
    });
  }
  return state;
}

function changedAt(message: {
  readonly created_at: number;
  readonly edited_at: number | null;
  readonly deleted_at: number | null;
}): number {
  return Math.max(message.created_at, message.edited_at ?? 0, message.deleted_at ?? 0);
}
