/**
 * Logging in with a password.
 *
 * Failures lock the account for the address that they came from, and only slow it down for all others: nobody can lock
 * another out. Names that do not exist are treated as those that do, in answer and in time.
 */
import { ParleyError } from '@parley/contracts';
import { sleep, type Account } from '@parley/ports';
import type { GatewayPorts } from '../ports.js';
import { openSession, type Grant, type Device } from './sessions.js';
import type { Turns } from './turns.js';

type LoginPorts = Pick<
  GatewayPorts,
  'users' | 'passwords' | 'limiter' | 'sessions' | 'tokens' | 'clock' | 'random'
>;

export interface LoginInput {
  /** E-mail, username or id. */
  readonly login: string;
  readonly password: string;
  readonly device: Device;
}

/** What each attempt waits on an account that fails from everywhere, in ms: 3,600 guesses per hour and connection. */
const SLOWED_MS = 1000;

/**
 * Checks the password and opens a session. `AUTH_FAILED`; `ACCOUNT_LOCKED` for this address after too many failures.
 * Attempts of one address on one account take turns, so that parallel guesses are counted too.
 */
export async function login(ports: LoginPorts, turns: Turns, input: LoginInput): Promise<Grant> {
  const account = await ports.users.findByLogin(input.login);
  const who = account?.user.id ?? input.login.toLowerCase();
  const everywhere = `account ${who}`;
  const here = `${everywhere} from ${input.device.ip ?? 'unknown'}`;
  return turns(here, async () => {
    await checkLock(ports, here);
    if (!(await ports.limiter.peek('login', everywhere)).allowed) {
      await sleep(ports.clock, SLOWED_MS);
    }
    if (!(await ports.passwords.verify(account?.password_hash, input.password))) {
      await ports.limiter.consume('login', here);
      await ports.limiter.consume('login', everywhere);
      throw new ParleyError('AUTH_FAILED', 'wrong name or password');
    }
    await ports.limiter.reset('login', here);
    return openSession(ports, enabled(account), input.device);
  });
}

async function checkLock(ports: Pick<LoginPorts, 'limiter'>, key: string): Promise<void> {
  const lock = await ports.limiter.peek('login', key);
  if (lock.allowed) return;
  throw new ParleyError('ACCOUNT_LOCKED', 'too many failed logins', {
    retryAfterMs: lock.resetMs,
  });
}

/** Told only to those who know the password. */
function enabled(account: Account | undefined): Account {
  if (account !== undefined && !account.disabled) return account;
  throw new ParleyError('FORBIDDEN', 'the account is disabled');
}
