/** What every store of sessions keeps. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SessionStore } from '@parley/ports';
import { anyId } from './projector.js';

export interface SessionHarness {
  readonly sessions: SessionStore;
  /** Unix ms as the store sees it. */
  now(): number;
  /** Lets time pass. */
  advance(ms: number): void;
  stop(): Promise<void>;
}

const DAY = 86_400_000;

export function sessionStoreContract(
  name: string,
  makeHarness: () => Promise<SessionHarness>,
): void {
  describe(`${name} keeps sessions`, () => {
    let harness: SessionHarness;
    beforeAll(async () => {
      harness = await makeHarness();
    }, 60_000);
    afterAll(() => harness.stop(), 60_000);
    const sessions = () => harness.sessions;

    /** A session whose refresh token hashes to `first`. */
    const login = async (): Promise<string> => {
      const id = anyId();
      const expires_at = harness.now() + DAY;
      const from = { user_agent: 'a browser', ip: '192.0.2.1' };
      await sessions().create({ id, user_id: anyId(), refresh_hash: 'first', expires_at, ...from });
      return id;
    };
    const rotate = (session_id: string, spent_hash: string, next_hash: string) =>
      sessions().rotate({ session_id, spent_hash, next_hash, expires_at: harness.now() + DAY });

    test('a session is found while it is remembered, revoked or not', async () => {
      const id = await login();
      const created_at = harness.now();
      const session = { id, created_at, last_seen_at: created_at, expires_at: created_at + DAY };
      expect(await sessions().find(id)).toMatchObject({ ...session, revoked_at: null });
      expect(await sessions().find(id)).toMatchObject({ user_agent: 'a browser', ip: '192.0.2.1' });
      await sessions().revoke(id);
      expect((await sessions().find(id))?.revoked_at).toEqual(expect.any(Number));
      expect(await sessions().find(anyId())).toBeUndefined();
    });

    test('of 20 parallel refreshes with one token exactly one wins, the others are graced', async () => {
      const id = await login();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => rotate(id, 'first', `next ${i}`)),
      );
      expect(answers.filter((answer) => answer === 'rotated')).toHaveLength(1);
      expect(answers.filter((answer) => answer === 'graced')).toHaveLength(19);
      const winner = answers.indexOf('rotated');
      expect(await rotate(id, `next ${winner}`, 'third')).toBe('rotated');
      expect(await rotate(id, `next ${(winner + 1) % 20}`, 'stolen')).toBe('unknown');
    });

    test('a refresh extends the session', async () => {
      const id = await login();
      harness.advance(DAY / 2);
      expect(await rotate(id, 'first', 'second')).toBe('rotated');
      const now = harness.now();
      expect(await sessions().find(id)).toMatchObject({ last_seen_at: now, expires_at: now + DAY });
    });

    test('a token spent 10 s ago or longer ends the session, for its thief and its owner', async () => {
      const id = await login();
      await rotate(id, 'first', 'second');
      harness.advance(9_999);
      expect(await rotate(id, 'first', 'x')).toBe('graced');
      harness.advance(1);
      expect(await rotate(id, 'first', 'x')).toBe('reused');
      expect((await sessions().find(id))?.revoked_at).not.toBeNull();
      expect(await rotate(id, 'second', 'third')).toBe('unknown');
    });

    test('a token spent long before the last one ends it too', async () => {
      const id = await login();
      await rotate(id, 'first', 'second');
      await rotate(id, 'second', 'third');
      harness.advance(60_000);
      await rotate(id, 'third', 'fourth');
      expect(await rotate(id, 'first', 'x')).toBe('reused');
    });

    test('what is unknown, expired or revoked is not rotated', async () => {
      expect(await rotate(anyId(), 'first', 'x')).toBe('unknown');
      const [foreign, revoked, expired] = [await login(), await login(), await login()];
      expect(await rotate(foreign, 'never issued', 'x')).toBe('unknown');
      expect(await rotate(foreign, 'first', 'second')).toBe('rotated');
      await sessions().revoke(revoked);
      expect(await rotate(revoked, 'first', 'x')).toBe('unknown');
      harness.advance(DAY);
      expect(await rotate(expired, 'first', 'x')).toBe('unknown');
    });

    test('revocations are heard of from a mark on, none is missed between marks', async () => {
      const { mark } = await sessions().revokedSince(undefined);
      const [one, two, alive] = [await login(), await login(), await login()];
      await sessions().revoke(one);
      const first = await sessions().revokedSince(mark);
      expect(first.ids).toContain(one);
      await sessions().revoke(two);
      await sessions().revoke(two);
      const second = await sessions().revokedSince(first.mark);
      expect(second.ids).toContain(two);
      expect([...first.ids, ...second.ids]).not.toContain(alive);
    });

    test('many revocations at once: a reader that follows the marks hears them all', async () => {
      const ids = await Promise.all(Array.from({ length: 30 }, login));
      let { mark } = await sessions().revokedSince(undefined);
      const heard = new Set<string>();
      let revoking = true;
      const revocations = Promise.all(ids.map((id) => sessions().revoke(id))).then(() => {
        revoking = false;
      });
      for (let last = false; !last;) {
        last = !revoking;
        const news = await sessions().revokedSince(mark);
        for (const id of news.ids) heard.add(id);
        mark = news.mark;
      }
      await revocations;
      expect(ids.filter((id) => !heard.has(id))).toEqual([]);
    });

    test('an id is spent once', async () => {
      const id = anyId();
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => sessions().spend(id, harness.now() + 30_000)),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await sessions().spend(id, harness.now() + 30_000)).toBe(false);
      expect(await sessions().spend(anyId(), harness.now() + 30_000)).toBe(true);
    });
  });
}
