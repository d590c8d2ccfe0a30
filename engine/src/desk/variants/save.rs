//! Writing a variant: every save is a new revision, which visitors see once it is published.

use domain::difference::changes;
use domain::record::{Record, VariantRecord};
use domain::variant::{Origin, Status};
use domain::{ContentOverride, ExternalId, Locale, SegmentKey, VariantId};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::gone;
use crate::desk::{Actor, Desk, DeskError};
use crate::ingest::check_one;
use crate::store::{SavedVariant, StoreTransaction, TextHash, VariantFacts, VariantRow};
use crate::writer::Draft;

/// Longest part of an external id that is made here, in characters; a number may follow.
const MAX_MADE_NAME: usize = 110;
/// Longest text that the audit log holds of one changed field, in characters.
const MAX_NOTED: usize = 400;
/// The page's or segment's place in the record, for an edit that names one that is gone.
const PLACE: &str = "page";

/// What a person wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct VariantEdit {
    /// The variant; `None` makes a new one.
    pub id: Option<VariantId>,
    /// The newest revision when the person began; 0 for a new variant.
    pub base: i32,
    /// Its name for people.
    pub name: String,
    /// The page's external id. A variant stays with its page.
    pub page: ExternalId,
    /// The segment it is written for; `None` is any.
    pub segment: Option<SegmentKey>,
    /// Its language.
    pub locale: Locale,
    /// What it changes of its page.
    pub content: ContentOverride,
    /// When it is meant to start being shown. A plan, until the variant is published: from then on
    /// the dates change by publishing alone.
    pub starts_at: Option<OffsetDateTime>,
    /// When it is meant to stop being shown; a plan likewise.
    pub ends_at: Option<OffsetDateTime>,
    /// How the edit came about.
    pub origin: Origin,
}

impl Desk {
    /// Saves an edit as the newest revision. Visitors go on seeing what is published. Saving what
    /// is there already makes no revision.
    ///
    /// A text that cannot be embedded now is saved all the same.
    ///
    /// # Errors
    /// [`DeskError::Stale`] when somebody saved the variant since; [`DeskError::NotFound`] when it
    /// was deleted; [`DeskError::Invalid`] when something is wrong with it. Nothing is saved then.
    pub async fn save_variant(
        &self,
        actor: &Actor,
        edit: VariantEdit,
    ) -> Result<SavedVariant, DeskError> {
        self.save_written(actor, edit, None).await
    }

    /// Saves an edit that a language model may have written.
    pub(super) async fn save_written(
        &self,
        actor: &Actor,
        edit: VariantEdit,
        by_model: Option<&Draft>,
    ) -> Result<SavedVariant, DeskError> {
        let name = match edit.id {
            None => made_name(&edit, &[]),
            Some(id) => self.store.variant(id).await?.ok_or_else(gone)?.external_id,
        };
        check_one(&self.store, &Record::Variant(edit.record(name))).await?;
        let vectors = self.vectors([&edit.content]).await?;
        let mut transaction = self.store.begin().await?;
        let saved = match edit.id {
            None => edit.insert(&mut transaction, actor).await?,
            Some(id) => edit.update(&mut transaction, actor, id).await?,
        };
        if let Some(draft) = by_model {
            transaction
                .note_writer(saved, &draft.model, &draft.prompt)
                .await?;
        }
        // The vector that decides is the published revision's.
        let row = transaction.variant(saved.id).await?.ok_or_else(gone)?;
        if row.published_revision.is_none() {
            vectors
                .save(&mut transaction, saved.id, &edit.content)
                .await?;
        }
        transaction.commit().await?;
        Ok(saved)
    }

    /// Makes a draft with the same content, of the same page, for the same segment and language.
    ///
    /// # Errors
    /// As [`Self::save_variant`].
    pub async fn duplicate(&self, actor: &Actor, id: VariantId) -> Result<SavedVariant, DeskError> {
        let row = self.store.variant(id).await?.ok_or_else(gone)?;
        let facts = row.head.facts;
        let edit = VariantEdit {
            id: None,
            base: 0,
            name: copied_name(&facts.name),
            page: row.page,
            segment: facts.segment,
            locale: facts.locale,
            content: facts.content,
            starts_at: None,
            ends_at: None,
            origin: Origin::Duplicated,
        };
        self.save_variant(actor, edit).await
    }

