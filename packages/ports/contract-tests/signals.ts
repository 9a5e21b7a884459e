import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Signal, Signals } from '@parley/ports';

const ROOM = '0b8f1f0e-0000-4000-8000-00000000000c';
const ANN = '0b8f1f0e-0000-4000-8000-00000000000a';

/** What signals are tested with. */
export interface SignalsUnderTest {
  readonly signals: Signals;
  /** Resolves when everything published before was delivered (or lost). */
  settled(): Promise<void>;
  close(): Promise<void> | void;
}

/** The promises of {@link Signals}, while nothing is lost. */
export function signalsContract(name: string, open: () => Promise<SignalsUnderTest>) {
  describe(`${name}: signals`, () => {
    let tested: SignalsUnderTest;
    beforeEach(async () => {
      tested = await open();
    });
    afterEach(() => tested.close());
    const listen = () => {
      const heard: Signal[] = [];
      return { heard, subscription: tested.signals.subscribe((signal) => heard.push(signal)) };
    };
    const typing: Signal = { type: 'typing', room_id: ROOM, user_id: ANN };
    const online: Signal = { type: 'presence', user_id: ANN, status: 'online' };

    it('reach every subscriber, the one that published included, in order', async () => {
      const [one, other] = [listen(), listen()];
      tested.signals.publish(typing);
      tested.signals.publish(online);
      await tested.settled();
      expect(one.heard).toEqual([typing, online]);
      expect(other.heard).toEqual([typing, online]);
    });

    it('are not delivered while publish runs', () => {
      const { heard } = listen();
      tested.signals.publish(typing);
      expect(heard).toEqual([]);
    });

    it('do not reach whoever has stopped', async () => {
      const { heard, subscription } = listen();
      subscription.stop();
      subscription.stop();
      tested.signals.publish(typing);
      await tested.settled();
      expect(heard).toEqual([]);
    });

    it('may be published by a subscriber', async () => {
      const { heard } = listen();
      const echo = tested.signals.subscribe((signal) => {
        if (signal.type === 'typing') tested.signals.publish(online);
      });
      tested.signals.publish(typing);
      await tested.settled();
      await tested.settled();
      echo.stop();
      expect(heard).toEqual([typing, online]);
    });
  });
}
