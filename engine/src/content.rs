//! A variant's content as data, for front ends that render it themselves.
//!
//! The choice is the landing pages' own, from the same caches; what follows here instead of HTML
//! is the content with the variant's override applied.

use std::future::Future;
use std::sync::Arc;

use domain::term::Term;
use domain::{BodyKey, Locale, PageContent, SegmentId, VariantId};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use thiserror::Error;
use tracing::{Instrument, info_span, warn};

use crate::catalog::{Catalog, Page};
use crate::engine::{BUDGET, CacheResult, Engine, Source, Wanted};
use crate::store::StoreError;

/// Most bytes of variants' contents kept in memory, measured as JSON.
const MAX_BYTES: u64 = 16_000_000;
/// What one entry costs beside its content: key, pointers and the cache's own books.
const OVERHEAD_BYTES: u64 = 200;

/// Which variant is shown, and where that was found out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chosen {
    /// The variant; `None` is the page's default content.
    pub variant: Option<VariantId>,
    /// The winner's cosine similarity, -1 to 1.
    pub similarity: Option<f32>,
    /// The furthest place that was asked: memory, Redis or pgvector.
    pub source: Source,
    /// Whether a cache answered.
    pub result: CacheResult,
}

/// What a page says, a variant's override applied.
#[derive(Debug, Clone)]
pub struct ShownContent {
    /// The content.
    pub content: PageContent,
    /// Its language.
    pub locale: Locale,
    /// The name by which an import knows the variant; `None` for the page's default content.
    pub external_id: Option<String>,
    /// The variant's name for people; `None` for the page's default content.
    pub name: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unavailable {
    /// It was not found out within 200 ms. The search goes on and fills the caches.
    #[error("the answer was not ready in time")]
    Slow,
    /// The database failed.
    #[error("the database does not answer")]
    Failed,
}

impl Engine {
    /// Chooses what visitors of `page` in `segment` are shown, from the caches first.
    ///
    /// # Errors
    /// [`Unavailable::Slow`] when neither memory nor Redis nor the database has decided within
    /// 200 ms, [`Unavailable::Failed`] when the database fails.
    pub async fn choose(
        self: &Arc<Self>,
        catalog: &Arc<Catalog>,
        page: &Arc<Page>,
        segment: SegmentId,
        locale: Locale,
        term: Option<Term>,
    ) -> Result<Chosen, Unavailable> {
        let engine = Arc::clone(self);
        let wanted = Wanted {
            catalog: Arc::clone(catalog),
            page: Arc::clone(page),
            segment,
            locale,
            term,
        };
        let (decision, source) = in_time(
            "engine.choose",
            async move { engine.decision(&wanted).await },
        )
        .await?;
        Ok(Chosen {
            variant: decision.variant,
            similarity: decision.similarity,
            source,
            result: if source <= Source::Redis {
                CacheResult::Hit
            } else {
                CacheResult::Miss
            },
        })
    }

    /// The content of `variant`, or the page's default content for `None`, as the landing page
    /// shows it to those who asked for `locale`.
    ///
    /// `Ok(None)` when the variant was withdrawn since it was chosen.
    ///
    /// # Errors
    /// [`Unavailable::Slow`] when the database takes longer than 200 ms, [`Unavailable::Failed`]
    /// when it fails.
    pub async fn content(
        self: &Arc<Self>,
        catalog: &Arc<Catalog>,
        page: &Arc<Page>,
        locale: Locale,
        variant: Option<VariantId>,
    ) -> Result<Option<ShownContent>, Unavailable> {
        let base_locale = page.content_locale(locale, catalog.site.default_locale);
        let Some(base) = page.contents.get(&base_locale) else {
            return Ok(None);
        };
        let Some(variant) = variant else {
            return Ok(Some(ShownContent {
                content: base.clone(),
                locale: base_locale,
                external_id: None,
                name: None,
            }));
        };
        let key = BodyKey {
            revision: catalog.revision,
            page: page.id,
            variant: Some(variant),
            locale,
        };
        if let Some(known) = self.contents.get(&key) {
            return Ok(Some(known));
        }
        let store = self.store.clone();
        let change = in_time("engine.content", async move {
            store.variant_content(variant).await
        })
        .await?;
        let Some(change) = change else {
            return Ok(None);
        };
        let shown = ShownContent {
            content: base.with_override(&change.content),
            locale: change.locale,
            external_id: Some(change.external_id),
            name: Some(change.name),
        };
        // A publication that came in between makes this a content of neither revision.
        if self.catalog().revision == key.revision {
            self.contents.put(key, &shown);
        }
        Ok(Some(shown))
    }
}

/// Contents of variants in this process's memory, bounded by their size as JSON.
#[derive(Debug)]
pub(crate) struct Contents(Cache<BodyKey, Arc<Kept>, Weight>);

#[derive(Debug)]
struct Kept {
    shown: ShownContent,
    bytes: u64,
}

#[derive(Debug, Clone)]
struct Weight;

impl Weighter<BodyKey, Arc<Kept>> for Weight {
    fn weight(&self, _: &BodyKey, kept: &Arc<Kept>) -> u64 {
        kept.bytes + OVERHEAD_BYTES
    }
}

impl Contents {
    /// An empty tier.
    pub(crate) fn new() -> Self {
        let typical = 4_000;
        let entries = usize::try_from(MAX_BYTES / typical).unwrap_or(usize::MAX);
        Self(Cache::with_weighter(entries, MAX_BYTES, Weight))
    }

    fn get(&self, key: &BodyKey) -> Option<ShownContent> {
        self.0.get(key).map(|kept| kept.shown.clone())
    }

    fn put(&self, key: BodyKey, shown: &ShownContent) {
        // What does not become JSON cannot be weighed, and is not kept.
        let Ok(json) = serde_json::to_vec(&shown.content) else {
            return;
        };
        let kept = Kept {
            shown: shown.clone(),
            bytes: json.len() as u64,
        };
        self.0.insert(key, Arc::new(kept));
    }
}

/// Runs `work` as a task of its own and waits for it as long as a visitor would; it goes on
/// afterwards.
async fn in_time<T: Send + 'static>(
    what: &'static str,
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, Unavailable> {
    let task = tokio::spawn(work.instrument(info_span!("engine.content", what)));
    match tokio::time::timeout(BUDGET, task).await {
        Ok(Ok(Ok(found))) => Ok(found),
        Ok(Ok(Err(error))) => {
            warn!(%error, "{what} failed");
            Err(Unavailable::Failed)
        }
        Ok(Err(error)) => {
            warn!(%error, "{what} did not finish");
            Err(Unavailable::Failed)
        }
        Err(_) => {
            warn!("{what} is slow");
            Err(Unavailable::Slow)
        }
    }
}
