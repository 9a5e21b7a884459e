// A process of its own for tests that kill one. node child.mjs <what> <data folder>
// Prints JSON lines; lives until it is killed or its stdin ends.
import {
  claimDataDir,
  createPool,
  migrate,
  openEmbeddedLog,
  startPostgres,
} from '@parley/postgres';

const [what, dataDir] = process.argv.slice(2);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const logger = { debug() {}, info() {}, warn() {}, error() {} };
const clock = {
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Appends one numbered record after the other to partition 1, eight at a time, and prints what was acknowledged. */
async function append(url) {
  await migrate(url);
  const log = await openEmbeddedLog({ pool: createPool({ url }), clock, logger, partitions: 2 });
  let n = 0;
  const lane = async () => {
    for (;;) {
      const value = `record ${++n}`;
      const topic = 'chat.room-events.v1';
      const { offset } = await log.append({ topic, partition: 1, key: 'k', value });
      say({ offset, value });
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

if (what === 'claim') {
  await claimDataDir(dataDir, { address: 'http://127.0.0.1:8000' });
  say({ claimed: true });
} else {
  const postgres = await startPostgres({ dataDir });
  say({ pid: postgres.pid, url: postgres.url });
  if (what === 'append') await append(postgres.url);
}
process.stdin.resume().on('end', () => process.exit());
