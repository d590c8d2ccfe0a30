//! Cutover and rollback: one transaction each. Caches follow by revision.

use std::time::Duration;

use domain::decision::Thresholds;
use serde_json::json;
use time::OffsetDateTime;
use tokio::time::Instant;
use tracing::info;

use super::keep::Trouble;
use super::{Floors, Spaces, conflict, counted, gone, subject};
use crate::desk::{Actor, DeskError};
use crate::store::{SpaceRow, SpaceState, StoreTransaction};

/// How often a switch tries to get ahead of people who edit.
const ATTEMPTS: u32 = 5;
/// For how long a switch waits for the vectors of what was edited last.
const PATIENCE: Duration = Duration::from_secs(5);

/// How to switch.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SwitchOptions {
    /// The site's floors from then on. Those left out are what they were when the space decided before, or
    /// stay as they are when it never did.
    pub floors: Floors,
    /// Whether to switch although texts have no vector in the new space: they are served by segment
    /// and language alone.
    pub incomplete: bool,
    /// For how long the space that is left is kept; `None` is as configured.
    pub keep: Option<Duration>,
}

/// What a switch did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Switched {
    /// The space that decided, when there was one.
    pub from: Option<i32>,
    /// The space that decides now.
    pub to: i32,
    /// Until when it decided before, if it did.
    pub until: Option<OffsetDateTime>,
    /// For how long the space that decided is kept.
    pub kept: Duration,
    /// The floors from now on, when a switch leads to a space that had its own before.
    pub remembered: Option<Floors>,
}

impl Spaces {
    /// Makes a complete space the one that decides. The one that did is kept for a rollback.
    ///
    /// Texts edited at this very moment are embedded first, unless it may be incomplete. Somebody waits for
    /// the answer, so a provider that is slow or down is given a few seconds.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] when the space is not complete, or decides already, or texts have no vector;
    /// [`DeskError::Invalid`] for a floor outside -1 to 1.
    pub async fn switch(
        &self,
        actor: &Actor,
        to: i32,
        options: SwitchOptions,
    ) -> Result<Switched, DeskError> {
        options.floors.check()?;
        let deadline = Instant::now() + PATIENCE;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let trouble = if options.incomplete {
                None
            } else {
                self.catch_up(to, deadline).await?
            };
            let mut transaction = self.store.begin().await?;
            let row = transaction.space(to).await?.ok_or_else(|| gone(to))?;
            check(&row)?;
            if !options.incomplete {
                let missing = transaction.missing(to).await?;
                // Somebody has edited meanwhile.
                if missing.waiting > 0 && trouble.is_none() && attempts < ATTEMPTS {
                    continue;
                }
                if missing.vital() > 0 {
                    return Err(left_out(missing.vital(), trouble));
                }
            }
            let remembered = remembered(&row);
            let floors = options.floors.or(remembered);
            let keep = options.keep.unwrap_or(self.settings.keep);
            let action = "space.switch";
            let mut switched = put(&mut transaction, &row, floors, keep, actor, action).await?;
            switched.remembered = Some(floors).filter(|_| remembered != Floors::default());
            transaction.commit().await?;
            info!(from = switched.from, to, "spaces.switch");
            return Ok(switched);
        }
    }

    /// Embeds what a complete space is missing, unless that takes until `deadline`. Returns what is in the
    /// way, if something is.
    async fn catch_up(&self, to: i32, deadline: Instant) -> Result<Option<Trouble>, DeskError> {
        let row = self.find(to).await?;
        if !row.state.is_complete() {
            return Ok(None);
        }
        Ok(self.complete_by(&row.space, deadline).await?)
    }

    /// Goes back to the space that decided before, with the floors it had. With `expected` only if it is
    /// that one: who presses twice does not go forth again.
    ///
    /// Always possible while that space is kept, whoever is down: texts without a vector there are
    /// served by segment and language alone until they have one.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] when no space is kept that decided before, or not the one expected.
    pub async fn rollback(
        &self,
        actor: &Actor,
        expected: Option<i32>,
    ) -> Result<Switched, DeskError> {
        let to = self.before().await?;
        if let Some(space) = expected
            && to != expected
        {
            let text = format!(
                "Space {space} is not the one before any more. Look at which one decides now."
            );
            return Err(DeskError::Conflict(text));
        }
        let to = to.ok_or_else(|| conflict("No space is kept that decided before."))?;
        let mut transaction = self.store.begin().await?;
        let row = transaction.space(to).await?.ok_or_else(|| gone(to))?;
        check(&row)?;
        let floors = remembered(&row);
        let keep = self.settings.keep;
        let switched = put(
            &mut transaction,
            &row,
            floors,
            keep,
            actor,
            "space.rollback",
        )
        .await?;
        transaction.commit().await?;
        info!(from = switched.from, to, "spaces.rollback");
        Ok(switched)
    }

    /// The space to which a rollback leads.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn before(&self) -> Result<Option<i32>, DeskError> {
        let rows = self.store.spaces().await?;
        let kept = rows.into_iter().filter_map(|row| match row.state {
            SpaceState::Ready {
                deactivated_at: Some(at),
                ..
            } => Some((at, row.space.version)),
            _ => None,
        });
        Ok(kept.max().map(|(_, version)| version))
    }
}

