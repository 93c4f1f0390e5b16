-- The checks of 0016 for the rows that were there before: in a transaction of its own, so that the log can be written meanwhile.
-- migrate:up
ALTER TABLE events VALIDATE CONSTRAINT events_removed_check, VALIDATE CONSTRAINT events_content_check;

-- migrate:down
ALTER TABLE events
    DROP CONSTRAINT events_removed_check,
    DROP CONSTRAINT events_content_check,
    ADD CONSTRAINT events_removed_check CHECK (removed IN ('erased', 'expired')) NOT VALID,
    ADD CONSTRAINT events_content_check CHECK (
        (kind = 'message') = (client_id IS NOT NULL)
        AND (kind = 'message' AND removed IS NULL) = (body IS NOT NULL AND digest IS NOT NULL)
        AND (removed IS NULL OR kind = 'message' AND body IS NULL AND data IS NULL AND digest IS NULL)
    ) NOT VALID;
