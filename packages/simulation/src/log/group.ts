/**
 * Who owns which partition of a group. Assignment is by rendezvous; a member that dies is noticed after a while; and a
 * rebalance can hand a partition on before the old owner has heard of it (a zombie), which is what the fences are for.
 */
import type { Dice } from '../dice.js';
import type { SimClock } from '../sim-clock.js';
import type { SimNode } from '../sim-node.js';

/** How long a silent member stays in its group, in ms. */
const SESSION_MS = 6_000;
/** How long a rebalance takes, in ms. */
const REBALANCE_MS = 400;

/** Records that were not handled, and the age of the oldest in ms. */
export interface Lag {
  readonly records: number;
  readonly ms: number;
}

/** One member of a group, as the coordinator sees it. */
export interface Member {
  readonly node: SimNode;
  readonly name: string;
  gain(partition: number): void;
  /** How far behind it is in a partition that it reads. */
  lagOf(partition: number): Lag | undefined;
  lose(partition: number): void;
}

function weightOf(member: string, partition: number): number {
  let hash = 0x811c9dc5;
  const text = `${member}#${partition}`;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  // FNV's low bits hardly mix for short texts: fold the high ones in.
  return Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 0;
}

export class Group {
  readonly #members = new Set<Member>();
  readonly #owners: (Member | undefined)[];

  constructor(
    private readonly clock: SimClock,
    private readonly dice: Dice,
    partitions: number,
  ) {
    this.#owners = Array.from({ length: partitions }, () => undefined);
  }

  join(member: Member): void {
    this.#members.add(member);
    this.#soon();
  }

  leave(member: Member): void {
    this.#members.delete(member);
    this.#owners.forEach((owner, partition) => {
      if (owner === member) this.#owners[partition] = undefined;
    });
    this.#soon();
  }

  lagOf(partition: number): Lag | undefined {
    return this.#owners[partition]?.lagOf(partition);
  }

  ownerOf(partition: number): SimNode | undefined {
    return this.#owners[partition]?.node;
  }

  /** A process died: its group hears of it when its session ends. */
  crashed(node: SimNode): void {
    this.clock.after(this.dice.fraction() * SESSION_MS, () => {
      for (const member of this.#members) if (member.node === node) this.leave(member);
    });
  }

  /** Hands a partition to another member; the old owner hears of it `zombieMs` later. */
  steal(partition: number, zombieMs: number): void {
    const old = this.#owners[partition];
    const others = [...this.#members].filter((member) => member !== old && member.node.alive);
    if (others.length === 0) return;
    this.#hand(partition, this.dice.pick(others), zombieMs);
  }

  #soon(): void {
    this.clock.after(REBALANCE_MS * this.dice.fraction(), () => this.#rebalance());
  }

  /** By rendezvous, none with more than its share. */
  #rebalance(): void {
    const share = Math.ceil(this.#owners.length / Math.max(1, this.#members.size));
    const loads = new Map<Member, number>();
    this.#owners.forEach((owner, partition) => {
      const [best] = [...this.#members]
        .filter((member) => (loads.get(member) ?? 0) < share)
        .sort((one, other) => weightOf(other.name, partition) - weightOf(one.name, partition));
      if (best === undefined) return;
      loads.set(best, (loads.get(best) ?? 0) + 1);
      if (best !== owner) this.#hand(partition, best, 0);
    });
  }

  #hand(partition: number, to: Member, zombieMs: number): void {
    const old = this.#owners[partition];
    this.#owners[partition] = to;
    const lose = (): void => {
      // It may have won the partition back meanwhile.
      if (old !== undefined && this.#owners[partition] !== old) old.lose(partition);
    };
    if (zombieMs > 0) old?.node.later(zombieMs, lose);
    else old?.node.later(0, lose);
    to.node.later(zombieMs > 0 ? 0 : 1, () => {
      if (this.#owners[partition] === to) to.gain(partition);
    });
  }
}
