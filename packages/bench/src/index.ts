/** Load generator and reports. */
export { readOptions, type BenchOptions } from './options.js';
export { runBench } from './run-bench.js';
