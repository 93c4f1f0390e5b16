-- Invitations to sign up. The code is known to this table as a hash only.
-- migrate:up
CREATE TABLE invitations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code_hash bytea NOT NULL UNIQUE CHECK (octet_length(code_hash) = 32),
    -- A room that whoever signs up with it becomes a member of, beside the default room.
    room_id bigint REFERENCES rooms (id),
    -- How many accounts may be made with it, and how many were.
    uses integer NOT NULL CHECK (uses BETWEEN 1 AND 1000),
    used integer NOT NULL DEFAULT 0 CHECK (used BETWEEN 0 AND uses),
    -- NULL: by the command line.
    created_by bigint REFERENCES accounts (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);

ALTER TABLE accounts ADD COLUMN invitation_id bigint REFERENCES invitations (id);

-- migrate:down
ALTER TABLE accounts DROP COLUMN invitation_id;
DROP TABLE invitations;
