-- Pages that are edited by people: where they were before, and how often they were saved.

ALTER TABLE pages
    -- Raised by every save; whoever saves says which one they began with.
    ADD COLUMN edition integer NOT NULL DEFAULT 1 CHECK (edition > 0);

-- Paths that pages had before. Each leads to the page, wherever that is by now.
CREATE TABLE page_redirects (
    path       text PRIMARY KEY CHECK (path ~ '^/' AND length(path) <= 200),
    page_id    bigint      NOT NULL REFERENCES pages ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX page_redirects_page ON page_redirects (page_id);

-- The log is read from its end, by person and by kind of thing.
CREATE INDEX audit_log_actor ON audit_log (actor, id DESC);
CREATE INDEX audit_log_kind ON audit_log (split_part(action, '.', 1), id DESC);
