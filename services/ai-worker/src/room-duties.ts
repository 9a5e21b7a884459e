import type { ReplyError, Uuid } from '@parley/contracts';
import type { ReplyState, RoomState } from '@parley/domain';
import type { Timer } from '@parley/ports';
import { answer, refuse, settleStopped, type Case, type Tools } from './answer.js';
import { dutyOf, type Duty } from './duty.js';
import { ReplyWork } from './reply-work.js';

const BUSY: ReplyError = {
  code: 'AI_BUSY',
  message: 'Too many questions are waiting for the assistant. Try again in a while.',
};
const EXHAUSTED: ReplyError = {
  code: 'AI_ERROR',
  message: 'There is no answer: every attempt at it was interrupted.',
};

/**
 * The work on the open replies of one partition. Whenever something changed in a room it is reviewed: what is owed for
 * each reply is compared with what is in hand. Questions are answered in their order.
 */
export class RoomDuties {
  private readonly works = new Map<Uuid, ReplyWork>();
  private readonly running = new Set<Promise<void>>();
  private readonly alarms = new Set<Timer>();

  /** `again`: the room is to be reviewed, something about its work has changed. */
  constructor(
    private readonly tools: Tools,
    private readonly owned: AbortSignal,
    private readonly again: (roomId: Uuid) => void,
  ) {}

  review(room: RoomState): 'idle' | 'busy' {
    if (this.owned.aborted) return 'idle';
    const { settings } = this.tools;
    let active = 0;
    let waiting = 0;
    let open = 0;
    for (const reply of inOrder(room)) {
      const duty = this.dutyFor(room, reply);
      const work = this.works.get(reply.reply_id);
      if (reply.status === 'settled') {
        this.letGo(reply.reply_id, work);
        continue;
      }
      open += 1;
      if (duty.act === 'settle_stopped') {
        this.begin(room, reply, (task) => settleStopped(task), 'settle');
      } else if (duty.act === 'nothing' || work?.busy === true) {
        active += 1;
        if (duty.act !== 'nothing') work?.yield(this.tools.clock.now());
      } else if (duty.act === 'fail') {
        this.begin(room, reply, (task) => refuse(task, duty.attempt, EXHAUSTED));
      } else if (duty.act === 'answer') {
        if (active < settings.roomConcurrency) {
          active += 1;
          this.begin(room, reply, this.answering(duty));
        } else {
          waiting += 1;
          if (waiting > settings.maxRoomQueue) {
            this.begin(room, reply, (task) => refuse(task, duty.attempt, BUSY));
          }
        }
      }
    }
    return open === 0 ? 'idle' : 'busy';
  }

  /** After the partition was lost: resolves when nothing runs any more. */
  async ended(): Promise<void> {
    for (const alarm of this.alarms) alarm.cancel();
    this.alarms.clear();
    await Promise.all(this.running);
  }

  private dutyFor(room: RoomState, reply: ReplyState): Duty {
    const { tools } = this;
    const work = this.works.get(reply.reply_id);
    const wrote =
      work?.written !== undefined &&
      work.written.claim === reply.claim &&
      work.written.answer.text !== '';
    return dutyOf({
      reply,
      inHand: work?.inHand ?? { state: 'nothing' },
      progress: wrote || tools.ear.heard(room.id, reply.reply_id, reply.claim).progress,
      maxAttempts: tools.settings.maxAttempts,
      now: tools.clock.now(),
    });
  }

  private answering({
    attempt,
  }: Extract<Duty, { act: 'answer' }>): (task: Case) => Promise<boolean> {
    const { slots, settings } = this.tools;
    if (slots.waiting >= settings.maxQueue) return (task) => refuse(task, attempt, BUSY);
    return (task) => answer(task, attempt);
  }

  private letGo(replyId: Uuid, work: ReplyWork | undefined): void {
    if (work?.inHand.state === 'settling') return;
    if (work?.busy === true) return work.interrupt();
    this.works.delete(replyId);
    this.tools.ear.forget(replyId);
  }

  private begin(
    room: RoomState,
    reply: ReplyState,
    task: (task: Case) => Promise<boolean>,
    purpose: 'claim' | 'settle' = 'claim',
  ): void {
    const { tools, owned } = this;
    const { clock, logger } = tools;
    const replyId = reply.reply_id;
    let work = this.works.get(replyId);
    if (work === undefined) {
      work = new ReplyWork(tools.random);
      this.works.set(replyId, work);
    }
    const mine = work;
    if (mine.busy) return mine.interrupt();
    const due = purpose === 'claim' ? Math.max(mine.resumeAt, mine.claimAt) : mine.resumeAt;
    if (due > clock.now()) return this.later(room.id, mine, due);

    const ended = new Promise<void>((resolve) => {
      mine.start(
        owned,
        (signal) => task({ tools, room, replyId, work: mine, signal, owned }),
        (outcome) => {
          resolve();
          this.running.delete(ended);
          if (outcome.error !== undefined) {
            logger.error({ reply_id: replyId, err: outcome.error }, 'work on an answer broke');
          }
          if (!outcome.worked) mine.pause(clock.now());
          this.again(room.id);
        },
      );
    });
    this.running.add(ended);
  }

  private later(roomId: Uuid, work: ReplyWork, due: number): void {
    const { clock } = this.tools;
    if (work.wakesAt <= due) return;
    work.wakesAt = due;
    const alarm = clock.after(due - clock.now(), () => {
      this.alarms.delete(alarm);
      work.wakesAt = Infinity;
      this.again(roomId);
    });
    this.alarms.add(alarm);
  }
}

/** As they were asked; of one message that asks several models, in its order. */
function inOrder(room: RoomState): ReplyState[] {
  return [...room.replies.values()].sort((one, other) => one.asked_seq - other.asked_seq);
}
