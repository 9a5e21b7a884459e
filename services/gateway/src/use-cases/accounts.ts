/** Who somebody is. */
import {
  ParleyError,
  Uuid,
  type Page,
  type RegisterRequest,
  type UpdateMeRequest,
  type User,
} from '@parley/contracts';
import type { z } from 'zod';
import type { GatewayConfig } from '../config.js';
import type { GatewayPorts } from '../ports.js';
import type { Actor } from './actor.js';

type AccountPorts = Pick<GatewayPorts, 'users' | 'passwords' | 'random'>;

/** Names that a mention means otherwise, besides those of the models. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['ai', 'assistant', 'all', 'everyone']);

/** Makes an account. `CONFLICT` for an e-mail or username that is another's. */
export async function register(
  ports: AccountPorts,
  config: Pick<GatewayConfig, 'models'>,
  input: z.output<typeof RegisterRequest>,
): Promise<User> {
  const { username = null, email = null } = input;
  if (username !== null) checkUsername(config, username);
  const created = await ports.users.create({
    id: ports.random.uuid(),
    username,
    email,
    display_name: input.display_name ?? username ?? email?.split('@')[0] ?? '',
    role: 'user',
    password_hash: await ports.passwords.hash(input.password),
  });
  if ('user' in created) return created.user;
  throw new ParleyError('CONFLICT', `this ${created.taken} is taken`, {
    errors: [{ path: created.taken, message: 'is taken' }],
  });
}

/** Changes how one is shown. Messages keep the name that they were posted under. */
export async function updateMe(
  ports: Pick<AccountPorts, 'users'>,
  actor: Actor,
  input: z.output<typeof UpdateMeRequest>,
): Promise<User> {
  const { display_name } = input;
  const user = await ports.users.update(
    actor.user_id,
    display_name === undefined ? {} : { display_name },
  );
  if (user === undefined) throw new ParleyError('AUTH_FAILED', 'no such account');
  return user;
}

/** People by a part of their name. E-mail addresses are nobody's business but their owners'. */
export async function searchUsers(
  ports: Pick<AccountPorts, 'users'>,
  input: {
    readonly search?: string | undefined;
    readonly limit: number;
    readonly cursor?: string | undefined;
  },
): Promise<Page<User>> {
  const { limit, cursor } = input;
  const { items, next_cursor } = await ports.users.search(input.search ?? '', {
    limit,
    ...(cursor === undefined ? {} : { cursor }),
  });
  return { items: items.map((user) => ({ ...user, email: null })), next_cursor };
}

/** A username that reads as an id would log in as another account; one that reads as a model would be asked. */
function checkUsername(config: Pick<GatewayConfig, 'models'>, username: string): void {
  const name = username.toLowerCase();
  const isModel = config.models.all.some((model) => model.toLowerCase() === name);
  if (!isModel && !RESERVED_NAMES.has(name) && !Uuid.safeParse(name).success) return;
  throw new ParleyError('VALIDATION_FAILED', 'this username is reserved', {
    errors: [{ path: 'username', message: 'is reserved' }],
  });
}
