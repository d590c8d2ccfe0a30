-- Landfall's schema. Row numbers are the engine's; people and files know rows by key, external_id
-- or path. The database says what is legal; the server only translates a constraint's name.

CREATE EXTENSION IF NOT EXISTS vector;

-- One row: the revision that every cache key carries. Locking it orders publications.
CREATE TABLE catalog_state (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    revision  bigint  NOT NULL DEFAULT 1 CHECK (revision > 0),
    -- Tells this database's keys from another's in a shared Redis.
    instance  uuid    NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO catalog_state DEFAULT VALUES;

CREATE TABLE settings (
    key        text PRIMARY KEY CHECK (key ~ '^[a-z][a-z_]{0,62}$'),
    value      jsonb       NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email         text        NOT NULL CHECK (email = lower(email) AND email LIKE '%_@_%' AND length(email) <= 254),
    name          text        NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    role          text        NOT NULL CHECK (role IN ('viewer', 'editor', 'publisher', 'admin')),
    password_hash text        CHECK (password_hash LIKE '$argon2id$%'),
    created_at    timestamptz NOT NULL DEFAULT now(),
    disabled_at   timestamptz,
    CONSTRAINT users_email_unique UNIQUE (email)
);

CREATE TABLE segments (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key         text        NOT NULL CHECK (key ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
    name        text        NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    description text        NOT NULL CHECK (length(description) BETWEEN 1 AND 400),
    -- Tried from the smallest to the largest, equals by key; `default` always comes last.
    priority    integer     NOT NULL,
    condition   jsonb       NOT NULL CHECK (jsonb_typeof(condition) = 'object'),
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT segments_key_unique UNIQUE (key),
    CONSTRAINT segments_default_matches_everyone CHECK (key <> 'default' OR condition = '{}')
);
INSERT INTO segments (key, name, description, priority, condition)
VALUES ('default', 'Everyone else', 'A visitor about whom nothing particular is known.', 2147483647, '{}');

CREATE TABLE pages (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    external_id text        NOT NULL CHECK (length(external_id) BETWEEN 1 AND 128),
    path        text        NOT NULL CHECK (path ~ '^/' AND length(path) <= 200),
    intent      text        NOT NULL CHECK (length(intent) BETWEEN 1 AND 400),
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pages_external_id_unique UNIQUE (external_id),
    CONSTRAINT pages_path_unique UNIQUE (path)
);

-- A page's default content, one row a language.
CREATE TABLE page_contents (
    page_id bigint NOT NULL REFERENCES pages ON DELETE CASCADE,
    locale  text   NOT NULL CHECK (locale ~ '^[a-z]{2,3}(-([A-Z]{2}|[0-9]{3}))?$'),
    content jsonb  NOT NULL CHECK (jsonb_typeof(content -> 'blocks') = 'array'),
    PRIMARY KEY (page_id, locale)
);

CREATE TABLE variants (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    external_id        text        NOT NULL CHECK (length(external_id) BETWEEN 1 AND 128),
    page_id            bigint      NOT NULL REFERENCES pages,
    -- A segment in use cannot be deleted: no ON DELETE. NULL is any segment.
    segment_id         bigint      CONSTRAINT variants_segment_in_use REFERENCES segments,
    locale             text        NOT NULL CHECK (locale ~ '^[a-z]{2,3}(-([A-Z]{2}|[0-9]{3}))?$'),
    name               text        NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    status             text        NOT NULL CHECK (status IN ('draft', 'scheduled', 'published', 'archived')),
    starts_at          timestamptz,
    ends_at            timestamptz,
    head_revision      integer     NOT NULL CHECK (head_revision > 0),
    published_revision integer,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT variants_external_id_unique UNIQUE (external_id),
    CONSTRAINT variants_ends_after_start CHECK (ends_at > starts_at),
    CONSTRAINT variants_scheduled_has_start CHECK (status <> 'scheduled' OR starts_at IS NOT NULL),
    CONSTRAINT variants_shown_is_published
        CHECK (status NOT IN ('scheduled', 'published') OR published_revision IS NOT NULL),
    CONSTRAINT variants_published_exists CHECK (published_revision <= head_revision)
);

-- Every save of a variant, kept.
CREATE TABLE variant_revisions (
    variant_id bigint      NOT NULL REFERENCES variants ON DELETE CASCADE,
    number     integer     NOT NULL CHECK (number > 0),
    content    jsonb       NOT NULL CHECK (jsonb_typeof(content) = 'object'),
    -- SHA-256 of the text that is embedded for this revision.
    text_hash  bytea       NOT NULL CHECK (length(text_hash) = 32),
    author_id  bigint      REFERENCES users ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (variant_id, number)
);
ALTER TABLE variants
    ADD CONSTRAINT variants_head_revision_exists FOREIGN KEY (id, head_revision)
        REFERENCES variant_revisions (variant_id, number) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT variants_published_revision_exists FOREIGN KEY (id, published_revision)
        REFERENCES variant_revisions (variant_id, number) DEFERRABLE INITIALLY DEFERRED;
-- A page's candidates: what a decision reads.
CREATE INDEX variants_candidates ON variants (page_id, segment_id, locale)
    WHERE status IN ('scheduled', 'published');
CREATE INDEX variants_segment ON variants (segment_id);

-- One (provider, model, dimensions) with a version number. Vectors of two spaces are never compared.
CREATE TABLE embedding_spaces (
    version    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider   text        NOT NULL CHECK (length(provider) BETWEEN 1 AND 80),
    model      text        NOT NULL CHECK (length(model) BETWEEN 1 AND 200),
    dimensions integer     NOT NULL CHECK (dimensions BETWEEN 1 AND 16000),
    active     boolean     NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT embedding_spaces_unique UNIQUE (provider, model, dimensions),
    -- Lets a vector's foreign key prove its dimension.
    CONSTRAINT embedding_spaces_dimensions UNIQUE (version, dimensions)
);
CREATE UNIQUE INDEX embedding_spaces_one_active ON embedding_spaces (active) WHERE active;

-- One vector per variant and space, of the published revision (the head while there is none).
CREATE TABLE embeddings (
    space_version integer     NOT NULL,
    dimensions    integer     NOT NULL GENERATED ALWAYS AS (vector_dims(embedding)) STORED,
    variant_id    bigint      NOT NULL REFERENCES variants ON DELETE CASCADE,
    text_hash     bytea       NOT NULL CHECK (length(text_hash) = 32),
    embedding     vector      NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (space_version, variant_id),
    CONSTRAINT embeddings_fit_space FOREIGN KEY (space_version, dimensions)
        REFERENCES embedding_spaces (version, dimensions)
);
CREATE INDEX embeddings_variant ON embeddings (variant_id);
-- A text embedded once is not embedded again.
CREATE INDEX embeddings_text ON embeddings (space_version, text_hash);

-- Vectors that ask: page intents and segment descriptions, known by their text.
CREATE TABLE query_embeddings (
    space_version integer     NOT NULL,
    dimensions    integer     NOT NULL GENERATED ALWAYS AS (vector_dims(embedding)) STORED,
    text_hash     bytea       NOT NULL CHECK (length(text_hash) = 32),
    embedding     vector      NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (space_version, text_hash),
    CONSTRAINT query_embeddings_fit_space FOREIGN KEY (space_version, dimensions)
        REFERENCES embedding_spaces (version, dimensions)
);

CREATE TABLE jobs (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text        NOT NULL CHECK (kind IN ('embed', 'import')),
    state        text        NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')),
    payload      jsonb       NOT NULL DEFAULT '{}',
    done         bigint      NOT NULL DEFAULT 0 CHECK (done >= 0),
    total        bigint      CHECK (total >= done),
    error        text,
    -- The node that runs the job, until when it may without saying so again.
    lease_holder text,
    lease_until  timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    started_at   timestamptz,
    finished_at  timestamptz,
    CONSTRAINT jobs_running_is_leased
        CHECK (state <> 'running' OR (lease_holder IS NOT NULL AND lease_until IS NOT NULL AND started_at IS NOT NULL)),
    CONSTRAINT jobs_finished_has_time
        CHECK (state NOT IN ('succeeded', 'failed', 'cancelled') OR finished_at IS NOT NULL),
    CONSTRAINT jobs_failed_has_error CHECK (state <> 'failed' OR error IS NOT NULL)
);
CREATE INDEX jobs_open ON jobs (kind, id) WHERE state IN ('queued', 'running', 'paused');

CREATE TABLE audit_log (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT now(),
    actor_id    bigint      REFERENCES users ON DELETE SET NULL,
    -- Who it was, readable after the account is gone: an address or `command line`.
    actor       text        NOT NULL,
    action      text        NOT NULL CHECK (action ~ '^[a-z_]+\.[a-z_]+$'),
    subject     text        NOT NULL,
    before      jsonb,
    after       jsonb,
    remote_addr inet
);
CREATE INDEX audit_log_at ON audit_log (at DESC);
CREATE INDEX audit_log_subject ON audit_log (subject, at DESC);

-- Sessions: the layout that tower-sessions' PostgreSQL store reads and writes.
CREATE SCHEMA tower_sessions;
CREATE TABLE tower_sessions.session (
    id          text PRIMARY KEY NOT NULL,
    data        bytea       NOT NULL,
    expiry_date timestamptz NOT NULL
);
CREATE INDEX session_expiry ON tower_sessions.session (expiry_date);
