-- What an account is on the server, whether it may be used, and what the token of a bot may do. Guests and bots have no
-- password, and nor has a person who has not chosen one yet.
-- migrate:up
ALTER TABLE accounts
    ADD COLUMN role text NOT NULL DEFAULT 'member' CHECK (role IN ('owner', 'admin', 'member', 'guest', 'bot')),
    ADD COLUMN disabled_at timestamptz,
    ALTER COLUMN password_hash DROP NOT NULL;

-- Whoever administers is found without reading everybody.
CREATE INDEX accounts_role ON accounts (role, id) WHERE role <> 'member';

CREATE INDEX sessions_last_seen ON sessions (account_id, last_seen_at);

-- Only a bot's session has scopes; it is not ended by being idle.
ALTER TABLE sessions ADD COLUMN scopes text[];

-- migrate:down
DELETE FROM sessions WHERE scopes IS NOT NULL;
DROP INDEX sessions_last_seen;
ALTER TABLE sessions DROP COLUMN scopes;
DROP INDEX accounts_role;
-- An empty hash is no PHC string, so no password is the right one.
UPDATE accounts SET password_hash = '' WHERE password_hash IS NULL;
ALTER TABLE accounts DROP COLUMN role, DROP COLUMN disabled_at, ALTER COLUMN password_hash SET NOT NULL;
