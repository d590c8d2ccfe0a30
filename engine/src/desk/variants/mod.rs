//! Variants: finding, writing, publishing, and going back.

mod list;
mod publication;
mod publish;
mod revisions;
mod save;
mod undo;
mod vectors;
mod written;

use domain::record::VariantRecord;
use domain::{PageContent, PageId, VariantId};
use time::OffsetDateTime;

use super::{Desk, DeskError};
use crate::store::VariantRow;

pub use crate::store::{
    KeptDraft, ListedVariant, SavedVariant, State, VariantFilter, VariantSort, VariantStates,
};
pub use list::{PAGE_SIZE, VariantPage};
pub use publication::Publication;
pub use publish::{MAX_AT_ONCE, Published, UndoToken};
pub use revisions::{Change, Revision};
pub use save::VariantEdit;
pub use undo::Undone;
pub use written::Wanted;

/// A variant as it is edited.
#[derive(Debug, Clone)]
pub struct VariantDetail {
    /// Its row.
    pub id: VariantId,
    /// Its newest revision, with the status and the dates that hold now.
    pub record: VariantRecord,
    /// The page's row.
    pub page_id: PageId,
    /// The page's path.
    pub page_path: String,
    /// What the page says in the variant's language, or in the one that stands in for it.
    pub page_content: Option<PageContent>,
    /// The newest revision; an edit begins from it.
    pub revision: i32,
    /// The revision that visitors see, or saw until it was archived.
    pub published_revision: Option<i32>,
    /// When it was last published, and by whom; `None` is never.
    pub published: Option<(OffsetDateTime, String)>,
    /// Whether the text that decides can be compared; until then the variant is found by segment
    /// and language alone.
    pub embedded: bool,
    /// Who saved the newest revision.
    pub author: String,
    /// When the newest revision was saved.
    pub updated_at: OffsetDateTime,
    /// When the variant was made.
    pub created_at: OffsetDateTime,
}

impl Desk {
    /// A variant as it is edited.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] when there is none of that number.
    pub async fn variant(&self, id: VariantId) -> Result<VariantDetail, DeskError> {
        let row = self.store.variant(id).await?.ok_or_else(gone)?;
        let site = self.store.site().await?.unwrap_or_default();
        let mut contents = self.store.page_contents(row.page_id).await?;
        let asked = row.head.facts.locale;
        let locale = asked.content_in(&contents, site.default_locale);
        let locale = locale.map(|(locale, _)| locale);
        Ok(VariantDetail {
            id,
            page_id: row.page_id,
            page_path: row.page_path.to_string(),
            page_content: locale.and_then(|locale| contents.remove(&locale)),
            revision: row.head.number,
            published_revision: row.published_revision,
            published: row.published_at.zip(row.published_by.clone()),
            embedded: row.embedded,
            author: row.head.author.clone(),
            updated_at: row.updated_at,
            created_at: row.created_at,
            record: record(row),
        })
    }
}

impl VariantDetail {
    /// Whether there is something that visitors do not see yet.
    pub fn has_changes(&self) -> bool {
        self.published_revision != Some(self.revision)
    }
}

/// A variant's newest revision as an import would write it.
fn record(row: VariantRow) -> VariantRecord {
    let facts = row.head.facts;
    VariantRecord {
        id: row.external_id,
        page: row.page,
        segment: facts.segment,
        locale: facts.locale,
        name: facts.name,
        status: row.status,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        content: facts.content,
    }
}

fn gone() -> DeskError {
    DeskError::NotFound("This variant".to_owned())
}
