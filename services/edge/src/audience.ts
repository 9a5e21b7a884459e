import type { RoomEvent, Seq, Uuid } from '@parley/contracts';
import type { Stamp } from '@parley/domain';
import type { Connections } from './connections.js';
import type { AudienceListener } from './fan-out.js';
import type { Hearer } from './hearer.js';
import type { Joins } from './joins.js';
import { newMembersOf, noticeOf } from './notice.js';
import type { LocalRoom } from './rooms.js';
import type { Syncs } from './syncs.js';

/** From changes of membership to the connections of those whom they concern. */
export class Audience implements AudienceListener {
  readonly #connections: Connections<Hearer>;
  readonly #joins: Joins;
  readonly #syncs: Syncs;

  constructor(connections: Connections<Hearer>, joins: Joins, syncs: Syncs) {
    this.#connections = connections;
    this.#joins = joins;
    this.#syncs = syncs;
  }

  joined(room: LocalRoom, userId: Uuid, event: RoomEvent, seq: Seq, frame: string): void {
    const notice = { roomId: room.id, seq, created: event.type === 'room.created', frame };
    for (const hearer of this.#connections.ofUser(userId) ?? []) {
      if (!hearer.admitted) this.#joins.noticed(hearer, notice);
      else if (!room.hears(hearer)) this.#joins.admit(hearer, room, notice);
    }
  }

  left(room: LocalRoom, userId: Uuid, frame: string): void {
    for (const hearer of this.#connections.ofUser(userId) ?? []) {
      this.#syncs.left(hearer, room, frame);
    }
  }

  /** A `+` event of a room that is not hosted: somebody here may have become a member. */
  noticed(event: RoomEvent, stamp: Stamp): void {
    for (const userId of newMembersOf(event)) {
      const hearers = this.#connections.ofUser(userId);
      if (hearers === undefined) continue;
      const notice = noticeOf(event, stamp);
      for (const hearer of hearers) this.#joins.noticed(hearer, notice);
    }
  }
}
