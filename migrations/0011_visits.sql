-- An anonymous sample of the last days' visits, on which conditions are tried.

CREATE TABLE visit_hours (
    -- The hour's start.
    hour   timestamptz PRIMARY KEY,
    -- Visits of people in it, sampled or not.
    visits bigint NOT NULL CHECK (visits > 0)
);

CREATE TABLE visit_samples (
    hour       timestamptz NOT NULL REFERENCES visit_hours ON DELETE CASCADE,
    -- The number that the visit drew; of an hour those that drew the smallest are kept.
    draw       bigint NOT NULL,
    -- Attributes that were kept because a segment's condition reads them.
    asked      text[] NOT NULL,
    -- What conditions read: a list of pairs of attribute and text.
    attributes jsonb  NOT NULL,
    PRIMARY KEY (hour, draw)
);

-- Variants whose text cannot be compared yet: it has no vector in the space that decides. (That of
-- another text is deleted when it becomes one.)
CREATE VIEW unembedded_variants AS
    SELECT v.id AS variant_id
    FROM embedding_spaces s CROSS JOIN variants v
    JOIN variant_revisions r ON r.variant_id = v.id AND r.number = coalesce(v.published_revision, v.head_revision)
    WHERE s.state = 'active'
      AND NOT EXISTS (SELECT FROM embeddings e WHERE e.space_version = s.version AND e.variant_id = v.id)
      -- A variant without words, of pictures alone, has nothing to embed.
      AND r.text_hash <> sha256('');

-- Revisions that words are found in. The planner takes the words to lie in the table's own pages and
-- would rather read all of them; they lie apart, so that takes a hundred times as long as the index.
CREATE FUNCTION revisions_with_words(query tsquery) RETURNS TABLE (variant_id bigint, number integer)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
    SET enable_seqscan = off
    AS 'SELECT variant_id, number FROM variant_revisions WHERE words @@ query';
