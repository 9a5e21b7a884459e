import { describe, expect, test } from '@jest/globals';
import { TOPICS } from '@parley/contracts';
import type { EventLog, Subscription } from '@parley/ports';
import { Collector, endsOf, gate } from './collector.js';
import type { OpenLog } from './event-log.js';

const topic = TOPICS.roomEvents;

/** What happened in a group, in order: who gained and lost what, and who was given which record. */
interface Happening {
  readonly member: string;
  readonly what: 'gained' | 'lost' | 'record';
  readonly partition: number;
  readonly offset?: number;
}

class GroupUnderTest {
  readonly history: Happening[] = [];
  readonly collector = new Collector();
  /** The reader's own positions, as a database would keep them. */
  readonly positions: number[];

  constructor(
    private readonly log: EventLog,
    private readonly group: string,
    from: readonly number[],
  ) {
    this.positions = [...from];
  }

  join(member: string): Promise<Subscription> {
    return this.log.share({
      group: this.group,
      topic,
      onGained: async (partition) => {
        this.history.push({ member, what: 'gained', partition });
        this.collector.add([]);
        return this.positions[partition] ?? 0;
      },
      onLost: (partition) => {
        this.history.push({ member, what: 'lost', partition });
      },
      onRecords: async (partition, records) => {
        for (const { offset } of records) {
          this.history.push({ member, what: 'record', partition, offset });
          this.positions[partition] = offset + 1;
        }
        // As a handler that writes: others get a chance to interfere.
        await Promise.resolve();
        this.collector.add(records);
      },
    });
  }

  /** Who holds what, by what they were told. */
  holders(): Map<number, string> {
    const holders = new Map<number, string>();
    for (const { member, what, partition } of this.history) {
      if (what === 'gained') holders.set(partition, member);
      if (what === 'lost' && holders.get(partition) === member) holders.delete(partition);
    }
    return holders;
  }

  async untilHeldBy(members: readonly string[]): Promise<void> {
    const settled = (): boolean => {
      const held = this.holders();
      return (
        held.size === this.log.identity.partitions &&
        members.every((member) => [...held.values()].includes(member)) &&
        [...held.values()].every((member) => members.includes(member))
      );
    };
    await this.collector.until(settled, `all partitions shared by ${members.join(' and ')}`);
  }

  /** Appends `n` records to every partition. */
  async feed(n: number): Promise<void> {
    const { partitions } = this.log.identity;
    await Promise.all(
      Array.from({ length: n * partitions }, (_, i) =>
        this.log.append({ topic, partition: i % partitions, key: 'k', value: `${i}` }),
      ),
    );
  }

  /** How often each record was handled, by partition and offset; and that within its partition it came in order. */
  expectEachOnce(from: readonly number[], perPartition: number): void {
    for (let partition = 0; partition < this.log.identity.partitions; partition++) {
      const start = from[partition] ?? 0;
      const offsets = this.collector.of(partition).map(({ offset }) => offset);
      expect(offsets).toEqual(Array.from({ length: perPartition }, (_, i) => start + i));
    }
  }
}

