import { expect, it } from '@jest/globals';
import type { Judged } from '@parley/domain';
import type * as fanOut from '../../../../services/edge/src/fan-out.js';
import type { Rooms } from '../../../../services/edge/src/rooms.js';
import { caught, plant } from './plant.js';

it('rule 11: a batch that goes to whoever was there when it began is caught', async () => {
  await plant<typeof fanOut>('services/edge/src/fan-out', ({ FanOut }) => ({
    FanOut: class extends FanOut {
      readonly #all: Rooms;
      #leaks: (() => void)[] = [];

      constructor(...args: ConstructorParameters<typeof FanOut>) {
        super(...args);
        this.#all = args[0];
      }

      override take(judged: Judged): void {
        const room = this.#all.get(judged.event.room_id);
        const before = [...(room?.live ?? [])];
        super.take(judged);
        if (judged.event.type !== 'member.left' || room === undefined) return;
        for (const hearer of before) {
          if (room.live.has(hearer)) continue;
          room.live.add(hearer);
          this.#leaks.push(() => room.live.delete(hearer));
        }
      }

      override flush(): void {
        super.flush();
        for (const stop of this.#leaks.splice(0)) stop();
      }
    },
  }));
  expect(await caught('I5', { seeds: 300 })).toBeGreaterThan(0);
});
