-- Variants at the desk: a revision is all that a person wrote, not its texts alone. What stands in
-- `variants` is what visitors see: the facts of the published revision, of the head while there is
-- none.

-- The words of a variant by which people find it: its name and every text of its blocks, but not
-- what machines read. 100,000 characters always fit a tsvector.
CREATE FUNCTION variant_words(name text, content jsonb) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN to_tsvector('simple'::regconfig, left(name || ' ' || coalesce((
        SELECT string_agg(word #>> '{}', ' ')
        FROM (
            SELECT jsonb_path_query(content,
                'strict $.** ? (@.type() == "object").keyvalue() ? (@.value.type() == "string" && @.key != "type" && @.key != "id" && @.key != "url" && @.key != "icon").value'
            ) AS word
            UNION ALL
            SELECT jsonb_path_query(content,
                'strict $.** ? (@.type() == "array")[*] ? (@.type() == "string")')
        ) AS texts
    ), ''), 100000));

ALTER TABLE variant_revisions
    ADD COLUMN name          text,
    -- The segment's key; NULL is any segment. A word, so that history outlives the segment.
    ADD COLUMN segment       text,
    ADD COLUMN locale        text,
    -- Who it was, readable after the account is gone.
    ADD COLUMN author        text NOT NULL DEFAULT 'import',
    ADD COLUMN origin        text NOT NULL DEFAULT 'imported'
        CHECK (origin IN ('imported', 'saved', 'restored', 'duplicated')),
    ADD COLUMN restored_from integer;
UPDATE variant_revisions r
SET name = v.name, locale = v.locale, segment = s.key
FROM variants v LEFT JOIN segments s ON s.id = v.segment_id
WHERE v.id = r.variant_id;
ALTER TABLE variant_revisions
    ALTER COLUMN name SET NOT NULL,
    ALTER COLUMN locale SET NOT NULL,
    ADD CONSTRAINT variant_revisions_restored CHECK ((origin = 'restored') = (restored_from IS NOT NULL)),
    ADD COLUMN words tsvector NOT NULL GENERATED ALWAYS AS (variant_words(name, content)) STORED;
CREATE INDEX variant_revisions_words ON variant_revisions USING gin (words);

ALTER TABLE variants
    -- When what visitors see was last put there, and by whom; NULL is never.
    ADD COLUMN published_at timestamptz,
    ADD COLUMN published_by text,
    -- The newest revision's, so that a list of ten thousand reads no revisions.
    ADD COLUMN head_name    text,
    ADD COLUMN head_segment text,
    ADD COLUMN head_locale  text,
    ADD COLUMN head_author  text NOT NULL DEFAULT 'import';
UPDATE variants SET published_at = updated_at, published_by = 'import' WHERE published_revision IS NOT NULL;
UPDATE variants v
SET head_name = r.name, head_segment = r.segment, head_locale = r.locale
FROM variant_revisions r
WHERE r.variant_id = v.id AND r.number = v.head_revision;
ALTER TABLE variants
    ALTER COLUMN head_name SET NOT NULL,
    ALTER COLUMN head_locale SET NOT NULL;
CREATE INDEX variants_updated ON variants (updated_at DESC, id DESC);

-- What one publication changed, so that it can be undone: for each variant its state before and after.
CREATE TABLE variant_publications (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT now(),
    states    jsonb       NOT NULL CHECK (jsonb_typeof(states) = 'array'),
    undone_at timestamptz
);
CREATE INDEX variant_publications_at ON variant_publications (at);

-- What a person typed and has not saved yet. The body is text: it need not be valid.
CREATE TABLE variant_drafts (
    user_id    bigint      NOT NULL REFERENCES users ON DELETE CASCADE,
    -- The variant's number, or `new:` and a word of the browser's.
    key        text        NOT NULL CHECK (length(key) BETWEEN 1 AND 80),
    body       text        NOT NULL CHECK (octet_length(body) <= 1048576),
    -- The head revision that the person began from.
    base       integer     NOT NULL CHECK (base >= 0),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key)
);
