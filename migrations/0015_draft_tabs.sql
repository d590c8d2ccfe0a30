-- Each window keeps a draft of its own, so that none writes over what another one has kept.
ALTER TABLE variant_drafts
    ADD COLUMN tab text NOT NULL DEFAULT '' CHECK (length(tab) <= 32),
    DROP CONSTRAINT variant_drafts_pkey,
    ADD PRIMARY KEY (user_id, key, tab);
ALTER TABLE variant_drafts ALTER COLUMN tab DROP DEFAULT;
