-- Campaign terms that visitors brought more than once, and drafts that a language model wrote.

ALTER TABLE pages
    -- Whether campaign terms have a say in what the page's visitors see.
    ADD COLUMN use_terms boolean NOT NULL DEFAULT true;

-- Their vectors stand in `query_embeddings`, under the same hash.
CREATE TABLE campaign_terms (
    -- SHA-256 of the text.
    text_hash  bytea PRIMARY KEY CHECK (length(text_hash) = 32),
    -- In its normalised spelling.
    text       text        NOT NULL CHECK (length(text) BETWEEN 1 AND 80),
    uses       bigint      NOT NULL CHECK (uses > 0),
    first_seen timestamptz NOT NULL,
    last_seen  timestamptz NOT NULL,
    -- Where it was brought last: the page, and the segment that the visitor's rules chose.
    page_id    bigint      REFERENCES pages ON DELETE SET NULL,
    segment_id bigint      REFERENCES segments ON DELETE SET NULL
);
-- Those not seen for longest are forgotten first.
CREATE INDEX campaign_terms_last_seen ON campaign_terms (last_seen DESC, text_hash);
CREATE INDEX campaign_terms_page ON campaign_terms (page_id);
CREATE INDEX campaign_terms_segment ON campaign_terms (segment_id);

ALTER TABLE variant_revisions
    -- The language model that wrote the revision, and what it was asked; NULL when people wrote it.
    ADD COLUMN draft_model  text CHECK (length(draft_model) BETWEEN 1 AND 200),
    ADD COLUMN draft_prompt text CHECK (length(draft_prompt) BETWEEN 1 AND 20000),
    ADD CONSTRAINT variant_revisions_draft_is_whole
        CHECK ((draft_model IS NULL) = (draft_prompt IS NULL));
