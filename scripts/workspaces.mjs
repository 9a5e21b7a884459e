// The packages of this repository, read from its folders: there is no second list to keep in step.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @returns {{ name: string, folder: string }[]} every `@parley/<name>` with its folder from the root */
export function workspaces() {
  return ['packages', 'services'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .filter((name) => existsSync(join(root, parent, name, 'package.json')))
      .map((name) => ({ name, folder: `${parent}/${name}` })),
  );
}
