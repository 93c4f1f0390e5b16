-- Messages whose content is gone: the number, the author, the time and the client id stay, so that the log keeps its order and a
-- repeat of the message is found instead of being stored again. The digest goes too, because a short text can be guessed from it.
-- One check in the place of two, because each costs every insert a look. It is made for new rows only; 0020 looks at the old ones
-- without keeping anybody waiting.
-- migrate:up
ALTER TABLE events
    -- Why: with its author's account, or because it was older than the room keeps messages.
    ADD COLUMN removed text,
    DROP CONSTRAINT events_check,
    DROP CONSTRAINT events_kind_check,
    ADD CONSTRAINT events_content_check CHECK (
        CASE
            WHEN kind <> 'message' THEN kind IN ('joined', 'left') AND client_id IS NULL
            WHEN removed IS NULL THEN client_id IS NOT NULL AND body IS NOT NULL AND digest IS NOT NULL
            ELSE removed IN ('erased', 'expired') AND client_id IS NOT NULL
                AND body IS NULL AND data IS NULL AND digest IS NULL
        END
    ) NOT VALID;

-- What holds for the logs of all rooms. Not in the table `server`, whose row a client's positions depend on.
CREATE TABLE room_logs (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    -- Rises in the transaction of whatever changes what a log has already shown; servers forget then what they have in memory.
    revision bigint NOT NULL DEFAULT 0,
    -- Messages that are older lose their content; NULL is for ever. A room's own period comes first.
    retention_days integer CHECK (retention_days BETWEEN 1 AND 36500)
);

INSERT INTO room_logs DEFAULT VALUES;

ALTER TABLE rooms
    -- NULL is what holds for all rooms, 0 is for ever.
    ADD COLUMN retention_days integer CHECK (retention_days BETWEEN 0 AND 36500),
    -- No message up to here has any content left; where the next look for old messages begins.
    ADD COLUMN expired_seq bigint NOT NULL DEFAULT 0;

-- migrate:down
ALTER TABLE rooms DROP COLUMN retention_days, DROP COLUMN expired_seq;

DROP TABLE room_logs;

ALTER TABLE events DROP CONSTRAINT events_content_check;

-- The content cannot come back. With no message's digest a repeat is refused, and still not stored again.
UPDATE events SET body = '(' || removed || ')', digest = sha256('') WHERE removed IS NOT NULL;

ALTER TABLE events
    DROP COLUMN removed,
    ADD CONSTRAINT events_kind_check CHECK (kind IN ('message', 'joined', 'left')),
    ADD CONSTRAINT events_check
        CHECK ((kind = 'message') = (client_id IS NOT NULL AND body IS NOT NULL AND digest IS NOT NULL));
