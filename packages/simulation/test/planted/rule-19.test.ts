import { expect, it } from '@jest/globals';
import type { ProjectionStore } from '@parley/ports';
import { caught } from './plant.js';

/** A store that writes wherever it stands. */
const unfenced = (store: ProjectionStore): ProjectionStore => ({
  positions: (topic) => store.positions(topic),
  loadRooms: (ids) => store.loadRooms(ids),
  async commit(batch) {
    for (;;) {
      const from = (await store.positions(batch.topic))[batch.partition] ?? 0;
      const outcome = await store.commit({ ...batch, from });
      if (outcome === 'committed') return outcome;
    }
  },
});

it('rule 19: a projection without its fence is caught', async () => {
  const options = { seeds: 300, persistences: 2, wraps: { projection: unfenced } };
  expect(await caught('I8', options)).toBeGreaterThan(0);
});
