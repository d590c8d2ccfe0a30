//! Jobs that fill embedding spaces: one per space, whichever node runs it.
//!
//! What people order of them stands in `embed_job_order`, what the node that runs one says in
//! `embed_job_lease`.

use std::time::Duration;

use time::OffsetDateTime;

use super::{Store, StoreError};
use crate::embedding::Pause;

/// After this silence of its node a job may not be worked on any more: a node speaks twice a second.
const SILENCE: Duration = Duration::from_secs(5);

/// A job that fills a space.
#[derive(Debug, Clone, PartialEq)]
pub struct EmbedJob {
    /// Its row number.
    pub id: i64,
    /// The space's version.
    pub space: i32,
    /// How far it has come.
    pub state: EmbedJobState,
    /// Texts that have their vectors.
    pub done: i64,
    /// Texts that there are.
    pub total: i64,
    /// Tokens that were embedded.
    pub tokens: i64,
    /// Seconds that embedding took.
    pub worked_seconds: f64,
    /// What was last in the way; the job goes on by itself when it is running.
    pub error: Option<String>,
    /// Who started it.
    pub by: String,
    /// When.
    pub created_at: OffsetDateTime,
}

/// How far a job has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmbedJobState {
    /// It waits for a node.
    Queued,
    /// A node works on it.
    Running {
        /// The node.
        node: String,
        /// What it is at.
        phase: Phase,
        /// For how long the provider is still to rest, while it is.
        rest: Option<Duration>,
        /// For how long the node has said nothing.
        silent: Duration,
        /// Until another node may take over, if this one goes on saying nothing.
        lapses: Duration,
    },
    /// Somebody paused it, or it paused itself and says why.
    Paused,
    /// The space is complete.
    Succeeded {
        /// Since when.
        at: OffsetDateTime,
    },
    /// It was given up.
    Failed {
        /// When.
        at: OffsetDateTime,
    },
    /// Somebody stopped it.
    Cancelled {
        /// When.
        at: OffsetDateTime,
    },
}

/// What a running job is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Texts become vectors.
    Texts,
    /// The index is built.
    Index,
}

/// Something a job did.
#[derive(Debug, Clone, Copy, Default)]
pub struct JobStep {
    /// Texts that got a vector.
    pub texts: i64,
    /// Tokens that were embedded for it.
    pub tokens: i64,
    /// Seconds it took.
    pub seconds: f64,
}

impl EmbedJob {
    /// Texts a second; `None` before anything was done.
    pub fn rate(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a rate needs no more")]
        let done = self.done as f64;
        (self.worked_seconds > 0.0 && done > 0.0).then(|| done / self.worked_seconds)
    }

    /// Seconds until all texts have vectors, at the rate so far.
    pub fn seconds_left(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a guess needs no more")]
        let left = (self.total - self.done).max(0) as f64;
        Some(left / self.rate()?)
    }

    /// What it waits for before the provider is asked again, while it does.
    pub fn pause(&self) -> Option<Pause> {
        let EmbedJobState::Running {
            rest: Some(left), ..
        } = self.state
        else {
            return None;
        };
        Some(Pause {
            reason: self.error.clone().unwrap_or_default(),
            left,
        })
    }

    /// How long until another node takes over from one that says nothing.
    pub fn takeover(&self) -> Option<Duration> {
        match self.state {
            EmbedJobState::Running { silent, lapses, .. } if silent > SILENCE => Some(lapses),
            _ => None,
        }
    }

    /// Whether more will happen by itself.
    pub fn is_moving(&self) -> bool {
        matches!(
            self.state,
            EmbedJobState::Queued | EmbedJobState::Running { .. }
        )
    }

    /// Whether it can still come to its end; a paused one waits for somebody.
    pub fn is_open(&self) -> bool {
        matches!(
            self.state,
            EmbedJobState::Queued | EmbedJobState::Running { .. } | EmbedJobState::Paused
        )
    }
}

impl EmbedJobState {
    /// The word by which it is stored and shown.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running { .. } => "running",
            Self::Paused => "paused",
            Self::Succeeded { .. } => "succeeded",
            Self::Failed { .. } => "failed",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

impl Phase {
    /// The word by which it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Texts => "texts",
            Self::Index => "index",
        }
    }
}

