-- Rooms that take no more messages, and rooms that are gone.
-- migrate:up
ALTER TABLE rooms
    ADD COLUMN archived_at timestamptz,
    -- The row of a deleted room stays and keeps its name, without members or events: a client that was in it must not take
    -- the numbers of another room for those it knows.
    ADD COLUMN deleted_at timestamptz;

-- migrate:down
-- A room without events begins anew.
UPDATE rooms SET head = 0 WHERE deleted_at IS NOT NULL;
ALTER TABLE rooms DROP COLUMN archived_at, DROP COLUMN deleted_at;
