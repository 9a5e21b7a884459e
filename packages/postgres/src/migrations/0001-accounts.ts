import type { Knex } from 'knex';

/** Accounts and sessions: rows that the gateway owns. All times are Unix ms. */
export const accounts = {
  name: '0001-accounts',
  up: (knex: Knex): Knex.Raw =>
    knex.raw(`
      CREATE TABLE users (
        id uuid PRIMARY KEY,
        username text,
        email text,
        display_name text NOT NULL,
        role text NOT NULL CHECK (role IN ('user', 'admin')),
        password_hash text NOT NULL,
        disabled boolean NOT NULL DEFAULT false,
        created_at bigint NOT NULL,
        CHECK (username IS NOT NULL OR email IS NOT NULL)
      );
      CREATE UNIQUE INDEX users_username ON users (lower(username));
      CREATE UNIQUE INDEX users_email ON users (lower(email));
      CREATE INDEX users_by_name ON users (lower(display_name), id);

      CREATE TABLE sessions (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL,
        -- Of the refresh token that is good now; the spent ones are in spent_refresh_tokens.
        refresh_hash text NOT NULL,
        created_at bigint NOT NULL,
        last_seen_at bigint NOT NULL,
        expires_at bigint NOT NULL,
        revoked_at bigint,
        user_agent text,
        ip text
      );
      CREATE INDEX sessions_of_user ON sessions (user_id);
      CREATE INDEX sessions_revoked ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;
      CREATE INDEX sessions_expiry ON sessions (expires_at);

      CREATE TABLE spent_refresh_tokens (
        session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        hash text NOT NULL,
        spent_at bigint NOT NULL,
        PRIMARY KEY (session_id, hash)
      );

      CREATE TABLE spent_ids (
        id text PRIMARY KEY,
        expires_at bigint NOT NULL
      );
      CREATE INDEX spent_ids_expiry ON spent_ids (expires_at);
    `),
};
