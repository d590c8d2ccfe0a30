//! The sample of visits on which conditions are tried.

use domain::visitor::Sketch;
use sqlx::types::Json;
use time::OffsetDateTime;

use super::{Store, StoreError};

/// A visit that was drawn, without anything that tells whose it was.
#[derive(Debug, Clone)]
pub(crate) struct SampledVisit {
    /// Attributes that were kept because a segment's condition reads them.
    pub(crate) asked: Vec<String>,
    /// What the visit was like.
    pub(crate) sketch: Sketch,
}

/// A sampled visit with the hour that it stands for.
#[derive(Debug)]
pub(crate) struct WeighedVisit {
    /// The visit.
    pub(crate) visit: SampledVisit,
    /// How many visits it stands for, itself included.
    pub(crate) weight: f64,
}

impl Store {
    /// Adds `visits` visits to those of `hour`, and the visits among them that were drawn, with the
    /// numbers they drew. Of the hour only the `most` with the smallest numbers stay; returned is
    /// the number below which further ones would, `None` while there are fewer.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; then nothing is added.
    pub(crate) async fn record_visits(
        &self,
        hour: OffsetDateTime,
        visits: i64,
        drawn: &[(i64, SampledVisit)],
        most: i64,
    ) -> Result<Option<i64>, StoreError> {
        let mut tx = self.pool.begin().await?;
        // The hour's row is also what lets nodes take turns.
        sqlx::query!(
            "INSERT INTO visit_hours (hour, visits) VALUES ($1, $2)
             ON CONFLICT (hour) DO UPDATE SET visits = visit_hours.visits + excluded.visits",
            hour,
            visits
        )
        .execute(&mut *tx)
        .await?;
        for (draw, visit) in drawn {
            sqlx::query!(
                "INSERT INTO visit_samples (hour, draw, asked, attributes) VALUES ($1, $2, $3, $4)
                 ON CONFLICT DO NOTHING",
                hour,
                draw,
                &visit.asked,
                Json(&visit.sketch) as _
            )
            .execute(&mut *tx)
            .await?;
        }
        let bar = sqlx::query_scalar!(
            "SELECT draw FROM visit_samples WHERE hour = $1 ORDER BY draw OFFSET $2::bigint - 1 LIMIT 1",
            hour,
            most
        )
        .fetch_optional(&mut *tx)
        .await?;
        sqlx::query!(
            "DELETE FROM visit_samples WHERE hour = $1 AND draw > $2",
            hour,
            bar
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(bar)
    }

    /// Forgets the visits of hours that began before `oldest`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn forget_visits(&self, oldest: OffsetDateTime) -> Result<(), StoreError> {
        sqlx::query!("DELETE FROM visit_hours WHERE hour < $1", oldest)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The sampled visits of hours that began at `oldest` or later.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored visit is unreadable.
    pub(crate) async fn sampled_visits(
        &self,
        oldest: OffsetDateTime,
    ) -> Result<Vec<WeighedVisit>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT s.asked, s.attributes AS "sketch: Json<Sketch>",
                      (h.visits::float8 / count(*) OVER (PARTITION BY h.hour)) AS "weight!"
               FROM visit_hours h JOIN visit_samples s ON s.hour = h.hour
               WHERE h.hour >= $1"#,
            oldest
        )
        .fetch_all(&self.pool)
        .await?;
        let visits = rows.into_iter().map(|row| WeighedVisit {
            visit: SampledVisit {
                asked: row.asked,
                sketch: row.sketch.0,
            },
            weight: row.weight,
        });
        Ok(visits.collect())
    }
}
