-- Segments that are edited by people.

ALTER TABLE segments
    -- Raised by every save; whoever saves says which one they began with. A change of the order is
    -- none of a segment's own.
    ADD COLUMN edition integer NOT NULL DEFAULT 1 CHECK (edition > 0);
