import { ParleyError, type User, type Uuid } from '@parley/contracts';
import type { GatewayPorts } from '../ports.js';

/** Whoever asks for something to be done. `user` saves a read where it is known already. */
export interface Actor {
  readonly user_id: Uuid;
  readonly user?: User;
}

/** The account of the actor. */
export async function userOf(ports: Pick<GatewayPorts, 'users'>, actor: Actor): Promise<User> {
  if (actor.user !== undefined) return actor.user;
  const account = await ports.users.find(actor.user_id);
  if (account === undefined) throw new ParleyError('AUTH_FAILED', 'no such account');
  return account.user;
}
