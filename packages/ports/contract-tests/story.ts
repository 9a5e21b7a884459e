/** Random histories of rooms: what people and workers might write, right or wrong. */
import { ASSISTANT, replyMessageId, type RoomEvent, type Uuid } from '@parley/contracts';
import { iso, type ReplyState } from '@parley/domain';
import fc from 'fast-check';
import { anyId, type Projector } from './projector.js';

const WHAT = [
  ...(['post', 'post', 'post', 'ask', 'edit', 'remove', 'react', 'unreact'] as const),
  ...(['join', 'kick', 'leave', 'role', 'rename', 'delete', 'restore'] as const),
  ...(['start', 'settle', 'stop', 'repeat', 'stale', 'wait', 'commit'] as const),
];

/** What happens next; the numbers choose among what there is. */
export interface Step {
  readonly what: (typeof WHAT)[number];
  readonly room: number;
  readonly user: number;
  readonly target: number;
}

export const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom(...WHAT),
  room: fc.nat(1),
  user: fc.nat(3),
  target: fc.nat(1_000),
});

interface Written {
  readonly id: Uuid;
  readonly author: Uuid | null;
  content_seq: number;
}

/** Plays steps in two rooms among four users, of whom two are members at first. */
export class Story {
  readonly #users = [anyId(), anyId(), anyId(), anyId()];
  readonly #messages = new Map<Uuid, Written[]>();

  constructor(
    private readonly log: Projector,
    readonly rooms: readonly [Uuid, Uuid],
  ) {
    for (const room of rooms) {
      log.create(room, this.#users.slice(0, 2), { visibility: 'public' });
      this.#messages.set(room, []);
    }
  }

  async take({ what, room: roomIndex, user: userIndex, target }: Step): Promise<void> {
    const { log } = this;
    log.now += target % 50;
    const room = this.rooms[roomIndex === 0 ? 0 : 1];
    const by = pick(this.#users, userIndex) ?? '';
    const other = pick(this.#users, target) ?? '';
    switch (what) {
      case 'wait':
        log.now += target * 1_000;
        return;
      case 'commit':
        return log.commit();
      case 'post':
      case 'ask':
        return this.#post(room, by, what === 'ask' ? ['m-one', 'm-two'] : [], target);
      case 'repeat': {
        const event = pick(log.appended, target);
        if (event !== undefined) log.append(event);
        return;
      }
      case 'stale': {
        const event = log.event('room.deleted', room, by, { basis: this.#settingsSeq(room) });
        log.append({ ...event, born: iso(log.now - 11 * 60_000) });
        return;
      }
      case 'start':
      case 'settle':
      case 'stop':
        return this.#answer(what, room, by, target);
      case 'edit':
      case 'remove':
      case 'react':
      case 'unreact':
        return this.#touch(what, room, by, target);
      case 'join':
      case 'kick':
      case 'leave':
      case 'role':
        return this.#member(what, room, by, what === 'leave' ? by : other, target);
      case 'rename':
      case 'delete':
      case 'restore':
        return this.#settings(what, room, by, target);
    }
  }

  #post(room: Uuid, by: Uuid, models: readonly string[], target: number): void {
    const before = this.log.room(room).last_order;
    const post = this.log.post(room, by, `text ${target} 你好 👋 \\ "'`, {
      models,
      mentions: this.#users.slice(0, target % 3),
    });
    if (this.log.room(room).last_order > before)
      this.#messages.get(room)?.push({ id: post.id, author: by, content_seq: post.seq });
  }

  #touch(
    what: 'edit' | 'remove' | 'react' | 'unreact',
    room: Uuid,
    by: Uuid,
    target: number,
  ): void {
    const message = pick(this.#messages.get(room) ?? [], target);
    if (message === undefined) return;
    const { id: message_id, author } = message;
    if (what === 'react' || what === 'unreact') {
      const type = what === 'react' ? 'reaction.added' : 'reaction.removed';
      const emoji = target % 2 === 0 ? '👍' : '🎉';
      this.log.append(this.log.event(type, room, by, { message_id, emoji }));
      return;
    }
    // One in five was decided on what is no longer so.
    const basis = target % 5 === 0 ? 0 : message.content_seq;
    const { outcome, seq } = this.log.append(
      what === 'edit'
        ? this.log.event('message.edited', room, by, {
            ...{ basis, message_id, author, content: `edited ${target}` },
          })
        : this.log.event('message.deleted', room, by, { basis, message_id, author }),
    );
    if (outcome.reason === null) message.content_seq = seq;
  }

  #member(
    what: 'join' | 'kick' | 'leave' | 'role',
    room: Uuid,
    by: Uuid,
    user_id: Uuid,
    target: number,
  ): void {
    const { log } = this;
    const basis = log.room(room).members.get(user_id)?.membership_seq ?? 0;
    const role = target % 3 === 0 ? 'admin' : 'member';
    const names = { username: null, display_name: 'someone' };
    const reason = what === 'leave' ? 'left' : target % 4 === 0 ? 'banned' : 'kicked';
    const event: RoomEvent =
      what === 'join'
        ? log.event('member.joined', room, by, { basis, user_id, role, ...names })
        : what === 'role'
          ? log.event('member.changed', room, by, { basis, user_id, role })
          : log.event('member.left', room, by, { basis, user_id, reason });
    log.append(event);
  }

  #settings(what: 'rename' | 'delete' | 'restore', room: Uuid, by: Uuid, target: number): void {
    const { log } = this;
    const basis = this.#settingsSeq(room);
    const event: RoomEvent =
      what === 'rename'
        ? log.event('room.updated', room, by, { basis, name: `name ${target}` })
        : what === 'delete'
          ? log.event('room.deleted', room, by, { basis })
          : log.event('room.restored', room, by, { basis });
    log.append(event);
  }

  #answer(what: 'start' | 'settle' | 'stop', room: Uuid, by: Uuid, target: number): void {
    const { log } = this;
    const reply: ReplyState | undefined = pick([...log.room(room).replies.values()], target);
    if (reply === undefined) return;
    const { reply_id, question_id, model, claim, attempt } = reply;
    if (what === 'stop') {
      log.append(log.event('reply.stop_asked', room, by, { reply_id }));
    } else if (what === 'start') {
      log.start(room, question_id, reply_id, model);
    } else {
      const message_id = replyMessageId(reply_id);
      const status = reply.closed === null ? 'completed' : 'stopped';
      const usage = { prompt_tokens: target, completion_tokens: 7 };
      const ids = { reply_id, question_id, claim, attempt, model, message_id };
      const content = `answer ${target}`;
      const { outcome, seq } = log.append(
        log.event('reply.settled', room, ASSISTANT, { ...ids, status, usage, content }),
      );
      if (outcome.reason === null)
        this.#messages.get(room)?.push({ id: message_id, author: null, content_seq: seq });
    }
  }

  #settingsSeq(room: Uuid): number {
    return this.log.room(room).settings?.settings_seq ?? 0;
  }
}

function pick<T>(items: readonly T[], index: number): T | undefined {
  return items[index % Math.max(1, items.length)];
}