impl Store {
    /// The last jobs, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn embed_jobs(&self, limit: i64) -> Result<Vec<EmbedJob>, StoreError> {
        let rows = sqlx::query_as!(
            Row,
            r#"SELECT id, space_version AS "space!", state, phase, done, total, tokens, worked_seconds, error,
                      payload ->> 'by' AS by, lease_holder, created_at, finished_at,
                      extract(epoch FROM again_at - now())::float8 AS rest,
                      extract(epoch FROM now() - heard_at)::float8 AS silent,
                      extract(epoch FROM lease_until - now())::float8 AS lapses
               FROM jobs WHERE kind = 'embed' ORDER BY id DESC LIMIT $1"#,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(Row::read).collect())
    }

    /// The last job of a space.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn embed_job_of(&self, space: i32) -> Result<Option<EmbedJob>, StoreError> {
        let row = sqlx::query_as!(
            Row,
            r#"SELECT id, space_version AS "space!", state, phase, done, total, tokens, worked_seconds, error,
                      payload ->> 'by' AS by, lease_holder, created_at, finished_at,
                      extract(epoch FROM again_at - now())::float8 AS rest,
                      extract(epoch FROM now() - heard_at)::float8 AS silent,
                      extract(epoch FROM lease_until - now())::float8 AS lapses
               FROM jobs WHERE kind = 'embed' AND space_version = $1 ORDER BY id DESC LIMIT 1"#,
            space
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(Row::read))
    }

    /// The rate of the last jobs that embedded with this provider and model, in texts a second.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn measured_rate(
        &self,
        provider: &str,
        model: &str,
    ) -> Result<Option<f64>, StoreError> {
        let rate = sqlx::query_scalar!(
            r#"SELECT j.done / j.worked_seconds AS "rate!"
               FROM jobs j JOIN embedding_spaces s ON s.version = j.space_version
               WHERE s.provider = $1 AND s.model = $2 AND j.done >= 10 AND j.worked_seconds > 0
               ORDER BY j.id DESC LIMIT 1"#,
            provider,
            model
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(rate)
    }
}

/// A row of the table.
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) space: i32,
    pub(super) state: String,
    pub(super) phase: Option<String>,
    pub(super) done: i64,
    pub(super) total: Option<i64>,
    pub(super) tokens: i64,
    pub(super) worked_seconds: f64,
    pub(super) error: Option<String>,
    pub(super) by: Option<String>,
    pub(super) lease_holder: Option<String>,
    pub(super) rest: Option<f64>,
    pub(super) silent: Option<f64>,
    pub(super) lapses: Option<f64>,
    pub(super) created_at: OffsetDateTime,
    pub(super) finished_at: Option<OffsetDateTime>,
}

impl Row {
    pub(super) fn read(self) -> EmbedJob {
        let at = self.finished_at.unwrap_or(self.created_at);
        // What lies in the past is over.
        let span = |seconds: f64| Duration::try_from_secs_f64(seconds).unwrap_or_default();
        let state = match self.state.as_str() {
            "queued" => EmbedJobState::Queued,
            "running" => EmbedJobState::Running {
                node: self.lease_holder.unwrap_or_default(),
                phase: match self.phase.as_deref() {
                    Some("index") => Phase::Index,
                    _ => Phase::Texts,
                },
                rest: self.rest.map(span).filter(|rest| !rest.is_zero()),
                silent: self.silent.map(span).unwrap_or_default(),
                lapses: self.lapses.map(span).unwrap_or_default(),
            },
            "paused" => EmbedJobState::Paused,
            "succeeded" => EmbedJobState::Succeeded { at },
            "cancelled" => EmbedJobState::Cancelled { at },
            _ => EmbedJobState::Failed { at },
        };
        EmbedJob {
            id: self.id,
            space: self.space,
            state,
            done: self.done,
            total: self.total.unwrap_or(self.done),
            tokens: self.tokens,
            worked_seconds: self.worked_seconds,
            error: self.error,
            by: self.by.unwrap_or_default(),
            created_at: self.created_at,
        }
    }
}
