//! Variants that a language model writes: always drafts.

use domain::variant::Origin;
use domain::{ExternalId, Locale, SegmentKey};

use super::VariantEdit;
use crate::desk::{Actor, Desk, DeskError};
use crate::store::SavedVariant;
use crate::writer::Assignment;

/// What is to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The page's external id.
    pub page: ExternalId,
    /// The segment; `None` is any.
    pub segment: Option<SegmentKey>,
    /// The language.
    pub locale: Locale,
    /// What the draft is called.
    pub name: String,
}

impl Desk {
    /// Whether drafts can be written by a language model.
    pub fn has_writer(&self) -> bool {
        self.engine.writer().is_some()
    }

    /// Lets the language model write a variant and saves it as a draft, with the model and what it
    /// was asked.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] while drafts are off or the page has no text in the language;
    /// [`DeskError::NotFound`] when page or segment are gone; [`DeskError::Writer`] when nothing
    /// usable was written; otherwise as [`Self::save_variant`].
    pub async fn write_variant(
        &self,
        actor: &Actor,
        wanted: Wanted,
    ) -> Result<SavedVariant, DeskError> {
        let writer = self.engine.writer().ok_or_else(|| {
            DeskError::Conflict("AI drafts are off; they need a key or a server".to_owned())
        })?;
        let catalog = self.engine.catalog();
        let mut pages = catalog.pages();
        let page = pages
            .find(|page| page.external_id == wanted.page)
            .ok_or_else(|| DeskError::NotFound("This page".to_owned()))?;
        let content = page.contents.get(&wanted.locale).ok_or_else(|| {
            let text = "The page has no text in this language yet; write that first";
            DeskError::Conflict(text.to_owned())
        })?;
        let segment = match &wanted.segment {
            None => None,
            Some(key) => {
                let mut segments = catalog.segments.iter();
                let found = segments.find(|segment| segment.key == *key);
                Some(found.ok_or_else(|| DeskError::NotFound("This segment".to_owned()))?)
            }
        };
        let audience = segment.map(|s| (s.name.clone(), s.description.clone()));
        let draft = writer
            .write(&Assignment {
                intent: page.intent.clone(),
                content: content.clone(),
                locale: wanted.locale,
                audience,
            })
            .await?;
        let edit = VariantEdit {
            id: None,
            base: 0,
            name: wanted.name,
            page: wanted.page,
            segment: wanted.segment,
            locale: wanted.locale,
            content: draft.content.clone(),
            starts_at: None,
            ends_at: None,
            origin: Origin::Saved,
        };
        self.save_written(actor, edit, Some(&draft)).await
    }
}
