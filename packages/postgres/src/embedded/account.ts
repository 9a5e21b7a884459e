/**
 * PostgreSQL refuses to run as root. Started by root, everything of it runs as an unprivileged account; started by
 * anyone else, as that user.
 */
import { execFile } from 'node:child_process';

/** The account that the database runs as: empty = our own. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** `nobody` and `nogroup` of Debian; what matters is that it is not root and owns nothing else. */
const NOBODY = 65_534;

export function databaseAccount(): Account {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

/**
 * Whether the account can use a file or enter a folder. The account itself is asked (by `test -x`), since only the kernel
 * knows all that decides it: modes of every parent, access lists, mount options.
 */
export async function canReach(account: Account, path: string): Promise<boolean> {
  if (account.uid === undefined) return true;
  return new Promise((resolve) => {
    execFile(
      '/bin/sh',
      ['-c', 'test -x "$1"', 'sh', path],
      { ...account, cwd: '/', timeout: 5_000 },
      (error) => resolve(error === null),
    );
  });
}