fn check(row: &SpaceRow) -> Result<(), DeskError> {
    match row.state {
        SpaceState::Ready { .. } => Ok(()),
        SpaceState::Active { .. } => Err(conflict("This space decides already.")),
        SpaceState::Building => Err(conflict("This space is not complete yet.")),
        SpaceState::Retired { .. } => Err(conflict("This space is no longer there.")),
    }
}

/// A floor as it was typed, with all its digits: as JSON, a number of this kind would show where it is not exact.
fn decimal(floor: f32) -> f64 {
    floor.to_string().parse().unwrap_or(f64::from(floor))
}

/// What a switch says that would leave texts out.
fn left_out(texts: i64, trouble: Option<Trouble>) -> DeskError {
    let without = counted(texts, "text has", "texts have");
    let (them, they_are) = match texts {
        1 => ("it", "it is"),
        _ => ("them", "they are"),
    };
    let why = trouble.map(|trouble| format!(", and could not be embedded now: {}", trouble.words));
    DeskError::Conflict(format!(
        "{without} no vector in this space{}. Embed {them} first, or switch without {them}: \
         {they_are} then served by segment and language alone.",
        why.unwrap_or_default()
    ))
}

/// The floors that a space had when it decided before; none where it never did.
pub(super) fn remembered(row: &SpaceRow) -> Floors {
    row.thresholds.as_ref().map(Floors::of).unwrap_or_default()
}

/// Switches, notes it in the log and tells every node.
async fn put(
    transaction: &mut StoreTransaction,
    row: &SpaceRow,
    floors: Floors,
    keep: Duration,
    actor: &Actor,
    action: &str,
) -> Result<Switched, DeskError> {
    let to = row.space.version;
    let from = transaction.active_version().await?;
    let mut site = transaction.site().await?.unwrap_or_default();
    let before = site.thresholds;
    transaction.activate_space(to, &before, keep).await?;
    site.thresholds = floors.over(before);
    if site.thresholds != before {
        transaction.save_site(&site).await?;
    }
    let said = |space: Option<i32>, thresholds: &Thresholds| {
        let (similarity, term) = (thresholds.similarity_floor, thresholds.term_floor);
        json!({ "space": space, "similarity_floor": decimal(similarity), "term_floor": decimal(term) })
    };
    transaction
        .note(
            actor,
            action,
            &subject(to),
            Some(&said(from, &before)),
            Some(&said(Some(to), &site.thresholds)),
        )
        .await?;
    transaction.announce().await?;
    let until = match row.state {
        SpaceState::Ready { deactivated_at, .. } => deactivated_at,
        _ => None,
    };
    Ok(Switched {
        from,
        to,
        until,
        kept: keep,
        remembered: None,
    })
}
