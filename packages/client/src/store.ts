/** What this client knows. Frames fold into it; its owner reads it. */
import type { Room, ServerLimits, User, Uuid } from '@parley/contracts';
import type { Emit } from './client-events.js';
import { RoomContent } from './room-view.js';

export class Store {
  me: User | null = null;
  limits: ServerLimits | null = null;
  readonly rooms = new Map<Uuid, RoomContent>();
  readonly online = new Set<Uuid>();

  constructor(
    private readonly messageLimit: number,
    readonly emit: Emit,
    /** Local Unix ms. */
    readonly now: () => number,
  ) {}

  /** The room's view; made when it is not known yet. */
  view(roomId: Uuid): RoomContent {
    let view = this.rooms.get(roomId);
    if (view === undefined) {
      view = new RoomContent(roomId, this.messageLimit);
      this.rooms.set(roomId, view);
    }
    return view;
  }

  /** A description of a room from the server or from REST. One that is older than what is known changes nothing. */
  describe(view: RoomContent, room: Room): void {
    const known = view.room;
    if (known !== null && room.last_seq < known.last_seq) return;
    view.room = room;
    view.version++;
    this.emit('room', { roomId: view.id, room, change: known === null ? 'added' : 'changed' });
  }
}

/** How long a typing note lasts without another one, in ms: clients repeat theirs every 3 s. */
export const TYPING_MS = 6000;
