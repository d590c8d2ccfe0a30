//! Which revision of a variant visitors see, and from when to when.

use domain::variant::Status;
use domain::{ContentOverride, VariantId};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use time::OffsetDateTime;

use super::{Store, StoreError, StoreTransaction, VariantRow};
use crate::desk::Actor;

/// Whether and when visitors see a variant, and which revision of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Where it stands in its life.
    pub status: Status,
    /// When it starts to be shown.
    #[serde(with = "time::serde::rfc3339::option")]
    pub starts_at: Option<OffsetDateTime>,
    /// When it stops being shown.
    #[serde(with = "time::serde::rfc3339::option")]
    pub ends_at: Option<OffsetDateTime>,
    /// The revision that is shown.
    pub published_revision: Option<i32>,
}

/// What a publication made of one variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariantStates {
    /// The variant.
    pub id: VariantId,
    /// How it stood.
    pub before: State,
    /// How it stands now.
    pub after: State,
}

impl VariantRow {
    /// How the variant stands.
    pub fn state(&self) -> State {
        State {
            status: self.status,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            published_revision: self.published_revision,
        }
    }
}

impl Store {
    /// The contents of revisions that are to decide, each with the hash of its text; revisions that
    /// are gone are left out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored content is unreadable.
    pub async fn revision_contents(
        &self,
        revisions: &[(VariantId, i32)],
    ) -> Result<Vec<(VariantId, ContentOverride)>, StoreError> {
        let ids: Vec<i64> = revisions.iter().map(|(id, _)| id.0).collect();
        let numbers: Vec<i32> = revisions.iter().map(|(_, number)| *number).collect();
        let rows = sqlx::query!(
            r#"SELECT r.variant_id, r.content AS "content: Json<ContentOverride>"
               FROM unnest($1::bigint[], $2::integer[]) AS wanted (id, number)
               JOIN variant_revisions r ON r.variant_id = wanted.id AND r.number = wanted.number"#,
            &ids,
            &numbers
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| (VariantId(row.variant_id), row.content.0))
            .collect())
    }

    /// What a publication changed; `None` when there was none, or when it was undone.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn publication(&self, id: i64) -> Result<Option<Vec<VariantStates>>, StoreError> {
        let states = sqlx::query_scalar!(
            r#"SELECT states AS "states: Json<Vec<VariantStates>>"
               FROM variant_publications WHERE id = $1 AND undone_at IS NULL"#,
            id
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(states.map(|Json(states)| states))
    }
}

impl StoreTransaction {
    /// Puts variants into states and gives them the facts of the revision they show, of the newest
    /// where they show none. With `publisher`, notes that what is shown was put there now.
    ///
    /// Returns the variants that were changed: not those that are gone, or whose segment is.
    ///
    /// # Errors
    /// [`StoreError`] when a constraint refuses it or the database fails.
    pub async fn put_states(
        &mut self,
        states: &[(VariantId, State)],
        publisher: Option<&Actor>,
    ) -> Result<Vec<VariantId>, StoreError> {
        let ids: Vec<i64> = states.iter().map(|(id, _)| id.0).collect();
        let names: Vec<String> = states.iter().map(|(_, s)| s.status.to_string()).collect();
        let starts: Vec<_> = states.iter().map(|(_, s)| s.starts_at).collect();
        let ends: Vec<_> = states.iter().map(|(_, s)| s.ends_at).collect();
        let shown: Vec<_> = states.iter().map(|(_, s)| s.published_revision).collect();
        let rows = sqlx::query!(
            "UPDATE variants v SET
                 status = n.status, starts_at = n.starts_at, ends_at = n.ends_at,
                 published_revision = n.shown,
                 name = r.name, locale = r.locale, segment_id = s.id,
                 published_at = CASE WHEN $6::text IS NULL THEN v.published_at ELSE now() END,
                 published_by = coalesce($6, v.published_by)
             FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::integer[])
                 AS n (id, status, starts_at, ends_at, shown)
             JOIN variants old ON old.id = n.id
             JOIN variant_revisions r ON r.variant_id = n.id
                 AND r.number = coalesce(n.shown, old.head_revision)
             LEFT JOIN segments s ON s.key = r.segment
             WHERE v.id = n.id AND (r.segment IS NULL OR s.id IS NOT NULL)
             RETURNING v.id, v.page_id",
            &ids,
            &names,
            &starts as &[Option<OffsetDateTime>],
            &ends as &[Option<OffsetDateTime>],
            &shown as &[Option<i32>],
            publisher.map(|actor| actor.name.as_str())
        )
        .fetch_all(&mut *self.tx)
        .await?;
        self.touched
            .pages
            .extend(rows.iter().map(|row| row.page_id));
        Ok(rows.into_iter().map(|row| VariantId(row.id)).collect())
    }

    /// Remembers what a publication changed. Returns the number by which it can be undone.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn remember_publication(
        &mut self,
        states: &[VariantStates],
    ) -> Result<i64, StoreError> {
        // Nobody undoes what is a month old.
        sqlx::query!("DELETE FROM variant_publications WHERE at < now() - interval '30 days'")
            .execute(&mut *self.tx)
            .await?;
        let id = sqlx::query_scalar!(
            "INSERT INTO variant_publications (states) VALUES ($1) RETURNING id",
            Json(states) as _
        )
        .fetch_one(&mut *self.tx)
        .await?;
        Ok(id)
    }

    /// Takes a publication back, once: gives what it changed and notes that it is undone.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn take_publication(
        &mut self,
        id: i64,
    ) -> Result<Option<Vec<VariantStates>>, StoreError> {
        let states = sqlx::query_scalar!(
            r#"UPDATE variant_publications SET undone_at = now()
               WHERE id = $1 AND undone_at IS NULL
               RETURNING states AS "states: Json<Vec<VariantStates>>""#,
            id
        )
        .fetch_optional(&mut *self.tx)
        .await?;
        Ok(states.map(|Json(states)| states))
    }
}
