-- The database's own identity. A client that resumes with a position from another epoch has to start over.
-- migrate:up
CREATE TABLE server (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch uuid NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO server DEFAULT VALUES;

-- migrate:down
DROP TABLE server;
