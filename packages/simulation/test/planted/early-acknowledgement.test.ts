import { expect, it } from '@jest/globals';
import { seqOf, type RoomEvent } from '@parley/contracts';
import { iso } from '@parley/domain';
import type { NewRecord, Position } from '@parley/ports';
import type * as sends from '../../../../services/edge/src/sends.js';
import { caught, plant } from './plant.js';

interface Last {
  append?: Promise<Position>;
}

const appendOf = (last: Last): Promise<Position> | undefined => last.append;

it('acknowledging a message when the producer says so, before it was read back, is caught', async () => {
  await plant<typeof sends>('services/edge/src/sends', ({ Sends }) => ({
    Sends: class extends Sends {
      readonly #epoch: number;
      readonly #last: Last;

      constructor(...args: ConstructorParameters<typeof Sends>) {
        const [ports, ...others] = args;
        const last: Last = {};
        const log = {
          identity: ports.log.identity,
          append: (record: NewRecord) => (last.append = ports.log.append(record)),
          end: ports.log.end.bind(ports.log),
          tail: ports.log.tail.bind(ports.log),
          share: ports.log.share.bind(ports.log),
          lag: ports.log.lag.bind(ports.log),
        };
        super({ ...ports, log }, ...others);
        this.#epoch = ports.log.identity.epoch;
        this.#last = last;
      }

      override append(...args: Parameters<InstanceType<typeof Sends>['append']>): void {
        delete this.#last.append;
        super.append(...args);
        const [{ user }, event] = args;
        void appendOf(this.#last)?.then(
          ({ offset, at }) => user.send(echo(event, seqOf(this.#epoch, offset), at)),
          () => undefined,
        );
      }
    },
  }));
  expect(await caught('I1', { seeds: 300 })).toBeGreaterThan(0);
});

function echo(event: RoomEvent, seq: number, at: number): string {
  const order = 0;
  return JSON.stringify({ ...event, seq, at: iso(at), order, sender_id: event.by, repeated: true });
}
