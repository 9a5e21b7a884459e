/** Real services for tests, seeded faults, the proxy. */
export { temporaryDataDir, type TemporaryDataDir } from './data-dir.js';
export { NativeSocket, type ServerFrameOf, type SocketEnd } from './native-socket.js';
export { mintClientId, Person, type Address } from './people.js';
export { killProcessesOf, processesOf, type RunningProcess } from './processes.js';
export {
  ProductFailed,
  startProduct,
  type Exit,
  type Product,
  type ProductOptions,
} from './product.js';
export { SeededRandom } from './random.js';
export { must, rest, type Answer, type Call } from './rest.js';
export { NeverCame, until } from './until.js';
export * from './checker/index.js';
export { describeReport } from './torture/describe.js';
export type { TortureOptions } from './torture/options.js';
export { readHistory } from './torture/recorder.js';
export { judge, runTorture, type TortureReport } from './torture/run-torture.js';
