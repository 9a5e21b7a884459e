import { setTimeout as delay } from 'node:timers/promises';

/** What was waited for did not come in time. */
export class NeverCame extends Error {
  override readonly name = 'NeverCame';
}

/**
 * Asks `probe` every 20 ms until it answers something other than `false`, `null` or `undefined`, and returns that.
 * Rejects with {@link NeverCame} after `ms`; a probe that throws ends the wait at once.
 */
export async function until<T>(
  what: string,
  ms: number,
  probe: () => T | false | null | undefined | Promise<T | false | null | undefined>,
): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const answer = await probe();
    if (answer !== false && answer !== null && answer !== undefined) return answer;
    if (Date.now() > deadline) throw new NeverCame(`${what} did not come within ${ms} ms`);
    await delay(20);
  }
}
