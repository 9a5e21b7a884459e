/** What every store of accounts keeps. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { NewAccount, UserStore } from '@parley/ports';
import { anyId } from './projector.js';

export interface UserHarness {
  readonly users: UserStore;
  stop(): Promise<void>;
}

let serial = 0;
/** An account that no other test has. */
function account(values: Partial<NewAccount> = {}): NewAccount {
  const name = `user-${++serial}`;
  const names = { username: name, email: `${name}@example.org`, display_name: name };
  return { id: anyId(), ...names, role: 'user', password_hash: `hash of ${name}`, ...values };
}

export function userStoreContract(name: string, makeHarness: () => Promise<UserHarness>): void {
  describe(`${name} keeps accounts`, () => {
    let harness: UserHarness;
    beforeAll(async () => {
      harness = await makeHarness();
    }, 60_000);
    afterAll(() => harness.stop(), 60_000);
    const users = () => harness.users;

    test('an account is found by e-mail, username (both in any case) and id', async () => {
      const made = account({ username: 'Ünïcode', email: 'Mixed@Example.org' });
      const { password_hash, id, role } = made;
      const created = await users().create(made);
      const found = await users().find(id);
      expect(found).toMatchObject({ password_hash, disabled: false, user: { id, role } });
      expect(created).toEqual({ user: found?.user });
      for (const login of ['ünÏCODE', 'mixed@EXAMPLE.org', id])
        expect(await users().findByLogin(login)).toEqual(found);
      for (const login of ['nobody', anyId(), '', `' OR 1=1 --`])
        expect(await users().findByLogin(login)).toBeUndefined();
      expect(await users().find(anyId())).toBeUndefined();
    });

    test('e-mail and username are unique in any case, and the one that is taken is named', async () => {
      const first = account();
      await users().create(first);
      const upper = (text: string | null) => text?.toUpperCase() ?? null;
      expect(await users().create(account({ email: upper(first.email) }))).toEqual({
        taken: 'email',
      });
      expect(await users().create(account({ username: upper(first.username) }))).toEqual({
        taken: 'username',
      });
    });

    test('of many at once with one name exactly one is made', async () => {
      const attempts = Array.from({ length: 10 }, () => account({ username: 'wanted' }));
      const answers = await Promise.all(attempts.map((attempt) => users().create(attempt)));
      expect(answers.filter((answer) => 'user' in answer)).toHaveLength(1);
    });

    test('an account may lack an e-mail or a username, and any number may', async () => {
      for (const lacking of [{ email: null }, { email: null }, { username: null }]) {
        const made = account(lacking);
        expect(await users().create(made)).toMatchObject({ user: lacking });
      }
    });

    test('many are found by id or by username at once; those that do not exist are left out', async () => {
      const made = [account(), account({ username: `Case-${anyId()}` })];
      for (const one of made) await users().create(one);
      const ids = made.map(({ id }) => id).sort();
      const byIds = await users().byIds([...ids, anyId()]);
      expect(byIds.map(({ id }) => id).sort()).toEqual(ids);
      const names = made.map(({ username }) => username?.toLowerCase() ?? '');
      const byNames = await users().byUsernames([...names, 'nobody-at-all']);
      expect(byNames.map(({ id }) => id).sort()).toEqual(ids);
      expect(await users().byIds([])).toEqual([]);
    });

    test('update changes what it names', async () => {
      const made = account();
      await users().create(made);
      const renamed = await users().update(made.id, { display_name: 'New name' });
      expect(renamed).toMatchObject({ display_name: 'New name', role: 'user' });
      const promoted = await users().update(made.id, { role: 'admin' });
      expect(promoted).toMatchObject({ display_name: 'New name', role: 'admin' });
      expect((await users().find(made.id))?.user).toEqual(promoted);
      expect(await users().update(anyId(), { role: 'admin' })).toBeUndefined();
    });

    test('search finds parts of names, page by page, each once, and takes signs for signs', async () => {
      const tag = anyId();
      const made = Array.from({ length: 7 }, (_, i) =>
        account({ display_name: i < 5 ? `Name ${tag}` : `100%_${tag}`, username: null }),
      );
      for (const one of made) await users().create(one);
      const found: string[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await users().search(tag.toUpperCase(), {
          limit: 3,
          ...(cursor ? { cursor } : {}),
        });
        found.push(...page.items.map(({ id }) => id));
        cursor = page.next_cursor;
      } while (cursor !== null);
      expect([...found].sort()).toEqual(made.map(({ id }) => id).sort());
      expect((await users().search(`0%_${tag}`, { limit: 10 })).items).toHaveLength(2);
      expect((await users().search(`1%${tag}`, { limit: 10 })).items).toHaveLength(0);
    });
  });
}