export function shareContract(open: OpenLog): void {
  let groups = 0;
  const start = async (): Promise<{ group: GroupUnderTest; from: number[]; name: string }> => {
    const log = open();
    const name = `group-${++groups}`;
    const from = await endsOf(log, topic);
    return { group: new GroupUnderTest(log, name, from), from, name };
  };
  const partitions = (): number => open().identity.partitions;

  describe('share', () => {
    test('a member alone has every partition, from the positions that it answers', async () => {
      const { group, from } = await start();
      await group.feed(3);
      const positions = from.map((end) => end + 1);
      group.positions.splice(0, positions.length, ...positions);
      const member = await group.join('one');
      await group.collector.untilTexts(2 * partitions());
      await member.stop();
      group.expectEachOnce(positions, 2);
    });

    test('two members share: each record goes to exactly one of them', async () => {
      const { group, from } = await start();
      const members = await Promise.all([group.join('one'), group.join('two')]);
      await group.untilHeldBy(['one', 'two']);
      await group.feed(20);
      await group.collector.untilTexts(20 * partitions());
      await Promise.all(members.map((member) => member.stop()));
      group.expectEachOnce(from, 20);
    });

    test('who joins takes over, who leaves hands over, and no record is lost or handled by a former holder', async () => {
      const { group, from } = await start();
      const one = await group.join('one');
      await group.untilHeldBy(['one']);
      const feeding = (async () => {
        for (let i = 0; i < 10; i++) await group.feed(5);
      })();
      const two = await group.join('two');
      await group.untilHeldBy(['one', 'two']);
      await feeding;
      await group.collector.untilTexts(50 * partitions());
      await one.stop();
      await group.feed(5);
      await group.untilHeldBy(['two']);
      await group.collector.untilTexts(55 * partitions());
      await two.stop();
      group.expectEachOnce(from, 55);
      const holder = new Map<number, string>();
      for (const { member, what, partition } of group.history) {
        if (what === 'gained') holder.set(partition, member);
        else if (what === 'lost') expect(holder.get(partition)).toBe(member);
        else expect(holder.get(partition)).toBe(member);
        if (what === 'lost') holder.delete(partition);
      }
    });

    test('nothing of a partition is handled after it was lost', async () => {
      const { group } = await start();
      const one = await group.join('one');
      await group.untilHeldBy(['one']);
      const two = await group.join('two');
      await group.untilHeldBy(['one', 'two']);
      await group.feed(10);
      await group.collector.untilTexts(10 * partitions());
      const lost = new Set<number>();
      for (const { member, what, partition } of group.history) {
        if (member !== 'one') continue;
        if (what === 'lost') lost.add(partition);
        if (what === 'gained') lost.delete(partition);
        if (what === 'record') expect(lost.has(partition)).toBe(false);
      }
      expect(lost.size).toBeGreaterThan(0);
      await Promise.all([one.stop(), two.stop()]);
    });

    test('groups do not know of each other', async () => {
      const [first, second] = [await start(), await start()];
      const members = [await first.group.join('one'), await second.group.join('one')];
      await first.group.feed(4);
      for (const { group } of [first, second]) await group.collector.untilTexts(4 * partitions());
      await Promise.all(members.map((member) => member.stop()));
      for (const { group, from } of [first, second]) group.expectEachOnce(from, 4);
    });

    test('seek re-reads a partition that is held', async () => {
      const { group, from } = await start();
      const member = await group.join('one');
      await group.feed(2);
      await group.collector.untilTexts(2 * partitions());
      member.seek(0, from[0] ?? 0);
      await group.collector.untilTexts(4, 0);
      await member.stop();
      expect(group.collector.of(0).map(({ offset }) => offset - (from[0] ?? 0))).toEqual([
        0, 1, 0, 1,
      ]);
    });

    test('lag says how far behind a group is, and for how long', async () => {
      const log = open();
      const blocked = gate();
      const entered = new Collector();
      const from = await endsOf(log, topic);
      const member = await log.share({
        group: 'lagging',
        topic,
        onGained: async (partition) => from[partition] ?? 0,
        onLost: () => undefined,
        onRecords: async (_partition, records) => {
          entered.add(records);
          await blocked.opened;
        },
      });
      await log.append({ topic, partition: 0, key: 'k', value: 'first' });
      await entered.untilTexts(1);
      for (const value of ['second', 'third'])
        await log.append({ topic, partition: 0, key: 'k', value });
      const behind = (await log.lag('lagging')).find(({ partition }) => partition === 0);
      expect(behind?.records).toBeGreaterThanOrEqual(2);
      expect(behind?.ms).toBeGreaterThanOrEqual(0);
      blocked.open();
      await entered.untilTexts(3);
      await member.stop();
    });
  });
}
