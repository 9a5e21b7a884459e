import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { claimDataDir, DataDirHeld } from '@parley/postgres';
import { startChild } from './processes.js';

describe('a data folder has one owner', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'parley-claim-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  test('a second process is refused and told who holds it, since when and where', async () => {
    const child = startChild('claim', dataDir);
    try {
      await child.next();
      const refusal = await claimDataDir(dataDir).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(DataDirHeld);
      expect(String(refusal)).toContain(`process ${child.process.pid}`);
      expect(String(refusal)).toMatch(
        /running since \d{4}-\d\d-\d\dT.*, at http:\/\/127.0.0.1:8000/,
      );
    } finally {
      await child.kill();
    }
  });

  test('a claim ends with its process, however it ends', async () => {
    const child = startChild('claim', dataDir);
    await child.next();
    await child.kill();
    const claim = await claimDataDir(dataDir);
    await claim.release();
  });

  test('a reused process id in owner.json fools nobody', async () => {
    const owner = { pid: process.pid, started: new Date().toISOString() };
    await writeFile(join(dataDir, 'owner.json'), JSON.stringify(owner));
    const claim = await claimDataDir(dataDir);
    await claim.release();
  });

  test('of many at once exactly one gets it', async () => {
    const claims = await Promise.allSettled(
      Array.from({ length: 10 }, () => claimDataDir(dataDir)),
    );
    const granted = claims.filter((claim) => claim.status === 'fulfilled');
    expect(granted).toHaveLength(1);
    await granted[0]?.value.release();
  });

  test('a holder that is stopped in its tracks is named by its file', async () => {
    const child = startChild('claim', dataDir);
    try {
      await child.next();
      child.process.kill('SIGSTOP');
      await expect(claimDataDir(dataDir)).rejects.toThrow(`process ${child.process.pid}`);
    } finally {
      await child.kill();
    }
  });

  test('owner.json names the owner while it lasts', async () => {
    const claim = await claimDataDir(dataDir, { address: 'http://localhost:1' });
    const owner: unknown = JSON.parse(await readFile(join(dataDir, 'owner.json'), 'utf8'));
    expect(owner).toMatchObject({ pid: process.pid, address: 'http://localhost:1' });
    await claim.release();
    await expect(readFile(join(dataDir, 'owner.json'))).rejects.toThrow('ENOENT');
  });
});
