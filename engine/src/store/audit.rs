//! The audit log: who changed what, when, and from where.

use serde_json::Value;
use sqlx::types::Json;
use time::OffsetDateTime;

use super::{Store, StoreError, StoreTransaction};
use crate::desk::Actor;

/// Which entries of the log to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By whom, as [`AuditEntry::actor`] spells it.
    pub actor: Option<String>,
    /// Of which kind of thing: `page`, `variant` and so on.
    pub kind: Option<String>,
    /// Part of the thing's name, today's or the one that imports spell.
    pub subject: Option<String>,
    /// Not before this instant.
    pub from: Option<OffsetDateTime>,
    /// Before this instant.
    pub until: Option<OffsetDateTime>,
    /// Of these actions, such as `variant.publish`; without any, of all.
    pub actions: Vec<String>,
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number; later entries have larger ones.
    pub id: i64,
    /// When.
    pub at: OffsetDateTime,
    /// Who: an e-mail address, `command line`, or a token's name.
    pub actor: String,
    /// Who, by the name that their account has today; as `actor` without one.
    pub author: String,
    /// What happened to what kind of thing: `variant.publish`.
    pub action: String,
    /// The thing's name, as imports spell it.
    pub subject: String,
    /// The row of the variant or page that it was, while there is one.
    pub thing_id: Option<i64>,
    /// What people call the thing today: a variant's or segment's name, a page's path. `None` once it
    /// is gone, and for other kinds.
    pub thing_name: Option<String>,
    /// What changed, as it was.
    pub before: Option<Value>,
    /// What changed, as it is.
    pub after: Option<Value>,
    /// From where.
    pub address: Option<String>,
}

/// What is noted about one change of many.
#[derive(Debug, Clone)]
pub struct Note {
    /// What happened to what kind of thing.
    pub action: &'static str,
    /// The thing's name.
    pub subject: String,
    /// What changed, as it was.
    pub before: Option<Value>,
    /// What changed, as it is.
    pub after: Option<Value>,
}

impl Store {
    /// Entries that `filter` describes, the latest first: `limit` of them, older than the one
    /// numbered `older_than`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn audit_entries(
        &self,
        filter: &AuditFilter,
        older_than: Option<i64>,
        limit: i64,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let entries = sqlx::query_as!(
            AuditEntry,
            r#"SELECT id AS "id!", at AS "at!", actor AS "actor!", author AS "author!",
                      action AS "action!", subject AS "subject!", thing_id, thing_name,
                      before, after, host(remote_addr) AS address
               FROM named_changes
               WHERE ($1::text IS NULL OR actor = $1)
                 AND ($2::text IS NULL OR split_part(action, '.', 1) = $2)
                 AND ($3::text IS NULL
                   OR strpos(lower(concat_ws(' ', subject, thing_name)), lower($3)) > 0)
                 AND ($4::timestamptz IS NULL OR at >= $4)
                 AND ($5::timestamptz IS NULL OR at < $5)
                 AND (cardinality($6::text[]) = 0 OR action = ANY ($6))
                 AND ($7::bigint IS NULL OR id < $7)
               ORDER BY id DESC
               LIMIT $8"#,
            filter.actor.as_deref(),
            filter.kind.as_deref(),
            filter.subject.as_deref(),
            filter.from,
            filter.until,
            &filter.actions,
            older_than,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(entries)
    }

    /// What happened to the thing of this kind and name, the latest first, at most `limit` changes.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn audit_of(
        &self,
        kind: &str,
        subject: &str,
        limit: i64,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let entries = sqlx::query_as!(
            AuditEntry,
            r#"SELECT id AS "id!", at AS "at!", actor AS "actor!", author AS "author!",
                      action AS "action!", subject AS "subject!", thing_id, thing_name,
                      before, after, host(remote_addr) AS address
               FROM named_changes
               WHERE subject = $2 AND split_part(action, '.', 1) = $1
               ORDER BY id DESC
               LIMIT $3"#,
            kind,
            subject,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(entries)
    }

