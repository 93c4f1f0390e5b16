-- Finds a device by its cookie alone: one that nobody has made is not remembered.
-- migrate:up
CREATE INDEX devices_token ON devices (token_hash);

-- migrate:down
DROP INDEX devices_token;
