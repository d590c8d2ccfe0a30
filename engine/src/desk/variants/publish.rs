//! Publishing: which revision visitors see, and from when to when.

use std::collections::HashMap;

use domain::record::Record;
use domain::variant::Status;
use domain::{Problem, Problems, VariantId};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::vectors::Vectors;
use super::{gone, record};
use crate::desk::{Actor, Desk, DeskError};
use crate::ingest::{ImportError, check_all};
use crate::store::{Note, State, StoreTransaction, VariantRow, VariantStates};

/// Most variants published at once.
pub const MAX_AT_ONCE: usize = 20_000;

/// What to do with variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publication {
    /// Show the newest revision from now on. An end that lies ahead stays.
    Now,
    /// Show the newest revision from one instant to another.
    Schedule {
        /// When it starts to be shown.
        starts_at: OffsetDateTime,
        /// When it stops being shown; `None` is never.
        ends_at: Option<OffsetDateTime>,
    },
    /// Go on showing what visitors see, until an instant; `None` is for good. For variants that they
    /// see now.
    Until(Option<OffsetDateTime>),
    /// Keep it, but show it to nobody.
    Archive,
    /// Make it a draft again.
    Withdraw,
}

/// By which a publication can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UndoToken(pub i64);

/// What a publication did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Variants that stand otherwise than before.
    pub changed: usize,
    /// How to undo it; `None` when nothing changed.
    pub undo: Option<UndoToken>,
}

impl Desk {
    /// Does one thing with up to 20,000 variants, with all or with none. Visitors see it at once.
    /// What stands as wanted already is left alone, so that a second click does nothing.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] when a date is wrong or a variant no longer fits its page;
    /// [`DeskError::NotFound`] when a variant was deleted.
    pub async fn publish(
        &self,
        actor: &Actor,
        ids: &[VariantId],
        what: Publication,
    ) -> Result<Published, DeskError> {
        let now = self.engine.now();
        what.check(now)?;
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() || ids.len() > MAX_AT_ONCE {
            let message = format!("choose between 1 and {MAX_AT_ONCE} variants");
            return Err(DeskError::invalid("ids", message));
        }
        let rows = self.store.variants(&ids).await?;
        if rows.len() < ids.len() {
            return Err(gone());
        }
        what.check_shown(&rows, now)?;
        let wanted: Vec<VariantRow> = rows
            .into_iter()
            .filter(|row| what.state(row, now) != row.state())
            .collect();
        if wanted.is_empty() {
            return Ok(Published::nothing());
        }
        if what.shows() {
            self.check_fit(&wanted).await?;
        }
        let deciding = wanted.iter().filter(|_| what.decides_anew());
        let vectors = self
            .vectors(deciding.map(|row| &row.head.facts.content))
            .await?;
        let mut transaction = self.store.begin().await?;
        let wanted = as_seen(&mut transaction, &wanted).await?;
        let states: Vec<VariantStates> = wanted
            .iter()
            .map(|(seen, present)| VariantStates {
                id: seen.id,
                before: present.state(),
                // Of what this person saw: a revision saved since stays a draft.
                after: what.state(seen, now),
            })
            .filter(|states| states.before != states.after)
            .collect();
        if states.is_empty() {
            return Ok(Published::nothing());
        }
        let publisher = what.shows().then_some(actor);
        put(&mut transaction, &states, publisher).await?;
        if what.decides_anew() {
            save_vectors(&mut transaction, &vectors, &wanted).await?;
        }
        let names: HashMap<VariantId, &VariantRow> =
            wanted.iter().map(|(seen, _)| (seen.id, seen)).collect();
        let notes: Vec<Note> = states
            .iter()
            .filter_map(|states| Some(note(what.action(), names.get(&states.id)?, states)))
            .collect();
        transaction.note_all(actor, &notes).await?;
        let undo = transaction.remember_publication(&states).await?;
        transaction.announce().await?;
        transaction.commit().await?;
        Ok(Published {
            changed: states.len(),
            undo: Some(UndoToken(undo)),
        })
    }

    /// How many of these variants visitors can see now.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn live_variants(&self, ids: &[VariantId]) -> Result<usize, DeskError> {
        let live = self.store.live_variants(ids, self.engine.now()).await?;
        Ok(usize::try_from(live).unwrap_or(usize::MAX))
    }

    /// Checks that variants still fit their pages, which may have changed since they were saved.
    async fn check_fit(&self, rows: &[VariantRow]) -> Result<(), DeskError> {
        let records = rows.iter().map(|row| Record::Variant(record(row.clone())));
        let Err(error) = check_all(&self.store, records.collect()).await else {
            return Ok(());
        };
        let ImportError::Rejected(rejections) = error else {
            return Err(error.into());
        };
        let mut problems = Problems::new();
        for rejection in rejections {
            let name = rows
                .get(rejection.line - 1)
                .map_or("", |row| &row.head.facts.name);
            let Problem { field, message } = rejection.problem;
            problems.add("", format!("“{name}” cannot be shown: {field} {message}"));
        }
        problems.into_result().map_err(DeskError::Invalid)
    }
}

