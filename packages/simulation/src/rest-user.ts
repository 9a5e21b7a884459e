/** What people do over REST: the gateway's use cases, without HTTP. */
import { ParleyError, type Uuid } from '@parley/contracts';
import { refusalOf, type SendRequest } from './clients/sim-client.js';
import type { Dice } from './dice.js';
import type { RunningGateway } from './services.js';
import type { World } from './world.js';

export type Change =
  | 'join'
  | 'leave'
  | 'kick'
  | 'ban'
  | 'add'
  | 'role'
  | 'edit'
  | 'remove'
  | 'react'
  | 'regenerate'
  | 'updateRoom';

/** The projection's poller may be this far behind, in ms. */
const POLL_MS = 3_000;

interface Acknowledged {
  readonly op: string;
  readonly user: Uuid;
  readonly room_id: Uuid;
  readonly seq: number;
}

export class RestUser {
  readonly #dice: Dice;
  #acknowledged: Acknowledged | undefined;
  #edits = 0;

  constructor(private readonly world: World) {
    this.#dice = world.dice.stream('rest');
  }

  send(user_id: Uuid, { room_id, client_id, content }: SendRequest): void {
    const { recorder } = this.world;
    const gateway = this.world.gateway();
    if (gateway === undefined) return;
    const op = recorder.nextOp();
    const client = `rest/${user_id}`;
    recorder.add({ type: 'invoke', client, op, user_id, room_id, client_id, content });
    gateway.useCases.sendMessage({ user_id }, { room_id, client_id, content }).then(
      (sent) => {
        if (sent.status === 'pending') {
          recorder.add({ type: 'unknown', op });
          return;
        }
        const { id, seq } = sent.value.message;
        recorder.add({ type: 'ok', op, seq, message_id: id });
        this.#acknowledged = { op, user: user_id, room_id, seq };
      },
      (error: unknown) => {
        const code = error instanceof ParleyError && !isOpen(error) ? error.code : undefined;
        const judged = error instanceof Error && error.message.startsWith('void: ');
        recorder.add(code === undefined ? { type: 'unknown', op } : refusalOf(op, code, judged, 1));
        this.#expect(error);
      },
    );
  }

  /** Reads the room after the last acknowledgement that REST gave. */
  readBack(): string {
    const last = this.#acknowledged;
    const gateway = this.world.gateway();
    if (last === undefined || gateway === undefined) return 'nothing';
    const { op, user, room_id, seq } = last;
    this.#acknowledged = undefined;
    const { recorder, database, clock } = this.world;
    const asked = clock.now();
    const query = { room_id, at_least: seq, limit: 50 };
    this.#try(
      gateway.useCases.history({ user_id: user }, query).then(({ items }) => {
        // A poller that has not noticed yet that the database went back promises what the read no longer finds.
        if (database.wentBackAt > asked - POLL_MS) return;
        const messages = items.map((message) => ({ id: message.id, seq: message.seq }));
        const client = `rest/${user}`;
        recorder.add({ type: 'read', client, op, room_id, at_least: seq, messages });
      }),
    );
    return op;
  }

  createRoom(): string {
    const gateway = this.world.gateway();
    if (gateway === undefined) return 'no gateway';
    const [user_id, ...others] = [...this.world.users].sort(() => this.#dice.fraction() - 0.5);
    if (user_id === undefined) return 'nobody';
    const input = this.#dice.chance(0.3)
      ? ({ kind: 'private', user_id: others[0] ?? user_id } as const)
      : ({
          kind: 'group',
          name: 'made',
          visibility: this.#dice.pick(['public', 'private'] as const),
          member_ids: others.filter(() => this.#dice.chance(0.4)),
        } as const);
    this.#try(
      gateway.useCases.createRoom({ user_id }, input).then((created) => {
        if (created.status !== 'done' || this.world.rooms.length >= 6) return;
        const { id } = created.value.room;
        if (!this.world.rooms.includes(id)) this.world.rooms.push(id);
      }),
    );
    return input.kind;
  }

  change(change: Change, user_id: Uuid, room_id: Uuid, message: () => Uuid | undefined): string {
    const gateway = this.world.gateway();
    if (gateway === undefined) return 'no gateway';
    const work = this.#work(gateway, change, user_id, room_id, message);
    if (work === undefined) return 'nothing';
    this.#try(work);
    return '';
  }

  #work(
    { useCases }: RunningGateway,
    change: Change,
    user_id: Uuid,
    room_id: Uuid,
    message: () => Uuid | undefined,
  ): Promise<unknown> | undefined {
    const actor = { user_id };
    const other = this.#dice.pick(this.world.users);
    // Owners and admins are the first two of a room: whoever acts on others had better be one.
    const boss = { user_id: this.#dice.pick(this.world.users) };
    switch (change) {
      case 'join':
        return useCases.join(actor, { room_id });
      case 'leave':
        return useCases.removeMember(actor, { room_id, user_id, reason: 'left' });
      case 'kick':
        return useCases.removeMember(boss, { room_id, user_id: other, reason: 'kicked' });
      case 'ban':
        return useCases.removeMember(boss, { room_id, user_id: other, reason: 'banned' });
      case 'add':
        return useCases.addMember(boss, { room_id, user_id: other });
      case 'role':
        return useCases.changeRole(boss, {
          room_id,
          user_id: other,
          role: this.#dice.pick(['admin', 'member', 'owner']),
        });
      case 'updateRoom':
        return useCases.updateRoom(boss, {
          room_id,
          assistant: { mode: this.#dice.pick(['mention', 'always', 'off']) },
        });
      default: {
        const message_id = message();
        if (message_id === undefined) return undefined;
        return this.#workOn(useCases, change, user_id, message_id);
      }
    }
  }

  #workOn(
    useCases: RunningGateway['useCases'],
    change: 'edit' | 'remove' | 'react' | 'regenerate',
    user_id: Uuid,
    message_id: Uuid,
  ): Promise<unknown> {
    const actor = { user_id };
    switch (change) {
      case 'edit':
        return useCases.editMessage(actor, { message_id, content: `edit ${(this.#edits += 1)}` });
      case 'remove':
        return useCases.deleteMessage(actor, { message_id });
      case 'react': {
        const emoji = this.#dice.pick(['👍', '🎉']);
        return useCases.react(actor, { message_id, emoji, on: this.#dice.chance(0.7) });
      }
      case 'regenerate':
        return useCases.regenerate(actor, { message_id });
    }
  }

  #try(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#expect(error));
  }

  /** Refusals are part of life; anything else is a mistake of the service. */
  #expect(error: unknown): void {
    if (error instanceof ParleyError && error.code !== 'INTERNAL') return;
    this.world.mistakes.push(
      `REST: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
    );
  }
}

/** Whether a failure leaves open what happened. */
function isOpen(error: unknown): boolean {
  return !(error instanceof ParleyError) || error.retriable || error.code === 'INTERNAL';
}