    /// Deletes a variant that was never published, or is archived, with its history. The audit log
    /// keeps what it said last.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] when it was published and is not archived; [`DeskError::NotFound`] when
    /// it is gone.
    pub async fn delete_variant(&self, actor: &Actor, id: VariantId) -> Result<(), DeskError> {
        let mut transaction = self.store.begin().await?;
        let row = transaction.variant(id).await?.ok_or_else(gone)?;
        if !transaction.delete_hidden(id).await? {
            return Err(DeskError::Conflict(
                "This variant was published once; archive it first, then delete it".to_owned(),
            ));
        }
        let before = noted(&facts_json(&row.head.facts));
        transaction
            .note(
                actor,
                "variant.delete",
                row.external_id.as_str(),
                Some(&before),
                None,
            )
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}

impl VariantEdit {
    fn facts(&self) -> VariantFacts {
        VariantFacts {
            name: self.name.clone(),
            segment: self.segment.clone(),
            locale: self.locale,
            content: self.content.clone(),
        }
    }

    fn record(&self, id: ExternalId) -> VariantRecord {
        VariantRecord {
            id,
            page: self.page.clone(),
            segment: self.segment.clone(),
            locale: self.locale,
            name: self.name.clone(),
            status: Status::Draft,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            content: self.content.clone(),
        }
    }

    fn dates(&self) -> (Option<OffsetDateTime>, Option<OffsetDateTime>) {
        (self.starts_at, self.ends_at)
    }

    async fn insert(
        &self,
        transaction: &mut StoreTransaction,
        actor: &Actor,
    ) -> Result<SavedVariant, DeskError> {
        let facts = self.facts();
        // A second click on "save" finds its work done.
        let same = transaction.same_new_variant(actor, &self.page, &facts);
        if let Some(saved) = same.await? {
            return Ok(saved);
        }
        let stem = made_name(self, &[]);
        let taken = transaction.variant_names_like(stem.as_str()).await?;
        let name = made_name(self, &taken);
        let id = transaction
            .insert_variant(&name, &self.page, &facts, self.dates())
            .await?
            .ok_or_else(|| {
                DeskError::invalid(
                    PLACE,
                    "or the segment was deleted meanwhile; choose another",
                )
            })?;
        let saved = SavedVariant { id, revision: 1 };
        transaction
            .insert_revision(
                saved,
                &facts,
                self.dates(),
                &self.hash(),
                actor,
                self.origin,
            )
            .await?;
        let action = match self.origin {
            Origin::Duplicated => "variant.duplicate",
            Origin::Saved | Origin::Restored { .. } | Origin::Imported => "variant.create",
        };
        let after = noted(&facts_json(&facts));
        transaction
            .note(actor, action, name.as_str(), None, Some(&after))
            .await?;
        Ok(saved)
    }

    async fn update(
        &self,
        transaction: &mut StoreTransaction,
        actor: &Actor,
        id: VariantId,
    ) -> Result<SavedVariant, DeskError> {
        let row = transaction.variant(id).await?.ok_or_else(gone)?;
        if row.page != self.page {
            return Err(DeskError::invalid(
                PLACE,
                "cannot be changed; make a new variant on the other page",
            ));
        }
        let facts = self.facts();
        let head = SavedVariant {
            id,
            revision: row.head.number,
        };
        if facts == row.head.facts && self.plans_nothing_new(&row) {
            return Ok(head);
        }
        if self.base != head.revision {
            return Err(DeskError::Stale {
                revision: head.revision,
                author: row.head.author,
            });
        }
        let saved = SavedVariant {
            id,
            revision: head.revision + 1,
        };
        transaction
            .insert_revision(
                saved,
                &facts,
                self.dates(),
                &self.hash(),
                actor,
                self.origin,
            )
            .await?;
        let action = match self.origin {
            Origin::Restored { .. } => "variant.restore",
            Origin::Saved | Origin::Duplicated | Origin::Imported => "variant.save",
        };
        let (before, after) = noted_changes(&facts_json(&row.head.facts), &facts_json(&facts));
        transaction
            .note(
                actor,
                action,
                row.external_id.as_str(),
                Some(&before),
                Some(&after),
            )
            .await?;
        Ok(saved)
    }

