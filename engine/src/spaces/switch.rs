//! Cutover and rollback: one transaction each. Caches follow by revision.

use std::time::Duration;

use serde_json::json;
use tracing::info;

use super::{Spaces, conflict, gone, subject};
use crate::desk::{Actor, DeskError};
use crate::store::{SpaceRow, SpaceState, StoreTransaction};

/// How often a switch tries to get ahead of people who edit.
const ATTEMPTS: u32 = 5;

/// How to switch.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SwitchOptions {
    /// The site's similarity floor from then on; `None` leaves it.
    pub floor: Option<f32>,
    /// Whether to switch although texts have no vector in the new space: they are served by segment
    /// and language alone.
    pub incomplete: bool,
    /// For how long the space that is left is kept; `None` is as configured.
    pub keep: Option<Duration>,
}

/// What a switch did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switched {
    /// The space that decided, when there was one.
    pub from: Option<i32>,
    /// The space that decides now.
    pub to: i32,
}

impl Spaces {
    /// Makes a complete space the one that decides. The one that did is kept for a rollback.
    ///
    /// Texts edited at this very moment are embedded first.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] when the space is not complete, or decides already;
    /// [`DeskError::Invalid`] for a floor outside -1 to 1.
    pub async fn switch(
        &self,
        actor: &Actor,
        to: i32,
        options: SwitchOptions,
    ) -> Result<Switched, DeskError> {
        if options
            .floor
            .is_some_and(|floor| !(-1.0..=1.0).contains(&floor))
        {
            return Err(DeskError::invalid("floor", "is not between -1 and 1"));
        }
        let mut attempts = 0;
        loop {
            attempts += 1;
            let row = self.find(to).await?;
            let reachable = self.providers.of(&row.space.spec).is_some();
            if row.state.is_complete() && reachable {
                self.complete(&row.space, false).await?;
            }
            let mut transaction = self.store.begin().await?;
            let row = transaction.space(to).await?.ok_or_else(|| gone(to))?;
            check(&row)?;
            let missing = transaction.missing(to).await?;
            if missing.waiting > 0 && reachable && attempts < ATTEMPTS {
                continue;
            }
            let without = missing.waiting + missing.refused;
            if without > 0 && !options.incomplete {
                return Err(DeskError::Conflict(format!(
                    "{without} texts have no vector in this space. Embed them first, or switch without them: \
                     they are then served by segment and language alone."
                )));
            }
            let keep = options.keep.unwrap_or(self.settings.keep);
            let switched = put(
                &mut transaction,
                &row,
                options.floor,
                keep,
                actor,
                "space.switch",
            )
            .await?;
            transaction.commit().await?;
            info!(from = switched.from, to, "spaces.switch");
            return Ok(switched);
        }
    }

    /// Goes back to the space that decided before, with the thresholds it had.
    ///
    /// Always possible while that space is kept, whoever is down: texts without a vector there are
    /// served by segment and language alone until they have one.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] when no space is kept that decided before.
    pub async fn rollback(&self, actor: &Actor) -> Result<Switched, DeskError> {
        let to = self.before().await?;
        let to = to.ok_or_else(|| conflict("No space is kept that decided before."))?;
        let mut transaction = self.store.begin().await?;
        let row = transaction.space(to).await?.ok_or_else(|| gone(to))?;
        check(&row)?;
        let floor = row.thresholds.map(|thresholds| thresholds.similarity_floor);
        let keep = self.settings.keep;
        let switched = put(&mut transaction, &row, floor, keep, actor, "space.rollback").await?;
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

/// Switches, notes it in the log and tells every node.
async fn put(
    transaction: &mut StoreTransaction,
    row: &SpaceRow,
    floor: Option<f32>,
    keep: Duration,
    actor: &Actor,
    action: &str,
) -> Result<Switched, DeskError> {
    let to = row.space.version;
    let from = transaction.active_version().await?;
    let mut site = transaction.site().await?.unwrap_or_default();
    let before = site.thresholds;
    transaction.activate_space(to, &before, keep).await?;
    if let Some(floor) = floor {
        site.thresholds.similarity_floor = floor;
        transaction.save_site(&site).await?;
    }
    let said =
        |space: Option<i32>, floor: f32| json!({ "space": space, "similarity_floor": floor });
    transaction
        .note(
            actor,
            action,
            &subject(to),
            Some(&said(from, before.similarity_floor)),
            Some(&said(Some(to), site.thresholds.similarity_floor)),
        )
        .await?;
    transaction.announce().await?;
    Ok(Switched { from, to })
}
