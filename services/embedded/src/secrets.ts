/** Secrets of a machine of its own: made at the first start, kept in DATA_DIR, readable by its owner alone. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Random } from '@parley/ports';
import { z } from 'zod';

const Secrets = z.object({ jwt_secret: z.string().min(32) });

/** The secret that signs tokens. A file that is there but cannot be read is an error: a new one would log everybody out. */
export async function keptSecret(dataDir: string, random: Random): Promise<string> {
  const file = join(dataDir, 'secrets.json');
  try {
    return Secrets.parse(JSON.parse(await readFile(file, 'utf8'))).jwt_secret;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const made = { jwt_secret: Buffer.from(random.bytes(48)).toString('base64url') };
  await writeFile(`${file}.new`, `${JSON.stringify(made)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return made.jwt_secret;
}
