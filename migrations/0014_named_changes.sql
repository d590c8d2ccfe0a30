-- The audit log with the names that people and things have today. It keeps what it calls them itself: an account may be
-- renamed or gone, and so may a thing.
CREATE VIEW named_changes AS
SELECT a.*,
       coalesce(u.name, a.actor)           AS author,
       coalesce(v.id, p.id)                AS thing_id,
       coalesce(v.name, p.path, s.name)    AS thing_name
FROM audit_log a
LEFT JOIN users u ON u.id = a.actor_id
LEFT JOIN variants v ON v.external_id = a.subject AND split_part(a.action, '.', 1) = 'variant'
LEFT JOIN pages p ON p.external_id = a.subject AND split_part(a.action, '.', 1) = 'page'
LEFT JOIN segments s ON s.key = a.subject AND split_part(a.action, '.', 1) = 'segment';
