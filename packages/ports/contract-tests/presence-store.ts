import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PRESENCE_LEASE_MS, type PresenceStore } from '@parley/ports';

const ANN = '0b8f1f0e-0000-4000-8000-00000000000a';
const BOB = '0b8f1f0e-0000-4000-8000-00000000000b';
const EVE = '0b8f1f0e-0000-4000-8000-00000000000e';

/** What a presence store is tested with. */
export interface PresenceStoreUnderTest {
  /** Empty at first. */
  readonly store: PresenceStore;
  /** Lets this much of the store's time pass. */
  pass(ms: number): Promise<void> | void;
  close(): Promise<void> | void;
}

/** The promises of {@link PresenceStore}. */
export function presenceStoreContract(name: string, open: () => Promise<PresenceStoreUnderTest>) {
  describe(`${name}: a presence store`, () => {
    let tested: PresenceStoreUnderTest;
    let store: PresenceStore;
    beforeEach(async () => {
      tested = await open();
      store = tested.store;
    });
    afterEach(() => tested.close());
    const online = async (): Promise<string[]> => [...(await store.online([ANN, BOB, EVE]))].sort();

    it('knows nobody at first', async () => {
      expect(await online()).toEqual([]);
      expect((await store.lastSeen([ANN])).size).toBe(0);
    });

    it('shows those whom an edge names, and replaces them with its next renewal', async () => {
      await store.renew('edge-1', [ANN, BOB]);
      expect(await online()).toEqual([ANN, BOB]);
      await store.renew('edge-1', [BOB, EVE]);
      expect(await online()).toEqual([BOB, EVE]);
    });

    it('tells the one arrival that brings a user online', async () => {
      await store.renew('edge-1', []);
      await store.renew('edge-2', []);
      expect(await store.arrive('edge-1', ANN)).toBe(true);
      expect(await store.arrive('edge-1', ANN)).toBe(false);
      expect(await store.arrive('edge-2', ANN)).toBe(false);
      expect(await online()).toEqual([ANN]);
    });

    it('tells the one departure that takes a user offline', async () => {
      await store.renew('edge-1', [ANN]);
      await store.renew('edge-2', [ANN]);
      expect(await store.leave('edge-1', ANN)).toBe(false);
      expect(await online()).toEqual([ANN]);
      expect(await store.leave('edge-2', ANN)).toBe(true);
      expect(await online()).toEqual([]);
    });

    it('begins a lease with the first arrival at an edge', async () => {
      expect(await store.arrive('edge-1', ANN)).toBe(true);
      expect(await online()).toEqual([ANN]);
    });

    it('forgets the users of an edge that does not renew', async () => {
      await store.renew('edge-1', [ANN]);
      await tested.pass(PRESENCE_LEASE_MS / 2);
      await store.renew('edge-2', [BOB]);
      await tested.pass(PRESENCE_LEASE_MS / 2 + 1);
      expect(await online()).toEqual([BOB]);
      expect(await store.arrive('edge-2', ANN)).toBe(true);
    });

    it('keeps the users of an edge that renews', async () => {
      for (let third = 0; third < 6; third++) {
        await store.renew('edge-1', [ANN]);
        await tested.pass(PRESENCE_LEASE_MS / 3);
      }
      expect(await online()).toEqual([ANN]);
    });

    it('forgets the users of an edge that is released', async () => {
      await store.renew('edge-1', [ANN, BOB]);
      await store.renew('edge-2', [BOB]);
      await store.release('edge-1');
      expect(await online()).toEqual([BOB]);
    });

    it('remembers when somebody was last seen', async () => {
      await store.arrive('edge-1', ANN);
      const first = (await store.lastSeen([ANN, BOB])).get(ANN) ?? 0;
      expect(first).toBeGreaterThan(0);
      await tested.pass(1000);
      await store.leave('edge-1', ANN);
      const seen = await store.lastSeen([ANN, BOB]);
      expect((seen.get(ANN) ?? 0) - first).toBeGreaterThanOrEqual(1000);
      expect(seen.has(BOB)).toBe(false);
    });
  });
}
