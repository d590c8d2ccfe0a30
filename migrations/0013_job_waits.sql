-- What a job that fills a space waits for.

ALTER TABLE jobs
    -- When the node that runs it last said so.
    ADD COLUMN heard_at timestamptz,
    -- Until when it lets its provider rest; NULL while it does not.
    ADD COLUMN again_at timestamptz;
