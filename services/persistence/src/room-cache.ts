import type { Uuid } from '@parley/contracts';
import type { RoomState } from '@parley/domain';

/** States of the rooms last written to, at the partition's position. The least recently used go first. */
export class RoomCache {
  private readonly rooms = new Map<Uuid, RoomState>();

  constructor(private readonly capacity: number) {}

  has(roomId: Uuid): boolean {
    return this.rooms.has(roomId);
  }

  /** The state, counted as used now. */
  use(roomId: Uuid): RoomState | undefined {
    const room = this.rooms.get(roomId);
    if (room !== undefined) {
      this.rooms.delete(roomId);
      this.rooms.set(roomId, room);
    }
    return room;
  }

  add(room: RoomState): void {
    this.rooms.set(room.id, room);
  }

  /** Lets go of what is above the capacity. Not while a batch is being folded: it holds the states it will change. */
  trim(): void {
    for (const roomId of this.rooms.keys()) {
      if (this.rooms.size <= this.capacity) return;
      this.rooms.delete(roomId);
    }
  }
}
