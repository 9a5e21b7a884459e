import {
  presenceStoreContract,
  rateLimiterContract,
  signalsContract,
  TESTED_LIMITS,
} from '@parley/ports/contract-tests';
import {
  createMemoryPresenceStore,
  createMemoryRateLimiter,
  createMemorySignals,
} from '@parley/memory';

presenceStoreContract('memory', async () => {
  let time = Date.UTC(2030, 0, 1);
  return {
    store: createMemoryPresenceStore({ clock: { now: () => time } }),
    pass: (ms) => {
      time += ms;
    },
    close: () => undefined,
  };
});

signalsContract('memory', async () => ({
  signals: createMemorySignals(),
  settled: () => Promise.resolve(),
  close: () => undefined,
}));

rateLimiterContract('memory', async () => ({
  limiter: createMemoryRateLimiter(TESTED_LIMITS),
  close: () => undefined,
}));