impl Publication {
    /// The state that a variant comes into.
    fn state(self, row: &VariantRow, now: OffsetDateTime) -> State {
        let shown = Some(row.head.number);
        match self {
            Self::Now => State {
                status: Status::Published,
                starts_at: row.starts_at.filter(|start| *start <= now),
                ends_at: row.ends_at.filter(|end| *end > now),
                published_revision: shown,
            },
            Self::Schedule { starts_at, ends_at } => State {
                status: Status::Scheduled,
                starts_at: Some(starts_at),
                ends_at,
                published_revision: shown,
            },
            Self::Until(ends_at) => State {
                ends_at,
                ..row.state()
            },
            Self::Archive => State {
                status: Status::Archived,
                ..row.state()
            },
            Self::Withdraw => State {
                status: Status::Draft,
                published_revision: None,
                ..row.state()
            },
        }
    }

    fn check(self, now: OffsetDateTime) -> Result<(), DeskError> {
        let mut problems = Problems::new();
        match self {
            Self::Schedule { starts_at, ends_at } => {
                if starts_at <= now {
                    problems.add(
                        "starts_at",
                        "lies in the past; choose a later time or publish now",
                    );
                }
                if ends_at.is_some_and(|end| end <= starts_at) {
                    problems.add("ends_at", "is not after the start; choose a later time");
                }
            }
            Self::Until(Some(end)) if end <= now => {
                problems.add(
                    "ends_at",
                    "lies in the past; choose a later time or archive it",
                );
            }
            Self::Now | Self::Until(_) | Self::Archive | Self::Withdraw => {}
        }
        problems.into_result().map_err(DeskError::Invalid)
    }

    /// Whether what is shown now can go on being shown.
    fn check_shown(self, rows: &[VariantRow], now: OffsetDateTime) -> Result<(), DeskError> {
        let shown = |row: &VariantRow| {
            let state = row.state();
            state.status.is_live(state.starts_at, state.ends_at, now)
        };
        if matches!(self, Self::Until(_)) && !rows.iter().all(shown) {
            let message = "is for variants that visitors see now; publish or schedule it instead";
            return Err(DeskError::invalid("ends_at", message));
        }
        Ok(())
    }

    /// Whether visitors will see the newest revision.
    fn shows(self) -> bool {
        matches!(self, Self::Now | Self::Schedule { .. })
    }

    /// Whether the newest revision's vector becomes the variant's.
    fn decides_anew(self) -> bool {
        !matches!(self, Self::Archive | Self::Until(_))
    }

    fn action(self) -> &'static str {
        match self {
            Self::Now => "variant.publish",
            Self::Schedule { .. } => "variant.schedule",
            Self::Until(_) => "variant.until",
            Self::Archive => "variant.archive",
            Self::Withdraw => "variant.withdraw",
        }
    }
}

impl Published {
    fn nothing() -> Self {
        Self {
            changed: 0,
            undo: None,
        }
    }
}

/// Pairs variants as a person saw them with what they are now.
async fn as_seen(
    transaction: &mut StoreTransaction,
    seen: &[VariantRow],
) -> Result<Vec<(VariantRow, VariantRow)>, DeskError> {
    let ids: Vec<VariantId> = seen.iter().map(|row| row.id).collect();
    let mut present: HashMap<VariantId, VariantRow> = transaction
        .variants(&ids)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    seen.iter()
        .map(|row| {
            let now = present.remove(&row.id).ok_or_else(gone)?;
            Ok((row.clone(), now))
        })
        .collect()
}

async fn save_vectors(
    transaction: &mut StoreTransaction,
    vectors: &Vectors,
    rows: &[(VariantRow, VariantRow)],
) -> Result<(), DeskError> {
    for (seen, _) in rows {
        vectors
            .save(transaction, seen.id, &seen.head.facts.content)
            .await?;
    }
    Ok(())
}

/// Puts all variants into their states, or says why one cannot be.
pub(super) async fn put(
    transaction: &mut StoreTransaction,
    states: &[VariantStates],
    publisher: Option<&Actor>,
) -> Result<(), DeskError> {
    let wanted: Vec<_> = states
        .iter()
        .map(|states| (states.id, states.after))
        .collect();
    let put = transaction.put_states(&wanted, publisher).await?;
    if put.len() < wanted.len() {
        return Err(DeskError::Conflict(
            "The segment of a variant was deleted; give the variant another segment first"
                .to_owned(),
        ));
    }
    Ok(())
}

/// What is noted of what became of one variant.
pub(super) fn note(action: &'static str, row: &VariantRow, states: &VariantStates) -> Note {
    Note {
        action,
        subject: row.external_id.to_string(),
        before: Some(state_json(&states.before)),
        after: Some(state_json(&states.after)),
    }
}

fn state_json(state: &State) -> Value {
    json!({
        "status": state.status,
        "revision": state.published_revision,
        "starts_at": state.starts_at.map(|at| at.to_string()),
        "ends_at": state.ends_at.map(|at| at.to_string()),
    })
}
