import type { Knex } from 'knex';

/** Which logs there were, and the records of the embedded one. All times are Unix ms. */
export const log = {
  name: '0002-log',
  up: (knex: Knex): Knex.Raw =>
    knex.raw(`
      CREATE TABLE log_epochs (
        epoch int PRIMARY KEY,
        log_id uuid NOT NULL UNIQUE,
        partitions int NOT NULL,
        -- Where its records are: 'embedded' = in the tables below.
        kind text NOT NULL,
        created_at bigint NOT NULL
      );

      CREATE TABLE log_heads (
        epoch int NOT NULL,
        topic text NOT NULL,
        partition int NOT NULL,
        next bigint NOT NULL,
        at bigint NOT NULL,
        PRIMARY KEY (epoch, topic, partition)
      ) WITH (fillfactor = 50);

      CREATE TABLE log_records (
        epoch int NOT NULL,
        topic text NOT NULL,
        partition int NOT NULL,
        "offset" bigint NOT NULL,
        at bigint NOT NULL,
        key text NOT NULL,
        value bytea NOT NULL,
        PRIMARY KEY (epoch, topic, partition, "offset")
      );
    `),
};
