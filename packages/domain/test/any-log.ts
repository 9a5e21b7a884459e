/** Arbitrary logs of one room: what people, nodes and workers of all kinds might append, sensibly and not. */
import { messageId, replyId, type Role, type RoomEvent } from '@parley/contracts';
import * as fc from 'fast-check';
import {
  STALE_AFTER_MS,
  applyRoomEvent,
  canonicalRoom,
  emptyRoom,
  type Outcome,
  type RoomState,
  type Stamp,
} from '../src/index.js';
import {
  MINUTE,
  SECOND,
  Story,
  ann,
  basisOf,
  clientId,
  eventOf,
  id,
  person,
  settled,
  started,
  type Draft,
} from './story.js';

export interface Appended {
  readonly event: RoomEvent;
  readonly stamp: Stamp;
}

const USERS = 6;
const MODELS = ['gpt-4o', 'gpt-4'];

const aStep = fc.record({
  kind: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('post', 'post', 'ask') },
    {
      weight: 4,
      arbitrary: fc.constantFrom('start', 'start', 'settle', 'settle', 'stop', 'again'),
    },
    { weight: 4, arbitrary: fc.constantFrom('join', 'add', 'leave', 'kick', 'ban', 'role') },
    { weight: 3, arbitrary: fc.constantFrom('edit', 'delete', 'react') },
    { weight: 1, arbitrary: fc.constantFrom('update', 'assistant', 'remove', 'restore', 'create') },
  ),
  actor: fc.oneof(fc.constant(0), fc.nat(USERS - 1)),
  target: fc.nat(USERS - 1),
  pick: fc.nat(7),
  role: fc.constantFrom<Role>('owner', 'admin', 'member', 'member'),
  status: fc.constantFrom('completed', 'completed', 'stopped', 'failed'),
  pause: fc.oneof(
    { weight: 8, arbitrary: fc.nat(20 * SECOND) },
    { weight: 1, arbitrary: fc.integer({ min: MINUTE, max: 15 * MINUTE }) },
  ),
  /** How long the record was on its way: more than 10 min makes it stale. */
  delay: fc.oneof(
    { weight: 8, arbitrary: fc.nat(2 * SECOND) },
    { weight: 1, arbitrary: fc.nat(12 * MINUTE) },
    { weight: 1, arbitrary: fc.constant(-30 * SECOND) },
  ),
  /** Decided on what was true before the last applied change. */
  behind: fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, fc.boolean()),
  /** Of posts: how far their `client_id` is off. */
  idAhead: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.nat(24 * 60 * MINUTE)),
});
type Step = typeof aStep extends fc.Arbitrary<infer T> ? T : never;

function replyOf(room: RoomState, pick: number): string {
  const ids = [...room.replies.keys()];
  return ids[ids.length - 1 - (pick % Math.max(1, ids.length))] ?? id(0xdead);
}

function messageOf(room: RoomState, pick: number): string {
  const ids = [...room.messages.keys()];
  return ids[ids.length - 1 - (pick % Math.max(1, ids.length))] ?? id(0xdeed);
}

function draftOf(room: RoomState, step: Step, at: number, n: number): Draft {
  const by = id(step.actor + 1);
  const user_id = id(step.target + 1);
  const message_id = messageOf(room, step.pick);
  const reply_id = replyOf(room, step.pick);
  const author = room.messages.get(message_id)?.author ?? by;
  const model = MODELS[step.pick % 2] ?? 'gpt-4o';
  switch (step.kind) {
    case 'ask':
    case 'post': {
      const client_id = clientId(at + step.idAhead, n);
      const message = messageId(room.id, by, client_id);
      const asks = [{ model, reply_id: replyId(message, model, 0) }];
      const post = { type: 'message.posted', by, client_id, content: `m${n}` } as const;
      const { display_name: sender_name } = person(by);
      return { ...post, sender_name, ...(step.kind === 'ask' ? { asks } : {}) };
    }
    case 'start':
      return started(room, reply_id, 1 + (step.pick % 3));
    case 'settle': {
      const { claim, closed } = room.replies.get(reply_id) ?? { claim: null, closed: null };
      const status = closed === null || step.pick > 5 ? step.status : 'stopped';
      return settled(room, reply_id, step.behind ? Math.max(0, (claim ?? 0) - 1) : claim, status);
    }
    case 'stop':
      return { type: 'reply.stop_asked', by, reply_id };
    case 'again': {
      // Who asks again knows how often was asked before, or repeats what the room will still know, however late it lands.
      const lately = canonicalRoom(room, at + STALE_AFTER_MS).replies.at(-1);
      if (step.pick < 2 && lately !== undefined) {
        const { reply_id, question_id } = lately;
        return { type: 'reply.asked', by, reply_id, question_id, model };
      }
      const ordinal = replyId(message_id, model, n + 1);
      return { type: 'reply.asked', by, reply_id: ordinal, question_id: message_id, model };
    }
    case 'join':
      return { type: 'member.joined', by, ...person(by), role: 'member' };
    case 'add':
      return { type: 'member.joined', by, ...person(user_id), role: step.role };
    case 'leave':
      return { type: 'member.left', by, user_id: by, reason: 'left' };
    case 'kick':
      return { type: 'member.left', by, user_id, reason: 'kicked' };
    case 'ban':
      return { type: 'member.left', by, user_id, reason: 'banned' };
    case 'role':
      return { type: 'member.changed', by, user_id, role: step.role };
    case 'edit':
      return { type: 'message.edited', by: author, message_id, author, content: `edit ${n}` };
    case 'delete':
      return { type: 'message.deleted', by, message_id, author };
    case 'react':
      return {
        type: step.pick % 2 ? 'reaction.added' : 'reaction.removed',
        by,
        message_id,
        emoji: '👍',
      };
    case 'update':
      return { type: 'room.updated', by, name: `name ${n}`, visibility: 'public' };
    case 'assistant': {
      const mode = step.pick % 3 === 0 ? 'off' : 'always';
      return { type: 'room.updated', by, assistant: { mode, model: null, system_prompt: null } };
    }
    case 'remove':
      return { type: 'room.deleted', by: ann };
    case 'restore':
      return { type: 'room.restored', by: ann };
    case 'create':
      return {
        type: 'room.created',
        by,
        kind: 'group',
        name: null,
        visibility: 'public',
        members: [{ ...person(by), role: 'owner' }],
        assistant: null,
      };
  }
}

