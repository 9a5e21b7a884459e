/** `npm run bench`. */
import { readOptions, USAGE } from '../options.js';
import { runBench } from '../run-bench.js';

const options = readOptions(process.argv.slice(2));
if (options.help) process.stdout.write(USAGE);
else {
  const from = Date.now();
  const log = (line: string): void =>
    console.error(`[${((Date.now() - from) / 1000).toFixed(0)} s] ${line}`);
  console.log(await runBench(options, log));
}
