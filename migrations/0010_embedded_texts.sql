-- Every text that has to have a vector in a space that decides: a variant's published revision (the
-- head while there is none), page intents, segment descriptions; and, if it can be had, what campaign
-- terms were brought.
CREATE VIEW embedded_texts AS
    SELECT v.id AS variant_id, r.text_hash, 'variant ' || v.external_id AS subject, NULL AS asks, true AS vital
    FROM variants v
    JOIN variant_revisions r ON r.variant_id = v.id AND r.number = coalesce(v.published_revision, v.head_revision)
    -- A variant without words, of pictures alone, has nothing to embed.
    WHERE r.text_hash <> sha256('')
    UNION ALL
    SELECT NULL, sha256(convert_to(intent, 'UTF8')), 'page ' || path, intent, true FROM pages
    UNION ALL
    SELECT NULL, sha256(convert_to(description, 'UTF8')), 'segment ' || key, description, true FROM segments
    -- What `default` says before anybody has described it says nothing.
    WHERE key <> 'default' OR updated_at > created_at
    UNION ALL
    SELECT NULL, text_hash, 'term ' || text, text, false FROM campaign_terms;
