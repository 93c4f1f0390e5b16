-- Links with which somebody who has forgotten their password, or never had one, chooses a new one. One an account: a newer link
-- takes the place of an older one.
-- migrate:up
CREATE TABLE password_resets (
    account_id bigint PRIMARY KEY REFERENCES accounts (id),
    token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);

-- migrate:down
DROP TABLE password_resets;
