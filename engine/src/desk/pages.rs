//! Pages: finding, writing and deleting them.

use std::collections::HashMap;

use domain::PageId;
use domain::difference::apart;
use domain::record::{PageRecord, Record};
use domain::variant::Status;
use serde_json::json;

use super::{Actor, Desk, DeskError};
use crate::embedding::Embedding;
use crate::ingest::{check_one, vectors_or_later};
use crate::store::{
    EditedPage, PageSummary, Space, StoreError, StoreTransaction, TextHash, VariantFilter,
};
use crate::visits;

/// Which pages a list shows, and in which order.
#[derive(Debug, Clone, Default)]
pub struct PageQuery {
    /// Part of the path, the title or the intent; empty for all.
    pub search: String,
    /// The order.
    pub sort: PageSort,
    /// How many to leave out at the start.
    pub skip: usize,
    /// How many to give.
    pub take: usize,
}

/// The order of pages in a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PageSort {
    /// By path.
    #[default]
    Path,
    /// The most visited first.
    Traffic,
    /// Those with the most variants first.
    Variants,
    /// The one saved last first.
    Updated,
}

/// Pages as a list shows them.
#[derive(Debug, Clone)]
pub struct PageList {
    /// Those asked for, each with its share, 0 to 1, of recent visits; `None` while nobody visits.
    pub pages: Vec<(PageSummary, Option<f64>)>,
    /// How many there are in all.
    pub total: usize,
}

