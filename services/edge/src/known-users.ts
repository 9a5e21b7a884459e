import type { RoomEvent, User, Uuid } from '@parley/contracts';
import { iso } from '@parley/domain';

/** Users remembered, for when the accounts cannot be read; the longest unheard of is forgotten first. */
const MAX_USERS = 50_000;

/**
 * What this edge knows of people: accounts it has read, and the names that pass by in events. With it, people can come back
 * and go on talking while Postgres is away.
 */
export class KnownUsers {
  readonly #users = new Map<Uuid, User>();

  /** As the account says. */
  remember(user: User): void {
    this.#users.delete(user.id);
    this.#users.set(user.id, user);
    if (this.#users.size <= MAX_USERS) return;
    const [oldest] = this.#users.keys();
    if (oldest !== undefined) this.#users.delete(oldest);
  }

  get(userId: Uuid): User | undefined {
    return this.#users.get(userId);
  }

  /** Names in an event that counted. */
  learn(event: RoomEvent): void {
    if (event.type === 'message.posted') this.#learn(event.by, event.sender_name, null);
    else if (event.type === 'member.joined') {
      this.#learn(event.user_id, event.display_name, event.username);
    } else if (event.type === 'room.created') {
      for (const { user_id, display_name, username } of event.members) {
        this.#learn(user_id, display_name, username);
      }
    }
  }

  #learn(id: Uuid, display_name: string, username: string | null): void {
    if (this.#users.has(id)) return;
    this.remember({ id, username, email: null, display_name, role: 'user', created_at: iso(0) });
  }
}