/** Seqs are far apart, so that a test can append records in between. */
export const SEQ_STEP = 1000;

/** Records of one room in the order of the log, made by authors who saw the room as it then was (or a little before). */
export const aLog: fc.Arbitrary<Appended[]> = fc
  .array(aStep, { minLength: 1, maxLength: 80, size: 'max' })
  .map((steps) => {
    const story = new Story().group({ visibility: 'public', mode: 'always' });
    const first = { event: story.last.event, stamp: { seq: SEQ_STEP, at: story.now } };
    const room = emptyRoom(story.roomId);
    applyRoomEvent(room, first.event, first.stamp);
    const log: Appended[] = [first];
    let at = story.now;
    for (const [n, step] of steps.entries()) {
      at += step.pause;
      const draft = draftOf(room, step, at - step.delay, n);
      const basis = basisOf(room, draft);
      const event = eventOf(draft, {
        id:
          draft.type === 'message.posted'
            ? messageId(room.id, draft.by, draft.client_id)
            : id(0x50000 + n),
        room_id: room.id,
        born: at - step.delay,
        basis: step.behind ? Math.max(0, basis - SEQ_STEP) : basis,
      });
      const stamp = { seq: (n + 2) * SEQ_STEP, at };
      applyRoomEvent(room, event, stamp);
      log.push({ event, stamp });
    }
    return log;
  });

/** Folds a log from nothing. */
export function fold(
  log: readonly Appended[],
  room?: RoomState,
): { room: RoomState; outcomes: Outcome[] } {
  const folded = room ?? emptyRoom(log[0]?.event.room_id ?? id(0x900));
  return {
    room: folded,
    outcomes: log.map(({ event, stamp }) => applyRoomEvent(folded, event, stamp)),
  };
}

export interface Retry {
  /** Which record, as a fraction of the log. */
  readonly of: number;
  /** How long after its append the copy is appended, in ms. */
  readonly after: number;
}

/** Copies appended at once, or seconds, 6, 11 or 13 minutes, or a day later. */
export const someRetries: fc.Arbitrary<Retry[]> = fc.array(
  fc.record({
    of: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    after: fc.oneof(
      fc.constantFrom(0, 3 * SECOND, 6 * MINUTE, 11 * MINUTE, 13 * MINUTE, 24 * 60 * MINUTE),
      fc.nat(14 * MINUTE),
    ),
  }),
  { minLength: 1, maxLength: 30, size: 'max' },
);

/** The log with copies of its records appended later, each under its original `born`. */
export function withRetries(log: readonly Appended[], retries: readonly Retry[]): Appended[] {
  const copies = retries.flatMap(({ of, after }, n) => {
    const original = log[Math.floor(of * log.length)];
    if (original === undefined) return [];
    const at = original.stamp.at + after;
    // Behind everything that was appended by then, and before what came after.
    const last = log.findLast(({ stamp }) => stamp.at <= at) ?? original;
    const seq = Math.max(last.stamp.seq, original.stamp.seq) + 1 + n;
    return [{ event: original.event, stamp: { seq, at } }];
  });
  const all = [...log, ...copies].sort(
    (a, b) => a.stamp.at - b.stamp.at || a.stamp.seq - b.stamp.seq,
  );
  return all;
}
