-- What else there is to know of an act: from which role to which, or the number of an invitation. Nothing personal is in it.
-- migrate:up
ALTER TABLE audit ADD COLUMN detail text;

-- migrate:down
ALTER TABLE audit DROP COLUMN detail;
