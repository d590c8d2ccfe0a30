//! Changing the embedding model without anyone noticing.
//!
//! A new space is filled beside the one that decides (`work`), kept complete while people go on
//! editing (`keep`, `index`), compared with it on every decision there is (`drift`), and switched to or back
//! from in one transaction (`switch`). Nothing is queued: what is missing in a space is asked of the
//! database each time, so that an interruption costs at most one batch.

mod cell;
mod drift;
mod fill;
mod floors;
mod index;
mod keep;
mod plan;
mod refused;
mod switch;
mod work;

use std::time::Duration;

use serde_json::json;
use tracing::info;

use crate::desk::{Actor, DeskError};
use crate::embedding::{Providers, SpaceSpec};
use crate::store::{
    Coverage, DeadLetter, EmbedJob, IndexState, Space, SpaceRow, SpaceState, Store,
};

pub use drift::{
    Below, Brought, Comparison, Comparisons, Decided, Drift, Histogram, Named, Outcome, Share,
    Side, Terms,
};
pub use floors::{Floors, floor_words};
pub use index::{Indexer, Mended};
pub use keep::Keeper;
pub use plan::Plan;
pub use switch::{SwitchOptions, Switched};
pub use work::{End, Leaver, Worker};

/// How spaces are filled and kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// For how long a node may work on a job without saying so again.
    pub lease: Duration,
    /// For how long the space that a switch leaves is kept.
    pub keep: Duration,
}

impl Default for Settings {
    /// Half a minute, two weeks.
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(30),
            keep: Duration::from_hours(14 * 24),
        }
    }
}

/// The embedding spaces of a site, for people who look after them. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Spaces {
    store: Store,
    providers: Providers,
    settings: Settings,
}

/// A space with everything that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct SpaceView {
    /// The space and what it is there for.
    pub row: SpaceRow,
    /// How much of what takes part in decisions has a vector there.
    pub coverage: Coverage,
    /// Its index.
    pub index: IndexState,
    /// The last job that filled it.
    pub job: Option<EmbedJob>,
    /// Whether this process can embed into it.
    pub reachable: bool,
}

/// All spaces, and the models for which there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// The newest first; those that are retired and empty are left out.
    pub spaces: Vec<SpaceView>,
    /// Configured models that have no space yet.
    pub models: Vec<SpaceSpec>,
}

/// What starting a job came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Started {
    /// The space's version.
    pub space: i32,
    /// The job's number.
    pub job: i64,
    /// Whether it is new; otherwise somebody had started one already.
    pub new: bool,
}

impl SpaceView {
    /// Whether its job is still open.
    pub fn is_worked_on(&self) -> bool {
        self.job.as_ref().is_some_and(EmbedJob::is_open)
    }

    /// Whether it was begun and nothing goes on with it.
    pub fn is_unfinished(&self) -> bool {
        self.row.state == SpaceState::Building && !self.is_worked_on()
    }
}

impl Spaces {
    /// The spaces of `store`, into which `providers` embed.
    pub fn new(store: Store, providers: Providers, settings: Settings) -> Self {
        Self {
            store,
            providers,
            settings,
        }
    }

    /// The providers that this process can ask.
    pub fn providers(&self) -> &Providers {
        &self.providers
    }