    /// Whether the dates are the planned ones, or do not count because the variant was published.
    fn plans_nothing_new(&self, row: &VariantRow) -> bool {
        row.published_revision.is_some() || self.dates() == (row.starts_at, row.ends_at)
    }

    fn hash(&self) -> TextHash {
        TextHash::of(&self.content.embedding_text())
    }
}

/// What a person wrote, as the audit log and differences show it.
pub(super) fn facts_json(facts: &VariantFacts) -> Value {
    let mut json = json!({
        "name": facts.name,
        "segment": facts.segment.as_ref().map_or("any", SegmentKey::as_str),
        "locale": facts.locale,
    });
    if let (Value::Object(fields), Value::Object(content)) = (&mut json, json!(facts.content)) {
        fields.extend(content);
    }
    json
}

/// The fields that differ, each with a text short enough for a log.
fn noted_changes(before: &Value, after: &Value) -> (Value, Value) {
    let (mut left, mut right) = (Map::new(), Map::new());
    for change in changes(Some(before), Some(after)) {
        left.extend(
            change
                .before
                .map(|text| (change.field.clone(), noted_text(&text))),
        );
        right.extend(
            change
                .after
                .map(|text| (change.field.clone(), noted_text(&text))),
        );
    }
    (Value::Object(left), Value::Object(right))
}

fn noted(value: &Value) -> Value {
    noted_changes(&Value::Null, value).1
}

fn noted_text(text: &str) -> Value {
    let cut = text.char_indices().nth(MAX_NOTED);
    Value::String(cut.map_or_else(|| text.to_owned(), |(end, _)| format!("{}…", &text[..end])))
}

/// An external id that says what the variant is for: `pricing--smb--en`, with a number behind it
/// where that one is taken.
fn made_name(edit: &VariantEdit, taken: &[String]) -> ExternalId {
    let segment = edit.segment.as_ref().map_or("any", SegmentKey::as_str);
    let mut stem = format!("{}--{segment}--{}", edit.page, edit.locale);
    stem.truncate(MAX_MADE_NAME);
    let numbered = |number: usize| match number {
        1 => stem.clone(),
        _ => format!("{stem}-{number}"),
    };
    // Of one number more than there are names one is free.
    let free = (1..=taken.len() + 1)
        .map(numbered)
        .find(|name| !taken.contains(name))
        .unwrap_or_default();
    // Page ids, keys and locales are made of what an external id may hold.
    free.parse().unwrap_or_else(|_| edit.page.clone())
}

fn copied_name(name: &str) -> String {
    let kept: String = name.chars().take(113).collect();
    format!("{} (copy)", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_name_says_what_the_variant_is_for_and_is_free() {
        let edit = VariantEdit {
            id: None,
            base: 0,
            name: "N".to_owned(),
            page: "pricing".parse().unwrap(),
            segment: Some("smb".parse().unwrap()),
            locale: "de-AT".parse().unwrap(),
            content: ContentOverride::default(),
            starts_at: None,
            ends_at: None,
            origin: Origin::Saved,
        };
        let check = |edit: &VariantEdit, taken: &[&str], expected: &str| {
            let taken: Vec<String> = taken.iter().map(ToString::to_string).collect();
            assert_eq!(made_name(edit, &taken).as_str(), expected);
        };
        check(&edit, &[], "pricing--smb--de-AT");
        check(
            &edit,
            &["pricing--smb--de-AT", "pricing--smb--de-AT-3"],
            "pricing--smb--de-AT-2",
        );
        let long = VariantEdit {
            page: "p".repeat(128).parse().unwrap(),
            segment: None,
            ..edit
        };
        check(&long, &[], &"p".repeat(110));
    }

    #[test]
    fn a_copys_name_still_fits() {
        assert_eq!(copied_name("Plans"), "Plans (copy)");
        assert_eq!(copied_name(&"é".repeat(120)).chars().count(), 120);
    }

    #[test]
    fn a_long_text_is_cut_for_the_log() {
        let (_, after) = noted_changes(&json!({"a": "x"}), &json!({"a": "é".repeat(500)}));
        assert_eq!(after["a"].as_str().unwrap().chars().count(), 401);
    }
}
