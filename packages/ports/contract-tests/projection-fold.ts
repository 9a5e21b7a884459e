import { describe, expect, test } from '@jest/globals';
import type { Message, Uuid } from '@parley/contracts';
import {
  MEMORY_MS,
  messageResource,
  type MessageRow,
  type RoomState,
  type RowChange,
} from '@parley/domain';
import fc from 'fast-check';
import type { Stores } from './projection.js';
import { Story, step } from './story.js';
import { Projector, anyId, roomIn } from './projector.js';

export function foldContract(stores: Stores): void {
  describe('the rows of a history', () => {
    test('load answers the state that the fold of the log has, however the log was cut into batches', async () => {
      const { projection, rooms, identity } = stores();
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120 }), async (steps) => {
          const log = await Projector.open(projection, identity);
          const story = new Story(log, [roomIn(0, identity), roomIn(1, identity)]);
          for (const next of steps) await story.take(next);
          await log.commit();
          const ids = story.rooms;
          const foldable = await projection.loadRooms(ids);
          const states = foldable.rooms;
          expect(foldable.projected).toEqual(log.next);
          const loaded = await rooms.load(ids);
          expect(loaded.projected).toEqual(log.next);
          for (const id of ids) {
            const at = log.at(log.partition(id));
            const folded = remembered(log.room(id), at);
            expect(remembered(states.get(id), at)).toEqual(folded);
            if (folded?.settings !== null)
              expect(remembered(loaded.rooms.get(id), at)).toEqual(folded);
          }
        }),
        { numRuns: 25 },
      );
    }, 120_000);

    test('history shows each message as its changes left it, within one batch or over many', async () => {
      const { projection, messages, identity } = stores();
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), async (steps) => {
          const log = await Projector.open(projection, identity);
          const story = new Story(log, [roomIn(0, identity), roomIn(1, identity)]);
          for (const next of steps) await story.take(next);
          await log.commit();
          for (const id of story.rooms) {
            const page = await messages.history(id, { limit: 1_000 });
            expect(page.items).toEqual(messagesOf(id, log.changes));
          }
        }),
        { numRuns: 25 },
      );
    }, 120_000);

    test('a room without any event is empty for the projection, and absent for hosting', async () => {
      const { projection, rooms } = stores();
      const id = anyId();
      const state = (await projection.loadRooms([id])).rooms.get(id);
      expect(state).toMatchObject({ id, settings: null, last_seq: 0, last_order: 0 });
      expect((await rooms.load([id])).rooms.has(id)).toBe(false);
    });

    test('records of a room that was never created are remembered', async () => {
      const { projection, identity } = stores();
      const log = await Projector.open(projection, identity);
      const room = roomIn(0, identity);
      const post = log.post(room, anyId(), 'into the void');
      await log.commit();
      const state = (await projection.loadRooms([room])).rooms.get(room);
      expect(state?.window.get(post.id)?.reason).toBe('no_such_room');
    });
  });
}

/** A state without what has expired, which a fold may have swept away or not. */
function remembered(room: RoomState | undefined, at: number): RoomState | undefined {
  if (room === undefined) return undefined;
  const recent = (time: number | null): boolean => time === null || time + MEMORY_MS >= at;
  return {
    ...room,
    window: new Map([...room.window].filter(([, entry]) => entry.until >= at)),
    messages: new Map([...room.messages].filter(([, message]) => recent(message.changed_at))),
    replies: new Map([...room.replies].filter(([, reply]) => recent(reply.settled_at))),
  };
}

/** What the row changes leave of a room's messages, executed one by one. */
function messagesOf(roomId: Uuid, changes: readonly RowChange[]): Message[] {
  const rows = new Map<Uuid, MessageRow>();
  const reactions = new Map<string, Extract<RowChange, { table: 'reactions' }>['row']>();
  const change = (id: Uuid, values: Partial<MessageRow>): void => {
    const row = rows.get(id);
    if (row !== undefined) rows.set(id, { ...row, ...values });
  };
  for (const item of changes) {
    if (item.table === 'messages') {
      if ('row' in item) rows.set(item.row.id, item.row);
      else if ('edit' in item) {
        const { id, content, edited_at, seq } = item.edit;
        change(id, { content, edited_at, content_seq: seq, changed_seq: seq });
      } else {
        const { id, deleted_at, seq } = item.remove;
        change(id, { content: '', deleted_at, content_seq: seq, changed_seq: seq });
      }
    } else if (item.table === 'reactions') {
      const { message_id, user_id, emoji, changed_seq } = item.row;
      reactions.set(`${message_id} ${user_id} ${emoji}`, item.row);
      change(message_id, { changed_seq });
    }
  }
  const present = [...reactions.values()]
    .filter((row) => !row.removed)
    .sort((a, b) => a.changed_seq - b.changed_seq);
  return [...rows.values()]
    .filter((row) => row.room_id === roomId)
    .sort((a, b) => a.seq - b.seq)
    .map((row) => {
      const byEmoji = new Map<string, Uuid[]>();
      for (const { message_id, emoji, user_id } of present)
        if (message_id === row.id) byEmoji.set(emoji, [...(byEmoji.get(emoji) ?? []), user_id]);
      return messageResource(
        row,
        [...byEmoji].map(([emoji, user_ids]) => ({ emoji, user_ids })),
      );
    });
}
