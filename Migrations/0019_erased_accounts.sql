-- Accounts of which nothing personal is left. The row stays, because the log's numbers are its author's for ever.
--
-- An address in the audit log is personal too. So one change of a line is let through: the address goes from a line whose doer,
-- or if nobody was logged in, whose account has been erased. The line itself stays, and the erasure is a line of its own.
-- migrate:up
ALTER TABLE accounts ADD COLUMN erased_at timestamptz;

-- The room that an act is about, by name: a deleted one too.
ALTER TABLE audit ADD COLUMN room text;

-- Whose address a line has.
CREATE INDEX audit_actor ON audit (actor_id, id);

DROP TRIGGER audit_is_append_only ON audit;

CREATE TRIGGER audit_is_append_only BEFORE DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();

CREATE FUNCTION refuse_change_of_audit_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    without_address audit := OLD;
BEGIN
    without_address.address := NULL;
    IF NEW IS DISTINCT FROM without_address OR NOT EXISTS (
        SELECT FROM accounts WHERE id = coalesce(OLD.actor_id, OLD.account_id) AND erased_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'The audit log is only ever added to.';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER audit_lines_stay BEFORE UPDATE ON audit
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_line();

-- migrate:down
DROP TRIGGER audit_lines_stay ON audit;
DROP FUNCTION refuse_change_of_audit_line();
DROP TRIGGER audit_is_append_only ON audit;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();
DROP INDEX audit_actor;
ALTER TABLE audit DROP COLUMN room;
ALTER TABLE accounts DROP COLUMN erased_at;
