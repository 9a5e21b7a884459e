/**
 * What a connection is told when it comes: its rooms with their open answers and who is online, in `ready` frames. A room's
 * `last_seq` is the hosted position at the very instant in which it becomes live (or silent, to be synced), so nothing lies
 * between what `ready` says and what follows.
 */
import {
  MAX_BATCH_FRAME_BYTES,
  type ControlFrameOf,
  type ResumePoint,
  type Seq,
  type Uuid,
} from '@parley/contracts';
import { replyResource } from '@parley/domain';
import type { Logger, ProjectionWatch } from '@parley/ports';
import type { Hearer } from './hearer.js';
import { openReplies } from './replies.js';
import type { RoomList, RoomLists } from './room-list.js';
import { roomResource } from './room-resource.js';
import type { LocalRoom, Rooms } from './rooms.js';
import type { Syncs } from './syncs.js';

/** Completions at the same time, when the projection comes back for everybody. */
const MAX_COMPLETING = 32;

type Ready = ControlFrameOf<'ready'>;

export interface ReadyOptions {
  /** Who of the user's peers is online. Never rejects. */
  readonly onlinePeers: (userId: Uuid) => Promise<Uuid[]>;
  /** The projection is back for somebody who was admitted without it: whether his session lives. */
  readonly recheck: (hearer: Hearer) => Promise<void>;
}

export class Readiness {
  readonly #lists: RoomLists;
  readonly #rooms: Rooms;
  readonly #syncs: Syncs;
  readonly #projection: ProjectionWatch;
  readonly #logger: Logger;
  readonly #options: ReadyOptions;
  /** Those who were not told all of their rooms. */
  readonly #partial = new Set<Hearer>();
  readonly #completing = new Set<Hearer>();

  constructor(
    ports: { readonly projection: ProjectionWatch; readonly logger: Logger },
    lists: RoomLists,
    rooms: Rooms,
    syncs: Syncs,
    options: ReadyOptions,
  ) {
    this.#projection = ports.projection;
    this.#logger = ports.logger;
    this.#lists = lists;
    this.#rooms = rooms;
    this.#syncs = syncs;
    this.#options = options;
  }

  /** Tells it its rooms. Each named in `resume` is silent from the start, until its sync is done. Never rejects. */
  async admit(hearer: Hearer, resume: readonly ResumePoint[], more: boolean): Promise<void> {
    const named = new Map(resume.map(({ room_id, after }) => [room_id, after]));
    hearer.naming = more;
    const list = await this.#lists.gather(hearer.userId, [...named.keys()]);
    await this.#tell(hearer, list, named);
    if (hearer.closed) return;
    if (list.partial) this.#partial.add(hearer);
    for (const [roomId, after] of named) this.#syncs.resume(hearer, roomId, after);
  }

  isPartial(hearer: Hearer): boolean {
    return this.#partial.has(hearer);
  }

  /** Something of it could not be had. */
  missed(hearer: Hearer): void {
    if (!hearer.closed) this.#partial.add(hearer);
  }

  forget(hearer: Hearer): void {
    this.#partial.delete(hearer);
  }

  /** Completes what is partial, if the projection is there. Call it when that changes, and now and then. */
  complete(): void {
    if (!this.#projection.available) return;
    for (const hearer of this.#partial) {
      if (this.#completing.size >= MAX_COMPLETING) return;
      if (!hearer.admitted || this.#completing.has(hearer)) continue;
      this.#completing.add(hearer);
      this.#completeOne(hearer)
        .catch((error: unknown) => this.#logger.error({ err: error }, 'a ready was not completed'))
        .finally(() => {
          this.#completing.delete(hearer);
          if (!this.#partial.has(hearer)) this.complete();
        });
    }
  }

  async #completeOne(hearer: Hearer): Promise<void> {
    await this.#options.recheck(hearer);
    if (hearer.closed) return;
    const list = await this.#lists.gather(hearer.userId, []);
    if (list.partial || hearer.closed) return;
    this.#partial.delete(hearer);
    await this.#tell(hearer, list, new Map());
  }

  /** `named` loses the rooms that were told. */
  async #tell(hearer: Hearer, list: RoomList, named: Map<Uuid, Seq>): Promise<void> {
    let online = await this.#options.onlinePeers(hearer.userId);
    const rooms = this.#roomsOf(hearer, list, named);
    do {
      if (!(await hearer.writable())) return;
      const page: Ready = { type: 'ready', rooms: [], replies: [], online };
      if (list.partial) page.partial = true;
      const told = this.#fill(page, rooms, hearer, list);
      if (rooms.length > 0) page.more = true;
      hearer.tell(page);
      for (const room of told) this.#place(hearer, room, named);
      online = [];
    } while (rooms.length > 0);
  }

  /** In the order of the projection, what it does not know first. Deleted ones only if he asks for them. */
  #roomsOf(hearer: Hearer, { rows }: RoomList, named: ReadonlyMap<Uuid, Seq>): LocalRoom[] {
    const all = [...this.#rooms.of(hearer.userId)];
    const order = new Map([...rows.keys()].map((id, index) => [id, index]));
    return all
      .filter(({ id, state }) => state.settings?.status === 'Active' || named.has(id))
      .sort((a, b) => (order.get(a.id) ?? -1) - (order.get(b.id) ?? -1));
  }

  /** Moves rooms from the list to the page until it is full. */
  #fill(page: Ready, rooms: LocalRoom[], hearer: Hearer, list: RoomList): LocalRoom[] {
    const told: LocalRoom[] = [];
    let bytes = Buffer.byteLength(JSON.stringify(page)) + 16;
    for (let room = rooms[0]; room !== undefined; room = rooms[0]) {
      // He may have left while an earlier page was on its way.
      const member = room.state.members.get(hearer.userId)?.left_at === null;
      const seq = list.projectedSeq(room.id);
      const resource = roomResource(room, hearer.userId, list.rows.get(room.id), seq);
      if (member && resource !== undefined) {
        const replies = openReplies(room).map((reply) => replyResource(resource.id, reply));
        const size = Buffer.byteLength(JSON.stringify([resource, replies]));
        if (told.length > 0 && bytes + size > MAX_BATCH_FRAME_BYTES) break;
        bytes += size;
        page.rooms.push(resource);
        page.replies.push(...replies);
        told.push(room);
      }
      rooms.shift();
    }
    return told;
  }

  #place(hearer: Hearer, room: LocalRoom, named: Map<Uuid, Seq>): void {
    if (hearer.closed || room.hears(hearer)) return;
    const after = named.get(room.id) ?? this.#syncs.takeAwaited(hearer, room.id);
    named.delete(room.id);
    if (after !== undefined) this.#syncs.resumeHere(hearer, room, after);
    else if (hearer.naming) this.#syncs.keepSilent(hearer, room, room.state.last_seq);
    else this.#syncs.hear(hearer, room);
  }
}
