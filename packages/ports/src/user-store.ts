import type { Page, User, Uuid } from '@parley/contracts';

/** An account as its owner's gateway needs it. */
export interface Account {
  readonly user: User;
  readonly password_hash: string;
  readonly disabled: boolean;
}

export interface NewAccount {
  readonly id: Uuid;
  readonly username: string | null;
  readonly email: string | null;
  readonly display_name: string;
  readonly role: 'user' | 'admin';
  readonly password_hash: string;
}

/** Accounts. E-mail and username are unique, each without regard to case. */
export interface UserStore {
  /** `taken` names what is already another's. */
  create(
    account: NewAccount,
  ): Promise<{ readonly user: User } | { readonly taken: 'email' | 'username' }>;
  /** By e-mail, username or id. */
  findByLogin(login: string): Promise<Account | undefined>;
  find(id: Uuid): Promise<Account | undefined>;
  /** Those that exist, in no order. */
  byIds(ids: readonly Uuid[]): Promise<readonly User[]>;
  /** By username, lower case, for mentions. */
  byUsernames(usernames: readonly string[]): Promise<readonly User[]>;
  update(
    id: Uuid,
    change: { readonly display_name?: string; readonly role?: 'user' | 'admin' },
  ): Promise<User | undefined>;
  search(
    query: string,
    options: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<User>>;
}
