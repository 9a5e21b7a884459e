/** Changes of a message, and how they add up in whatever order they are heard. */
import type { Message, Reaction } from '@parley/contracts';
import type { MessageChange } from './room-view.js';

/** The message after a change. */
export function changed(message: Message, frame: MessageChange): Message {
  return {
    ...message,
    ...difference(message, frame),
    changed_seq: Math.max(message.changed_seq, frame.seq),
  };
}

function difference(message: Message, frame: MessageChange): Partial<Message> {
  switch (frame.type) {
    case 'message.edited':
      return { content: frame.content, edited_at: frame.at };
    case 'message.deleted':
      return { content: '', deleted_at: frame.at };
    case 'reaction.added':
    case 'reaction.removed':
      return { reactions: react(message.reactions, frame) };
  }
}

function react(
  reactions: readonly Reaction[],
  frame: Extract<MessageChange, { type: 'reaction.added' | 'reaction.removed' }>,
): Reaction[] {
  const known = reactions.find(({ emoji }) => emoji === frame.emoji)?.user_ids ?? [];
  const others = known.filter((id) => id !== frame.by);
  const user_ids = frame.type === 'reaction.added' ? [...others, frame.by] : others;
  const next = { emoji: frame.emoji, user_ids };
  const at = reactions.findIndex(({ emoji }) => emoji === frame.emoji);
  const all = at < 0 ? [...reactions, next] : reactions.with(at, next);
  return all.filter((reaction) => reaction.user_ids.length > 0);
}

/** What a change changes: of two with the same name the later one holds, whatever was between. */
const nameOf = (frame: MessageChange): string =>
  'emoji' in frame ? `${frame.emoji} ${frame.by}` : frame.type;

/**
 * A message of which some changes may be missing. While a room is behind, later changes are heard before earlier ones, so
 * the seq of the last one says nothing of the others: the row and what came on top of it are kept apart.
 */
export class HeardChanges {
  readonly #changes = new Map<string, MessageChange>();

  /** @param row as of its `changed_seq` nothing is missing. */
  constructor(private row: Message) {}

  /** Whether the row, or a change that was heard, says what this one says, or something later. */
  knows(frame: MessageChange): boolean {
    const known = this.#changes.get(nameOf(frame))?.seq ?? 0;
    return frame.seq <= Math.max(this.row.changed_seq, known);
  }

  add(frame: MessageChange): void {
    this.#changes.set(nameOf(frame), frame);
  }

  /** Takes a row in the place of the old one; false if it is not newer. */
  replace(row: Message): boolean {
    if (row.changed_seq <= this.row.changed_seq) return false;
    this.row = row;
    for (const [name, { seq }] of this.#changes) {
      if (seq <= row.changed_seq) this.#changes.delete(name);
    }
    return true;
  }

  /** The row with the changes, in their order. */
  message(): Message {
    const later = [...this.#changes.values()].sort((one, other) => one.seq - other.seq);
    return later.reduce(changed, this.row);
  }
}
