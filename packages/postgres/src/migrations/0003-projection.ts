import type { Knex } from 'knex';

/**
 * What the log says, as rows. Every mutable row carries the seq of its last change, so that a client's resume reads what
 * changed since; nothing is deleted, so that it learns of removals too. All times are Unix ms of append times.
 */
export const projection = {
  name: '0003-projection',
  up: (knex: Knex): Knex.Raw =>
    knex.raw(`
      CREATE TABLE log_positions (
        topic text NOT NULL,
        partition int NOT NULL,
        epoch int NOT NULL,
        next bigint NOT NULL,
        at bigint NOT NULL,
        PRIMARY KEY (topic, partition, epoch)
      ) WITH (fillfactor = 50);

      CREATE TABLE rooms (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        name text,
        visibility text NOT NULL,
        assistant jsonb,
        created_by uuid NOT NULL,
        created_at bigint NOT NULL,
        updated_at bigint NOT NULL,
        status text NOT NULL,
        settings_seq bigint NOT NULL,
        changed_seq bigint NOT NULL,
        last_seq bigint NOT NULL,
        last_order bigint NOT NULL,
        -- The later of the last update and the last message: what lists are sorted by.
        active_at bigint NOT NULL
      );
      CREATE INDEX rooms_public ON rooms (active_at DESC, id DESC) WHERE visibility = 'public';

      CREATE TABLE members (
        room_id uuid NOT NULL,
        user_id uuid NOT NULL,
        role text NOT NULL,
        joined_at bigint NOT NULL,
        joined_seq bigint NOT NULL,
        left_at bigint,
        banned boolean NOT NULL,
        membership_seq bigint NOT NULL,
        changed_seq bigint NOT NULL,
        PRIMARY KEY (room_id, user_id)
      );
      CREATE INDEX members_changed ON members (room_id, changed_seq);
      CREATE INDEX members_of_user ON members (user_id) WHERE left_at IS NULL;

      CREATE TABLE messages (
        room_id uuid NOT NULL,
        seq bigint NOT NULL,
        id uuid NOT NULL UNIQUE,
        "order" bigint NOT NULL,
        sender text NOT NULL,
        sender_id uuid,
        sender_name text NOT NULL,
        client_id text,
        content text NOT NULL,
        reply_to uuid,
        mentions uuid[] NOT NULL,
        created_at bigint NOT NULL,
        edited_at bigint,
        deleted_at bigint,
        content_seq bigint NOT NULL,
        -- Time of the last post, edit or deletion: hosting a room loads the recent ones.
        content_at bigint NOT NULL,
        changed_seq bigint NOT NULL,
        reply jsonb,
        PRIMARY KEY (room_id, seq)
      );
      CREATE INDEX messages_changed ON messages (room_id, changed_seq);
      CREATE INDEX messages_recent ON messages (room_id, content_at);

      -- The room is part of the key here and below: an event of one room never touches another room's rows.
      CREATE TABLE reactions (
        room_id uuid NOT NULL,
        message_id uuid NOT NULL,
        user_id uuid NOT NULL,
        emoji text NOT NULL,
        removed boolean NOT NULL,
        changed_seq bigint NOT NULL,
        PRIMARY KEY (room_id, message_id, user_id, emoji)
      );
      CREATE INDEX reactions_changed ON reactions (room_id, changed_seq);

      CREATE TABLE replies (
        room_id uuid NOT NULL,
        reply_id uuid NOT NULL,
        question_id uuid NOT NULL,
        model text NOT NULL,
        status text NOT NULL,
        claim bigint,
        attempt bigint NOT NULL,
        reserved bigint NOT NULL,
        asked_seq bigint NOT NULL,
        asked_at bigint NOT NULL,
        closed_reason text,
        closed_by uuid,
        closed_at bigint,
        settled_at bigint,
        usage jsonb,
        changed_seq bigint NOT NULL,
        PRIMARY KEY (room_id, reply_id)
      );
      CREATE INDEX replies_changed ON replies (room_id, changed_seq);
      CREATE INDEX replies_open ON replies (room_id) WHERE settled_at IS NULL;
      CREATE INDEX replies_settled ON replies (settled_at) WHERE settled_at IS NOT NULL;
      CREATE INDEX replies_of_question ON replies (question_id, model);

      CREATE TABLE read_marks (
        room_id uuid NOT NULL,
        user_id uuid NOT NULL,
        seq bigint NOT NULL,
        PRIMARY KEY (room_id, user_id)
      );

      -- The rooms' windows. Pruned per partition, by the partition's own time.
      CREATE TABLE event_verdicts (
        room_id uuid NOT NULL,
        id uuid NOT NULL,
        partition int NOT NULL,
        at bigint NOT NULL,
        until bigint NOT NULL,
        reason text,
        seq bigint NOT NULL,
        PRIMARY KEY (room_id, id)
      );
      CREATE INDEX event_verdicts_room ON event_verdicts (room_id, until);
      CREATE INDEX event_verdicts_expiry ON event_verdicts (partition, until);

      CREATE TABLE dead_letters (
        topic text NOT NULL,
        partition int NOT NULL,
        epoch int NOT NULL,
        "offset" bigint NOT NULL,
        reason text NOT NULL,
        raw bytea NOT NULL,
        PRIMARY KEY (topic, partition, epoch, "offset")
      );
    `),
};
