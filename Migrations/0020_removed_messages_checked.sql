-- The check of 0016 for the rows that were there before: in a transaction of its own, so that the log can be written meanwhile.
-- migrate:up
ALTER TABLE events VALIDATE CONSTRAINT events_content_check;

-- migrate:down
ALTER TABLE events
    DROP CONSTRAINT events_content_check,
    ADD CONSTRAINT events_content_check CHECK (
        CASE
            WHEN kind <> 'message' THEN kind IN ('joined', 'left') AND client_id IS NULL
            WHEN removed IS NULL THEN client_id IS NOT NULL AND body IS NOT NULL AND digest IS NOT NULL
            ELSE removed IN ('erased', 'expired') AND client_id IS NOT NULL
                AND body IS NULL AND data IS NULL AND digest IS NULL
        END
    ) NOT VALID;
