//! Publishing: which revision visitors see, and from when to when.

use std::collections::HashMap;

use domain::record::Record;
use domain::{Problem, Problems, VariantId};
use serde_json::{Value, json};

use super::publication::Publication;
use super::vectors::Vectors;
use super::{gone, record};
use crate::desk::{Actor, Desk, DeskError};
use crate::ingest::{ImportError, check_all};
use crate::store::{Note, State, StoreTransaction, VariantRow, VariantStates};

/// Most variants published at once.
pub const MAX_AT_ONCE: usize = 20_000;

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
