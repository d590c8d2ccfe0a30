//! A variant's history: what was saved, what changed, and going back.

use domain::difference::changes;
use domain::variant::Origin;
use domain::{VariantId, difference};
use time::OffsetDateTime;

use super::gone;
use super::save::{VariantEdit, facts_json};
use crate::desk::{Actor, Desk, DeskError};
use crate::store::{RevisionRow, SavedVariant, VariantFacts, WrittenBy};

pub use difference::Change;

/// The fields that people write first; blocks follow.
const FIRST: [&str; 5] = ["name", "segment", "locale", "title", "description"];

/// One saved revision, with what it changed.
#[derive(Debug, Clone)]
pub struct Revision {
    /// Counted from 1 in each variant.
    pub number: i32,
    /// What was written.
    pub facts: VariantFacts,
    /// Who saved it.
    pub author: String,
    /// How it came about.
    pub origin: Origin,
    /// The language model that wrote it; `None` when people did.
    pub written: Option<WrittenBy>,
    /// When it was saved.
    pub at: OffsetDateTime,
    /// What it changed of the revision before; of the first one, all it says.
    pub changes: Vec<Change>,
}

impl Desk {
    /// Revisions of a variant, newest first: `limit` of those before `before`, or of all.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn revisions(
        &self,
        id: VariantId,
        before: Option<i32>,
        limit: usize,
    ) -> Result<Vec<Revision>, DeskError> {
        // One more, to compare the last one with.
        let rows = i64::try_from(limit + 1).unwrap_or(i64::MAX);
        let rows = self.store.variant_revisions(id, before, rows).await?;
        let revisions = (0..rows.len().min(limit))
            .map(|index| revision(&rows[index], rows.get(index + 1)))
            .collect();
        Ok(revisions)
    }

    /// One revision of a variant.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] when there is none of that number.
    pub async fn revision(&self, id: VariantId, number: i32) -> Result<Revision, DeskError> {
        let next = number.checked_add(1).ok_or_else(no_revision)?;
        let rows = self.store.variant_revisions(id, Some(next), 2).await?;
        match rows.first() {
            Some(row) if row.number == number => Ok(revision(row, rows.get(1))),
            _ => Err(no_revision()),
        }
    }

    /// What differs between two revisions, field by field.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] when there is none of these numbers.
    pub async fn difference(
        &self,
        id: VariantId,
        from: i32,
        to: i32,
    ) -> Result<Vec<Change>, DeskError> {
        let (from, to) = (self.revision(id, from).await?, self.revision(id, to).await?);
        Ok(between(Some(&from.facts), &to.facts))
    }

    /// Saves an earlier revision's content as the newest one.
    ///
    /// # Errors
    /// As [`Desk::save_variant`]: the old content may no longer fit its page.
    pub async fn restore(
        &self,
        actor: &Actor,
        id: VariantId,
        number: i32,
    ) -> Result<SavedVariant, DeskError> {
        let row = self.store.variant(id).await?.ok_or_else(gone)?;
        let old = self.revision(id, number).await?.facts;
        let edit = VariantEdit {
            id: Some(id),
            base: row.head.number,
            name: old.name,
            page: row.page,
            segment: old.segment,
            locale: old.locale,
            content: old.content,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            origin: Origin::Restored { from: number },
        };
        self.save_variant(actor, edit).await
    }
}

fn revision(row: &RevisionRow, before: Option<&RevisionRow>) -> Revision {
    Revision {
        number: row.number,
        author: row.author.clone(),
        written: row.written.clone(),
        origin: row.origin,
        at: row.created_at,
        changes: between(before.map(|row| &row.facts), &row.facts),
        facts: row.facts.clone(),
    }
}

/// What differs, in the order in which people write it. That a variant changes other blocks of its
/// page than before is told by their fields, so their order is nothing of its own.
fn between(before: Option<&VariantFacts>, after: &VariantFacts) -> Vec<Change> {
    let mut found = changes(before.map(facts_json).as_ref(), Some(&facts_json(after)));
    found.retain(|change| change.field != "blocks.order");
    found.sort_by_key(|change| {
        let place = FIRST.iter().position(|field| *field == change.field);
        place.unwrap_or(FIRST.len())
    });
    found
}

fn no_revision() -> DeskError {
    DeskError::NotFound("This revision".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn facts(content: serde_json::Value) -> VariantFacts {
        VariantFacts {
            name: "N".to_owned(),
            segment: None,
            locale: "en".parse().unwrap(),
            content: serde_json::from_value(content).unwrap(),
        }
    }

    #[test]
    fn changes_come_in_the_order_of_writing_and_without_the_order_of_blocks() {
        let before = facts(json!({"blocks": [
            {"type": "hero", "id": "hero", "headline": "A"},
            {"type": "rich_text", "id": "more", "markdown": "B"}
        ]}));
        let mut after = facts(
            json!({"title": "T", "blocks": [{"type": "hero", "id": "hero", "headline": "C"}]}),
        );
        after.segment = Some("smb".parse().unwrap());
        let fields: Vec<String> = between(Some(&before), &after)
            .into_iter()
            .map(|change| change.field)
            .collect();
        assert_eq!(
            fields,
            [
                "segment",
                "title",
                "blocks.hero.headline",
                "blocks.more.id",
                "blocks.more.markdown",
                "blocks.more.type"
            ]
        );
    }
}
