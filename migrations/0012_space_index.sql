-- The index of a space is seen to for as long as the space is kept.

ALTER TABLE embedding_spaces
    -- What PostgreSQL said when the index could not be built; NULL while there is nothing to say.
    ADD COLUMN index_error text;
