-- The bad rows that an import has skipped, as the table that people download, and how many they are.
ALTER TABLE jobs
    ADD COLUMN skipped integer NOT NULL DEFAULT 0 CHECK (skipped >= 0),
    ADD COLUMN rejects bytea;
