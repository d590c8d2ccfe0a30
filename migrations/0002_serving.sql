-- What serving needs to know: which pages a publication touches, and at which instant schedules hold.

ALTER TABLE catalog_state
    -- The revision at which something last changed that every page depends on.
    ADD COLUMN shared_revision bigint NOT NULL DEFAULT 1 CHECK (shared_revision > 0),
    -- Schedules hold as of this instant, by this database's clock. It never goes back.
    ADD COLUMN as_of timestamptz NOT NULL DEFAULT now();
UPDATE catalog_state SET shared_revision = revision;

ALTER TABLE pages
    -- The revision at which the page or one of its variants last changed.
    ADD COLUMN revision bigint NOT NULL DEFAULT 1 CHECK (revision > 0),
    -- Per cent of its visitors who see what is decided for them; the rest see its default content.
    ADD COLUMN rollout double precision NOT NULL DEFAULT 100 CHECK (rollout BETWEEN 0 AND 100);

-- Schedules that are still to come.
CREATE INDEX variants_starts ON variants (starts_at) WHERE status IN ('scheduled', 'published');
CREATE INDEX variants_ends ON variants (ends_at) WHERE status IN ('scheduled', 'published');

-- Secrets by which other software asks; only their hashes are kept.
CREATE TABLE api_tokens (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text        NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    -- SHA-256 of the secret.
    token_hash   bytea       NOT NULL CHECK (length(token_hash) = 32),
    scopes       text[]      NOT NULL
        CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY ['import', 'export', 'explain']),
    created_by   bigint      REFERENCES users ON DELETE SET NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    CONSTRAINT api_tokens_hash_unique UNIQUE (token_hash),
    CONSTRAINT api_tokens_expires_later CHECK (expires_at > created_at)
);
