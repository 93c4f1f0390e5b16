-- What a person needs to recognise a log-in of theirs, and two ends of it: not used for long, and simply old. A session that
-- has ended keeps its row, so that every server hears of the end and nobody can say that it never was; its token's hash stays,
-- and proves nothing any more.
-- migrate:up
ALTER TABLE sessions
    ADD COLUMN device text NOT NULL DEFAULT '' CHECK (char_length(device) <= 200),
    ADD COLUMN address inet,
    ADD COLUMN last_seen_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN ended_at timestamptz;

DROP INDEX sessions_account;
CREATE INDEX sessions_account ON sessions (account_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_ended ON sessions (ended_at) WHERE ended_at IS NOT NULL;

-- migrate:down
DELETE FROM sessions WHERE ended_at IS NOT NULL;
DROP INDEX sessions_account;
DROP INDEX sessions_ended;
CREATE INDEX sessions_account ON sessions (account_id);
ALTER TABLE sessions DROP COLUMN device, DROP COLUMN address, DROP COLUMN last_seen_at, DROP COLUMN ended_at;