    /// Everything there is to know.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn overview(&self) -> Result<Overview, DeskError> {
        let rows = self.store.spaces().await?;
        let retired = |row: &SpaceRow| matches!(row.state, SpaceState::Retired { .. });
        let models = self
            .providers
            .all()
            .map(|provider| provider.space())
            .filter(|spec| {
                !rows
                    .iter()
                    .any(|row| row.space.spec == **spec && !retired(row))
            })
            .cloned()
            .collect();
        let mut spaces = Vec::with_capacity(rows.len());
        for row in rows {
            if !matches!(row.state, SpaceState::Retired { emptied: true, .. }) {
                spaces.push(self.view(row).await?);
            }
        }
        Ok(Overview { spaces, models })
    }

    async fn view(&self, row: SpaceRow) -> Result<SpaceView, DeskError> {
        let version = row.space.version;
        Ok(SpaceView {
            coverage: self.store.coverage(version).await?,
            index: self.store.index_state(&row.space).await?,
            job: self.store.embed_job_of(version).await?,
            reachable: self.providers.of(&row.space.spec).is_some(),
            row,
        })
    }

    /// The last job of a space, and how far its index is.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn job(&self, version: i32) -> Result<Option<(EmbedJob, IndexState)>, DeskError> {
        let Some(job) = self.store.embed_job_of(version).await? else {
            return Ok(None);
        };
        let row = self.find(version).await?;
        Ok(Some((job, self.store.index_state(&row.space).await?)))
    }

    /// The texts that the provider of a space refused.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn dead_letters(&self, version: i32) -> Result<Vec<DeadLetter>, DeskError> {
        Ok(self.store.dead_letters(version).await?)
    }

    /// How many texts that decisions depend on have no vector in a space, whether it is due or was
    /// refused.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn without_vector(&self, version: i32) -> Result<i64, DeskError> {
        Ok(self.store.missing(version).await?.vital())
    }

    /// Makes the space of a configured model, unless there is one, and a job that fills it, unless
    /// one is open. Texts that were refused before are tried again.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] when the space decides already; [`DeskError::Invalid`] when the model
    /// is not configured here.
    pub async fn start(&self, actor: &Actor, spec: &SpaceSpec) -> Result<Started, DeskError> {
        self.reach(spec)?;
        let space = self.store.ensure_space(spec).await?;
        let mut transaction = self.store.begin().await?;
        let row = transaction.space(space.version).await?;
        let row = row.ok_or_else(|| gone(space.version))?;
        if matches!(row.state, SpaceState::Active { .. }) {
            return Err(DeskError::Conflict(format!(
                "{spec} decides already; new texts are embedded into it by themselves."
            )));
        }
        let total = transaction.missing(space.version).await?.total();
        let (job, new) = transaction
            .make_embed_job(space.version, &actor.name, total)
            .await?;
        if new {
            transaction.forget_refusals(space.version).await?;
            let after = json!({ "model": spec.to_string(), "texts": total });
            transaction
                .note(
                    actor,
                    "space.embed",
                    &subject(space.version),
                    None,
                    Some(&after),
                )
                .await?;
        }
        transaction.commit().await?;
        if new {
            info!(space = space.version, job, texts = total, "spaces.start");
        }
        Ok(Started {
            space: space.version,
            job,
            new,
        })
    }

    /// Lets the texts that were refused be tried again, in the space that decides or in another that
    /// is complete. That happens in the background. Returns how many there are.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] when the space is not complete, because a job does it then, or nothing
    /// was refused there.
    pub async fn retry(&self, actor: &Actor, version: i32) -> Result<i64, DeskError> {
        let mut transaction = self.store.begin().await?;
        let row = transaction.space(version).await?;
        let row = row.ok_or_else(|| gone(version))?;
        if !row.state.is_complete() {
            return Err(conflict(
                "This space is not complete; a job tries its texts.",
            ));
        }
        let refused = transaction.missing(version).await?.all_refused();
        if refused == 0 {
            return Err(conflict("No text of this space was refused."));
        }
        transaction.forget_refusals(version).await?;
        self.note(transaction, actor, "space.retry", version)
            .await?;
        Ok(refused)
    }

    /// Lets a space's job rest until somebody resumes it. What is embedded stays.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] when none is running.
    pub async fn pause(&self, actor: &Actor, version: i32) -> Result<(), DeskError> {
        let mut transaction = self.store.begin().await?;
        if !transaction.pause_embed_job(version).await? {
            return Err(conflict("No job of this space is running."));
        }
        self.note(transaction, actor, "space.pause", version).await
    }

    /// Lets a paused job go on.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] when none is paused.
    pub async fn resume(&self, actor: &Actor, version: i32) -> Result<(), DeskError> {
        let mut transaction = self.store.begin().await?;
        if !transaction.resume_embed_job(version).await? {
            return Err(conflict("No job of this space is paused."));
        }
        self.note(transaction, actor, "space.resume", version).await
    }

    /// Stops a space's job. What is embedded stays, and starting again does the rest.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] when none is open.
    pub async fn cancel(&self, actor: &Actor, version: i32) -> Result<(), DeskError> {
        let mut transaction = self.store.begin().await?;
        if !transaction.cancel_embed_job(version).await? {
            return Err(conflict("No job of this space is open."));
        }
        self.note(transaction, actor, "space.cancel", version).await
    }

    /// Gives a space up that does not decide. Its vectors are deleted in the background.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] when it decides; [`DeskError::NotFound`] when it was given up before.
    pub async fn retire(&self, actor: &Actor, version: i32) -> Result<(), DeskError> {
        let mut transaction = self.store.begin().await?;
        let row = transaction.space(version).await?;
        if row.is_none_or(|row| matches!(row.state, SpaceState::Retired { .. })) {
            return Err(gone(version));
        }
        transaction.cancel_embed_job(version).await?;
        if !transaction.retire_space(version).await? {
            return Err(conflict(
                "Only a space that does not decide can be dropped.",
            ));
        }
        self.note(transaction, actor, "space.drop", version).await
    }

    async fn note(
        &self,
        mut transaction: crate::store::StoreTransaction,
        actor: &Actor,
        action: &str,
        version: i32,
    ) -> Result<(), DeskError> {
        transaction
            .note(actor, action, &subject(version), None, None)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The provider that embeds into the space of `spec`.
    fn reach(
        &self,
        spec: &SpaceSpec,
    ) -> Result<&std::sync::Arc<dyn crate::embedding::EmbeddingProvider>, DeskError> {
        self.providers.of(spec).ok_or_else(|| {
            let message = format!("{spec} is not configured here");
            DeskError::invalid("model", message)
        })
    }

    async fn find(&self, version: i32) -> Result<SpaceRow, DeskError> {
        let row = self.store.space(version).await?;
        row.ok_or_else(|| gone(version))
    }

    async fn active(&self) -> Result<Space, DeskError> {
        let active = self.store.active_space().await?;
        active.ok_or_else(|| conflict("There is nothing to compare with: import content first."))
    }
}

/// How the log names a space.
fn subject(version: i32) -> String {
    format!("space {version}")
}

fn gone(version: i32) -> DeskError {
    DeskError::NotFound(format!("Space {version}"))
}

/// How many there are of something: `1 text`, `2 texts`.
fn counted(number: i64, one: &str, many: &str) -> String {
    let words = if number == 1 { one } else { many };
    format!("{number} {words}")
}

fn conflict(text: &str) -> DeskError {
    DeskError::Conflict(text.to_owned())
}
