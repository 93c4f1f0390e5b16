-- What a message was made of, where that is more than its text: the JSON array of what a Socket.IO client emitted.
-- migrate:up
ALTER TABLE events ADD COLUMN data text;

COMMENT ON COLUMN events.digest IS 'SHA-256 of body, or of body, U+001F and data, as they were sent';

-- migrate:down
COMMENT ON COLUMN events.digest IS NULL;

ALTER TABLE events DROP COLUMN data;
