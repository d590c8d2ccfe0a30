-- Files that people import at the desk, and the key that preview links are signed with.

-- 32 random bytes, hexadecimal. Made here, once for each database.
INSERT INTO settings (key, value)
VALUES ('preview_key', to_jsonb(encode(sha256(convert_to(
    gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), 'hex')));

ALTER TABLE jobs
    -- Set when somebody wants it to stop; it does so after the batch it is at.
    ADD COLUMN cancel_requested_at timestamptz,
    -- What it did, once it has succeeded.
    ADD COLUMN outcome jsonb;
-- One import at a time: two would wait for each other's every batch.
CREATE UNIQUE INDEX jobs_one_import ON jobs (kind) WHERE kind = 'import' AND state IN ('queued', 'running');

-- A file from its arrival to the end of its import; without a job it is dropped after an hour.
CREATE TABLE uploads (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Whose it is: a person's or a token's.
    user_id    bigint REFERENCES users ON DELETE CASCADE,
    token_id   bigint REFERENCES api_tokens ON DELETE CASCADE,
    name       text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    format     text        NOT NULL CHECK (format IN ('jsonl', 'csv')),
    -- What the dry run found; NULL while the file arrives.
    findings   jsonb,
    job_id     bigint REFERENCES jobs ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uploads_one_owner CHECK (num_nonnulls(user_id, token_id) = 1),
    CONSTRAINT uploads_one_job UNIQUE (job_id)
);
CREATE UNIQUE INDEX uploads_one_person ON uploads (user_id) WHERE job_id IS NULL;

-- The file's bytes, in pieces, so that nobody holds all of them in memory.
CREATE TABLE upload_pieces (
    upload_id bigint  NOT NULL REFERENCES uploads ON DELETE CASCADE,
    number    integer NOT NULL CHECK (number >= 0),
    bytes     bytea   NOT NULL CHECK (length(bytes) BETWEEN 1 AND 1048576),
    PRIMARY KEY (upload_id, number)
);
