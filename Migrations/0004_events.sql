-- The room log: one permanent, gap-free line of numbers a room.
-- migrate:up
CREATE TABLE events (
    room_id bigint NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    seq bigint NOT NULL CHECK (seq > 0),
    kind text NOT NULL CHECK (kind IN ('message', 'joined', 'left')),
    author_id bigint NOT NULL REFERENCES accounts (id),
    -- The sender's key: the same one from the same author in the same room is stored once, for ever.
    client_id text,
    body text,
    -- SHA-256 of the body as it was sent, to tell a repeat from another message under the same key.
    digest bytea,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (room_id, seq),
    CHECK ((kind = 'message') = (client_id IS NOT NULL AND body IS NOT NULL AND digest IS NOT NULL))
);

CREATE UNIQUE INDEX events_client_id ON events (room_id, author_id, client_id) WHERE client_id IS NOT NULL;

-- migrate:down
DROP TABLE events;
