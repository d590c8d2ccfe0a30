//! Undoing a publication.

use std::collections::HashMap;

use domain::{ContentOverride, VariantId};

use super::publish::{UndoToken, note, put};
use crate::desk::{Actor, Desk, DeskError};
use crate::store::{Note, VariantRow, VariantStates};

/// What an undo did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undone {
    /// Variants that stand as they did before.
    pub restored: usize,
    /// Variants that somebody changed since, and that were left alone.
    pub left: usize,
}

impl Desk {
    /// Puts back what a publication changed: status, dates and the revision shown. Variants whose
    /// state somebody changed since are left alone. Undoing twice does nothing the second time.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] when a segment is gone.
    pub async fn undo(&self, actor: &Actor, token: UndoToken) -> Result<Undone, DeskError> {
        // Texts are embedded before the transaction begins, so the states are looked at twice.
        let Some(done) = self.store.publication(token.0).await? else {
            return Ok(Undone {
                restored: 0,
                left: 0,
            });
        };
        let ids: Vec<VariantId> = done.iter().map(|states| states.id).collect();
        let rows = self.store.variants(&ids).await?;
        let heads: HashMap<VariantId, i32> =
            rows.iter().map(|row| (row.id, row.head.number)).collect();
        let deciding: Vec<(VariantId, i32)> = done
            .iter()
            .filter_map(|states| {
                let shown = states.before.published_revision;
                Some((states.id, shown.or_else(|| heads.get(&states.id).copied())?))
            })
            .collect();
        let contents = self.store.revision_contents(&deciding).await?;
        let vectors = self.vectors(contents.iter().map(|(_, c)| c)).await?;

        let mut transaction = self.store.begin().await?;
        let Some(done) = transaction.take_publication(token.0).await? else {
            return Ok(Undone {
                restored: 0,
                left: 0,
            });
        };
        let rows: HashMap<VariantId, VariantRow> = transaction
            .variants(&ids)
            .await?
            .into_iter()
            .map(|row| (row.id, row))
            .collect();
        let back: Vec<VariantStates> = done
            .iter()
            .filter(|states| {
                rows.get(&states.id)
                    .is_some_and(|row| row.state() == states.after)
            })
            .map(|states| VariantStates {
                id: states.id,
                before: states.after,
                after: states.before,
            })
            .collect();
        put(&mut transaction, &back, None).await?;
        let contents: HashMap<VariantId, &ContentOverride> = contents
            .iter()
            .map(|(id, content)| (*id, content))
            .collect();
        for states in &back {
            if let Some(content) = contents.get(&states.id) {
                vectors.save(&mut transaction, states.id, content).await?;
            }
        }
        let notes: Vec<Note> = back
            .iter()
            .filter_map(|states| Some(note("variant.undo", rows.get(&states.id)?, states)))
            .collect();
        transaction.note_all(actor, &notes).await?;
        if !back.is_empty() {
            transaction.announce().await?;
        }
        transaction.commit().await?;
        Ok(Undone {
            restored: back.len(),
            left: done.len() - back.len(),
        })
    }
}
