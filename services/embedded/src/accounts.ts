/** Accounts that exist after a start: the admin of the settings, and on a new machine two people to try Parley with. */
import type { Passwords, Random, UserStore } from '@parley/ports';
import { Refusal } from '@parley/runtime';

interface Ports {
  readonly users: UserStore;
  readonly passwords: Passwords;
  readonly random: Random;
}

/** Printed at every start while it still opens the demo accounts. */
export const DEMO_PASSWORD = 'parley-demo';
const DEMO_USERNAMES = ['alice', 'bob'] as const;

/** The account of `email` exists and is an admin. Its password is set only when it is made. */
export async function ensureAdmin(
  { users, passwords, random }: Ports,
  admin: { readonly email: string; readonly password: string | undefined },
): Promise<void> {
  const account = await users.findByLogin(admin.email);
  if (account !== undefined) {
    if (account.user.role !== 'admin') await users.update(account.user.id, { role: 'admin' });
    return;
  }
  if (admin.password === undefined) {
    throw new Refusal(`ADMIN_PASSWORD is needed to make the account ${admin.email}`);
  }
  await users.create({
    id: random.uuid(),
    username: null,
    email: admin.email,
    display_name: 'Admin',
    role: 'admin',
    password_hash: await passwords.hash(admin.password),
  });
}

/** Makes the demo accounts where nobody has an account yet. Answers those that the demo password opens. */
export async function ensureDemoAccounts({ users, passwords, random }: Ports): Promise<string[]> {
  const { items } = await users.search('', { limit: 1 });
  if (items.length === 0) {
    for (const username of DEMO_USERNAMES) {
      await users.create({
        id: random.uuid(),
        username,
        email: null,
        display_name: username.charAt(0).toUpperCase() + username.slice(1),
        role: 'user',
        password_hash: await passwords.hash(DEMO_PASSWORD),
      });
    }
  }
  const open: string[] = [];
  for (const username of DEMO_USERNAMES) {
    const account = await users.findByLogin(username);
    if (account === undefined || account.disabled) continue;
    if (await passwords.verify(account.password_hash, DEMO_PASSWORD)) open.push(username);
  }
  return open;
}