    /// Everybody who stands in the log, as [`AuditEntry::actor`] spells them and in that order, with
    /// the name that their account has today.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn audit_actors(&self) -> Result<Vec<(String, Option<String>)>, StoreError> {
        // Jumps from one name to the next in the index instead of reading the whole log.
        let actors = sqlx::query!(
            r#"WITH RECURSIVE names AS (
                   SELECT min(actor) AS name FROM audit_log
                   UNION ALL
                   SELECT (SELECT min(actor) FROM audit_log WHERE actor > name)
                   FROM names WHERE name IS NOT NULL
               )
               SELECT n.name AS "actor!", u.name AS "name?"
               FROM names n LEFT JOIN users u ON u.email = n.name
               WHERE n.name IS NOT NULL"#
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(actors
            .into_iter()
            .map(|row| (row.actor, row.name))
            .collect())
    }

    /// The kinds of things in the log, by name.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn audit_kinds(&self) -> Result<Vec<String>, StoreError> {
        let kinds = sqlx::query_scalar!(
            r#"WITH RECURSIVE kinds AS (
                   SELECT min(split_part(action, '.', 1)) AS kind FROM audit_log
                   UNION ALL
                   SELECT (SELECT min(split_part(action, '.', 1)) FROM audit_log
                           WHERE split_part(action, '.', 1) > kind)
                   FROM kinds WHERE kind IS NOT NULL
               )
               SELECT kind AS "kind!" FROM kinds WHERE kind IS NOT NULL"#
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(kinds)
    }
}

impl StoreTransaction {
    /// Notes a change. `action` names the thing and what happened to it, such as
    /// `variant.publish`; `subject` is the thing's name. `before` and `after` hold what changed;
    /// a thing that was made has no `before`, one that was deleted no `after`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn note(
        &mut self,
        actor: &Actor,
        action: &str,
        subject: &str,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "INSERT INTO audit_log (actor_id, actor, action, subject, before, after, remote_addr)
             VALUES ($1, $2, $3, $4, $5, $6, $7::text::inet)",
            actor.user.map(|user| user.0),
            actor.name,
            action,
            subject,
            before.map(Json) as _,
            after.map(Json) as _,
            actor.address.map(|address| address.to_string())
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Notes many changes at once.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn note_all(&mut self, actor: &Actor, notes: &[Note]) -> Result<(), StoreError> {
        let actions: Vec<String> = notes.iter().map(|note| note.action.to_owned()).collect();
        let subjects: Vec<String> = notes.iter().map(|note| note.subject.clone()).collect();
        let before: Vec<Option<Value>> = notes.iter().map(|note| note.before.clone()).collect();
        let after: Vec<Option<Value>> = notes.iter().map(|note| note.after.clone()).collect();
        sqlx::query!(
            "INSERT INTO audit_log (actor_id, actor, remote_addr, action, subject, before, after)
             SELECT $1, $2, $3::text::inet, * FROM unnest($4::text[], $5::text[], $6::jsonb[], $7::jsonb[])",
            actor.user.map(|user| user.0),
            actor.name,
            actor.address.map(|address| address.to_string()),
            &actions,
            &subjects,
            &before as _,
            &after as _
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Who last changed the thing of this kind and name: their name, or what the log calls them once
    /// their account is gone.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn last_author(
        &mut self,
        kind: &str,
        subject: &str,
    ) -> Result<Option<String>, StoreError> {
        let actor = sqlx::query_scalar!(
            r#"SELECT coalesce(u.name, a.actor) AS "actor!" FROM audit_log a
               LEFT JOIN users u ON u.id = a.actor_id
               WHERE a.subject = $1 AND split_part(a.action, '.', 1) = $2
               ORDER BY a.id DESC LIMIT 1"#,
            subject,
            kind
        )
        .fetch_optional(&mut *self.tx)
        .await?;
        Ok(actor)
    }
}
