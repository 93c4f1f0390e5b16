-- Authenticator apps, and the codes for when the app is lost.
-- migrate:up
CREATE TABLE second_factors (
    account_id bigint PRIMARY KEY REFERENCES accounts (id),
    -- Sealed with a key made of the pepper, if the server has one.
    secret bytea NOT NULL,
    -- NULL until a first code has shown that the app has the secret; nothing is asked for until then.
    confirmed_at timestamptz,
    -- The step of time (RFC 6238) whose code was used last; it works once.
    last_step bigint NOT NULL DEFAULT 0
);

CREATE TABLE recovery_codes (
    account_id bigint NOT NULL REFERENCES second_factors (account_id) ON DELETE CASCADE,
    -- Of 120 random bits, so a fast hash is enough. Removed when it is used.
    code_hash bytea NOT NULL CHECK (octet_length(code_hash) = 32),
    PRIMARY KEY (account_id, code_hash)
);

-- migrate:down
DROP TABLE recovery_codes;
DROP TABLE second_factors;
