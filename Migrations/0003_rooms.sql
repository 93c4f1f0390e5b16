-- Rooms, and who is in them as intervals of the room's numbers.
-- migrate:up
CREATE TABLE rooms (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The permanent public identifier; what people read is the title.
    name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 80),
    -- The last event's number. Its row lock is what puts the room's events in order.
    head bigint NOT NULL DEFAULT 0 CHECK (head >= 0),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- A membership begins with the event `joined_seq` and ends with `left_seq`; NULL is still there.
CREATE TABLE memberships (
    room_id bigint NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    joined_seq bigint NOT NULL,
    left_seq bigint CHECK (left_seq > joined_seq),
    PRIMARY KEY (room_id, account_id, joined_seq)
);

CREATE UNIQUE INDEX memberships_current ON memberships (account_id, room_id) WHERE left_seq IS NULL;

-- migrate:down
DROP TABLE memberships;
DROP TABLE rooms;