impl Desk {
    /// The pages that `query` describes.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn pages(&self, query: &PageQuery) -> Result<PageList, DeskError> {
        let default = self.engine.catalog().site.default_locale;
        let search = query.search.trim();
        let summaries = self.store.page_summaries(search, default).await?;
        let shares = visits::traffic(&self.engine)
            .await
            .shares(|place| place.page);
        let mut pages: Vec<(PageSummary, Option<f64>)> = summaries
            .into_iter()
            .map(|page| {
                let share = shares.get(&page.id).copied().unwrap_or(0.0);
                (page, (!shares.is_empty()).then_some(share))
            })
            .collect();
        // They come by path, and keep that order among equals.
        match query.sort {
            PageSort::Path => {}
            PageSort::Traffic => pages.sort_by(|(_, one), (_, other)| {
                let share = |share: &Option<f64>| share.unwrap_or(0.0);
                share(other).total_cmp(&share(one))
            }),
            PageSort::Variants => pages.sort_by_key(|(page, _)| -page.variants.total()),
            PageSort::Updated => pages.sort_by_key(|(page, _)| std::cmp::Reverse(page.updated_at)),
        }
        Ok(PageList {
            total: pages.len(),
            pages: pages
                .into_iter()
                .skip(query.skip)
                .take(query.take)
                .collect(),
        })
    }

    /// A page as it is edited.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] when there is none of that id.
    pub async fn page(&self, id: PageId) -> Result<EditedPage, DeskError> {
        let page = self.store.edited_page(id).await?;
        page.ok_or_else(gone)
    }

    /// Makes a page; it is there for visitors at once.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] when something is wrong with it, or when its id or path is taken.
    pub async fn create_page(
        &self,
        actor: &Actor,
        record: PageRecord,
    ) -> Result<PageId, DeskError> {
        let writing = self.prepare(record).await?;
        let id = &writing.record.id;
        let mut transaction = self.store.begin().await?;
        if let Some(taken) = transaction.page_named(id).await? {
            drop(transaction);
            // A second click on "create" finds its work done.
            if self.page(taken).await?.record == writing.record {
                return Ok(taken);
            }
            let message = format!("{id} is the id of another page; choose another");
            return Err(DeskError::invalid("id", message));
        }
        let page = writing.save(&mut transaction).await?;
        let after = json!(writing.record);
        transaction
            .note(actor, "page.create", id.as_str(), None, Some(&after))
            .await?;
        transaction.announce().await?;
        transaction.commit().await?;
        Ok(page)
    }

    /// Saves a page over its edition `base`; visitors see it at once. Its id stays as it is.
    /// Returns the edition that the page has now, which is the old one when nothing changed.
    ///
    /// # Errors
    /// [`DeskError::Stale`] when somebody saved the page since; [`DeskError::NotFound`] when it
    /// was deleted; [`DeskError::Invalid`] when something is wrong with it.
    pub async fn save_page(
        &self,
        actor: &Actor,
        id: PageId,
        base: i32,
        mut record: PageRecord,
    ) -> Result<i32, DeskError> {
        let present = self.page(id).await?;
        record.id = present.record.id.clone();
        // A second click on "save" finds its work done.
        if record == present.record {
            return Ok(present.edition);
        }
        let writing = self.prepare(record).await?;
        let subject = writing.record.id.as_str();
        let mut transaction = self.store.begin().await?;
        let edition = transaction.page_edition(id).await?.ok_or_else(gone)?;
        if edition != base || edition != present.edition {
            let author = transaction.last_author("page", subject).await?;
            return Err(DeskError::Stale {
                revision: edition,
                author: author.unwrap_or_else(|| "somebody".to_owned()),
            });
        }
        writing.save(&mut transaction).await?;
        let (before, after) = apart(&json!(present.record), &json!(writing.record));
        transaction
            .note(actor, "page.save", subject, Some(&before), Some(&after))
            .await?;
        transaction.announce().await?;
        transaction.commit().await?;
        Ok(edition + 1)
    }

    /// The names of variants, archived ones left out, that say something in a block which the page has
    /// as `present` and would not have as `record`.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn orphaned(
        &self,
        present: &PageRecord,
        record: &PageRecord,
    ) -> Result<Vec<String>, DeskError> {
        if present.contents == record.contents {
            return Ok(Vec::new());
        }
        let filter = VariantFilter {
            page: Some(present.id.clone()),
            ..VariantFilter::default()
        };
        let variants = self.all_variants(&filter).await?;
        let default = self.engine.catalog().site.default_locale;
        let variants = self.store.variants(&variants).await?.into_iter();
        Ok(variants
            .filter(|variant| variant.status != Status::Archived)
            .filter_map(|variant| {
                let facts = variant.head.facts;
                let seen = |page: &PageRecord| {
                    let content = page.content_for(facts.locale, default)?;
                    Some(facts.content.fitting(content)?.blocks.len())
                };
                (seen(record).unwrap_or(0) < seen(present).unwrap_or(0)).then_some(facts.name)
            })
            .collect())
    }

    /// Deletes a page and the paths that lead to it.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] while it has variants; [`DeskError::NotFound`] when it is gone.
    pub async fn delete_page(&self, actor: &Actor, id: PageId) -> Result<(), DeskError> {
        let page = self.page(id).await?;
        let variants = page.variants.total();
        if variants > 0 {
            let has = if variants == 1 {
                "1 variant; archive and delete it".to_owned()
            } else {
                format!("{variants} variants; archive and delete them")
            };
            let message = format!("This page still has {has} first");
            return Err(DeskError::Conflict(message));
        }
        let mut transaction = self.store.begin().await?;
        if !transaction.delete_page(id).await.map_err(refused)? {
            return Err(DeskError::NotFound("This page".to_owned()));
        }
        let before = json!(page.record);
        let subject = page.record.id.as_str();
        transaction
            .note(actor, "page.delete", subject, Some(&before), None)
            .await?;
        transaction.announce().await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Checks a page as an import would, and embeds its intent.
    async fn prepare(&self, record: PageRecord) -> Result<Writing, DeskError> {
        check_one(&self.store, &Record::Page(record.clone())).await?;
        let provider = self.engine.provider();
        let space = self.store.ensure_space(provider.space()).await?;
        let vectors = vectors_or_later(&self.store, provider, &space, &[&record.intent]).await?;
        Ok(Writing {
            record,
            space,
            vectors,
        })
    }
}

/// A page that may be saved.
struct Writing {
    record: PageRecord,
    space: Space,
    /// The intent's vector.
    vectors: HashMap<TextHash, Embedding>,
}

impl Writing {
    async fn save(&self, transaction: &mut StoreTransaction) -> Result<PageId, DeskError> {
        let page = transaction.save_page(&self.record).await.map_err(refused)?;
        for (hash, vector) in &self.vectors {
            transaction
                .save_query_vector(&self.space, hash, vector)
                .await?;
        }
        Ok(page)
    }
}

fn gone() -> DeskError {
    DeskError::NotFound("This page".to_owned())
}

/// What the database refuses because somebody was quicker.
fn refused(error: StoreError) -> DeskError {
    match error {
        StoreError::Refused {
            constraint,
            message,
            ..
        } if constraint == "pages_path_unique" => DeskError::invalid("path", message),
        StoreError::Refused { message, .. } => DeskError::Conflict(message.to_owned()),
        other => DeskError::Store(other),
    }
}
