import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killProcessesOf } from './processes.js';

/** A folder of a product's own, to be thrown away. */
export interface TemporaryDataDir {
  readonly path: string;
  /** Kills whatever still runs on it and deletes it. Removing twice is harmless. */
  remove(): Promise<void>;
}

/** Makes an empty data folder under the system's temporary folder, passable for a database that runs as another user. */
export function temporaryDataDir(): TemporaryDataDir {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'parley-')));
  chmodSync(path, 0o755);
  return {
    path,
    async remove() {
      await killProcessesOf(path);
      rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
