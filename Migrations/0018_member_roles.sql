-- What a member is in the room, when a membership ended, and who may not come back.
-- migrate:up
ALTER TABLE memberships
    ADD COLUMN role text NOT NULL DEFAULT 'member' CHECK (role IN ('owner', 'moderator', 'member')),
    -- NULL also for those that ended before this was noted.
    ADD COLUMN left_at timestamptz;

-- Every server asks twice a second who has just left.
CREATE INDEX memberships_left ON memberships (left_at) WHERE left_at IS NOT NULL;

CREATE TABLE bans (
    room_id bigint NOT NULL REFERENCES rooms (id),
    account_id bigint NOT NULL REFERENCES accounts (id),
    banned_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (room_id, account_id)
);

-- migrate:down
DROP TABLE bans;
DROP INDEX memberships_left;
ALTER TABLE memberships DROP COLUMN role, DROP COLUMN left_at;
