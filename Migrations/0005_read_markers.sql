-- How far each member has read; NULL is the event of joining. No index holds the column, so moving it is a cheap update.
-- migrate:up
ALTER TABLE memberships ADD COLUMN read_seq bigint;

-- migrate:down
ALTER TABLE memberships DROP COLUMN read_seq;
