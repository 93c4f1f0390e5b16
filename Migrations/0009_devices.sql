-- Browsers in which somebody has logged in before: guesses from elsewhere do not slow down a log-in there.
-- migrate:up
CREATE TABLE devices (
    account_id bigint NOT NULL REFERENCES accounts (id),
    -- SHA-256 of the cookie.
    token_hash bytea NOT NULL CHECK (octet_length(token_hash) = 32),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, token_hash)
);

-- migrate:down
DROP TABLE devices;
