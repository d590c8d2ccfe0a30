-- Embedding spaces that are built beside the active one, compared with it, switched to, and retired.

ALTER TABLE embedding_spaces
    -- How a text becomes one vector: the mean of its tokens' vectors, or as the provider does it.
    ADD COLUMN pooling          text CHECK (pooling IN ('mean', 'provider')),
    -- Every vector has length one.
    ADD COLUMN normalisation    text NOT NULL DEFAULT 'l2' CHECK (normalisation = 'l2'),
    -- Being filled; complete and kept so; deciding; given up, its vectors being deleted.
    ADD COLUMN state            text CHECK (state IN ('building', 'ready', 'active', 'retired')),
    ADD COLUMN state_since      timestamptz NOT NULL DEFAULT now(),
    -- When it stopped deciding, and until when it is kept for a rollback.
    ADD COLUMN deactivated_at   timestamptz,
    ADD COLUMN keep_until       timestamptz,
    -- The site's thresholds when it stopped deciding; a rollback brings them back.
    ADD COLUMN thresholds       jsonb,
    -- Whether the last vector of a retired space is deleted.
    ADD COLUMN emptied_at       timestamptz;
UPDATE embedding_spaces
SET pooling = CASE WHEN provider = 'local' THEN 'mean' ELSE 'provider' END,
    state = CASE WHEN active THEN 'active' ELSE 'building' END;
ALTER TABLE embedding_spaces
    ALTER COLUMN pooling SET NOT NULL,
    ALTER COLUMN state SET NOT NULL,
    DROP CONSTRAINT embedding_spaces_unique,
    DROP COLUMN active;
CREATE UNIQUE INDEX embedding_spaces_one_active ON embedding_spaces (state) WHERE state = 'active';
CREATE UNIQUE INDEX embedding_spaces_unique
    ON embedding_spaces (provider, model, dimensions, pooling, normalisation) WHERE state <> 'retired';

ALTER TABLE jobs
    ADD COLUMN space_version  integer REFERENCES embedding_spaces,
    -- What a running job is at: texts become vectors, then the index is built.
    ADD COLUMN phase          text CHECK (phase IN ('texts', 'index')),
    -- Tokens that were embedded, and seconds that it took.
    ADD COLUMN tokens         bigint           NOT NULL DEFAULT 0 CHECK (tokens >= 0),
    ADD COLUMN worked_seconds double precision NOT NULL DEFAULT 0 CHECK (worked_seconds >= 0),
    ADD CONSTRAINT jobs_embed_has_space CHECK ((kind = 'embed') = (space_version IS NOT NULL));
-- One job per space, whichever node runs it.
CREATE UNIQUE INDEX jobs_one_per_space ON jobs (space_version) WHERE state IN ('queued', 'running', 'paused');

-- Texts that a provider refuses to embed, each with what it said.
CREATE TABLE embedding_failures (
    space_version integer     NOT NULL REFERENCES embedding_spaces,
    text_hash     bytea       NOT NULL CHECK (length(text_hash) = 32),
    -- What the text belongs to, for people: `variant pricing--smb--en`, `page /pricing`, `segment smb`.
    subject       text        NOT NULL,
    error         text        NOT NULL,
    attempts      integer     NOT NULL CHECK (attempts > 0),
    failed_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (space_version, text_hash)
);

-- A variant is compared by the text that visitors see or not at all: the vector of another revision
-- goes when the revision does. At the end of a transaction, because a vector may be saved after its
-- revision.
CREATE FUNCTION drop_outdated_vectors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM embeddings e
    USING variants v
    JOIN variant_revisions r ON r.variant_id = v.id AND r.number = coalesce(v.published_revision, v.head_revision)
    WHERE v.id = NEW.id AND e.variant_id = v.id AND e.text_hash <> r.text_hash;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER variants_vectors_are_of_the_shown_text
    AFTER UPDATE OF head_revision, published_revision ON variants
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION drop_outdated_vectors();
