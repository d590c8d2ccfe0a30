//! Entries of the audit log that belong together.

use super::audit::{AuditEntry, AuditFilter};
use super::{Store, StoreError};

/// Neighbours of the log that are told as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditGroup {
    /// The latest of them.
    pub latest: AuditEntry,
    /// The number of the earliest of them.
    pub earliest: i64,
    /// How many they are.
    pub count: i64,
}

/// Which neighbours are told as one. All of them are by one person, of one verb, and within an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// What an import noted, and what was done to many things in one step.
    Batches,
    /// Whatever somebody went on with.
    Runs,
}

impl Store {
    /// Groups of the entries that `filter` describes, the latest first: `limit` of them, of entries
    /// older than the one numbered `older_than`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn audit_groups(
        &self,
        filter: &AuditFilter,
        fold: Fold,
        older_than: Option<i64>,
        limit: i64,
    ) -> Result<Vec<AuditGroup>, StoreError> {
        // Goes from the head of one group to that of the next. One more than is wanted says where
        // the last one ends.
        let groups = sqlx::query!(
            r#"WITH RECURSIVE found AS NOT MATERIALIZED (
                   SELECT id, at, actor, split_part(action, '.', 2) AS verb
                   FROM named_changes
                   WHERE ($1::text IS NULL OR actor = $1)
                     AND ($2::text IS NULL OR split_part(action, '.', 1) = $2)
                     AND ($3::text IS NULL
                       OR strpos(lower(concat_ws(' ', subject, thing_name)), lower($3)) > 0)
                     AND ($4::timestamptz IS NULL OR at >= $4)
                     AND ($5::timestamptz IS NULL OR at < $5)
                     AND (cardinality($6::text[]) = 0 OR action = ANY ($6))
               ), heads AS (
                   (SELECT *, 1::bigint AS place FROM found
                    WHERE $7::bigint IS NULL OR id < $7
                    ORDER BY id DESC LIMIT 1)
                   UNION ALL
                   SELECT next.*, h.place + 1
                   FROM heads h CROSS JOIN LATERAL (
                       SELECT * FROM found f
                       WHERE f.id < h.id
                         AND NOT (f.actor = h.actor AND f.verb = h.verb
                           AND f.at >= h.at - interval '1 hour'
                           AND ($8::bool OR f.verb = 'import' OR f.at = h.at))
                       ORDER BY f.id DESC LIMIT 1
                   ) next
                   WHERE h.place <= $9
               ), groups AS (
                   SELECT id, place, lead(id, 1, 0::bigint) OVER (ORDER BY place) AS below
                   FROM heads
               )
               SELECT c.id AS "id!", c.at AS "at!", c.actor AS "actor!", c.author AS "author!",
                      c.action AS "action!", c.subject AS "subject!", c.thing_id, c.thing_name,
                      c.before, c.after, host(c.remote_addr) AS address,
                      members.earliest AS "earliest!", members.count AS "count!"
               FROM groups g JOIN named_changes c USING (id)
               CROSS JOIN LATERAL (
                   SELECT min(f.id) AS earliest, count(*) AS count
                   FROM found f WHERE f.id <= g.id AND f.id > g.below
               ) members
               WHERE g.place <= $9
               ORDER BY g.place"#,
            filter.actor.as_deref(),
            filter.kind.as_deref(),
            filter.subject.as_deref(),
            filter.from,
            filter.until,
            &filter.actions,
            older_than,
            fold == Fold::Runs,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        let groups = groups.into_iter().map(|row| AuditGroup {
            latest: AuditEntry {
                id: row.id,
                at: row.at,
                actor: row.actor,
                author: row.author,
                action: row.action,
                subject: row.subject,
                thing_id: row.thing_id,
                thing_name: row.thing_name,
                before: row.before,
                after: row.after,
                address: row.address,
            },
            earliest: row.earliest,
            count: row.count,
        });
        Ok(groups.collect())
    }
}
