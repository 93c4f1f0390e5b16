-- What was done to accounts, by whom and from where. Written with the act or not at all, and never changed: a program that
-- has taken over the server can add lines, but not remove any without a superuser's help.
-- migrate:up
CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    act text NOT NULL,
    -- Whose account it is about, NULL if there is none: a refused log-in takes the same time whether there is one or not. The
    -- handle that was typed then is not kept, because it is often a password.
    account_id bigint REFERENCES accounts (id),
    -- Who did it, NULL if nobody was logged in.
    actor_id bigint REFERENCES accounts (id),
    address inet,
    session_id bigint
);

CREATE INDEX audit_account ON audit (account_id, id);

CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit log is only ever added to.';
END
$$;

CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();

-- migrate:down
DROP TABLE audit;
DROP FUNCTION refuse_change_of_audit();
