//! A variant's content as data, for front ends that render it themselves.
//!
//! The choice is the landing pages' own, from the same caches; what follows here instead of HTML
//! is the content with the variant's override applied.

use std::sync::Arc;

use domain::cache_key::Arm;
use domain::term::Term;
use domain::{BodyKey, Locale, PageContent, Revision, SegmentId, VariantId};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use thiserror::Error;
use tracing::{Instrument, info_span};

use crate::cache::Decision;
use crate::catalog::{Catalog, Page};
use crate::engine::{CacheResult, Engine, Failure, Found, Source, Target};

/// Most bytes of variants' contents kept in memory, measured as JSON.
const MAX_BYTES: u64 = 16_000_000;
/// What one entry costs beside its content: key, pointers and the cache's own books.
const OVERHEAD_BYTES: u64 = 200;

/// Which variant is shown, what it says, and where that was found out.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The variant; `None` is the page's default content.
    pub variant: Option<VariantId>,
    /// The winner's cosine similarity, -1 to 1.
    pub similarity: Option<f32>,
    /// The furthest place that was asked for the choice: memory, Redis or pgvector.
    pub source: Source,
    /// Whether a cache knew the choice.
    pub result: CacheResult,
    /// What is shown.
    pub shown: ShownContent,
    /// The page's revision.
    pub revision: Revision,
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
    /// It was not found out within a miss's budget. The search goes on and fills the caches.
    #[error("the answer was not ready in time")]
    Slow,
    /// The database failed.
    #[error("the database does not answer")]
    Failed,
}

impl Engine {
    /// Chooses what visitors of `page` in `segment` are shown, from the caches first, and reads
    /// what it says.
    ///
    /// # Errors
    /// [`Unavailable::Slow`] when that takes longer than a visitor would wait,
    /// [`Unavailable::Failed`] when the database fails.
    pub async fn choose(
        self: &Arc<Self>,
        catalog: &Arc<Catalog>,
        page: &Arc<Page>,
        segment: SegmentId,
        locale: Locale,
        term: Option<Term>,
    ) -> Result<Chosen, Unavailable> {
        let target = Target {
            catalog: Arc::clone(catalog),
            page: Arc::clone(page),
            segment,
            locale,
            term,
            arm: Arm::Personalised,
        };
        let engine = Arc::clone(self);
        let search = async move { engine.look_up(target).await };
        let task = self
            .runtime()
            .spawn(search.instrument(info_span!("engine.choose")));
        match tokio::time::timeout(self.budget(), task).await {
            Ok(Ok(Ok(chosen))) => Ok(chosen),
            // What failed was logged where it did.
            Ok(_) => Err(Unavailable::Failed),
            Err(_) => Err(Unavailable::Slow),
        }
    }

    async fn look_up(self: Arc<Self>, target: Target) -> Result<Chosen, Failure> {
        self.up_to_date(target, |target| {
            let engine = Arc::clone(&self);
            async move {
                let decision = engine.decision(&target).await?;
                let shown = engine.content(&target, decision.value.variant).await?;
                Ok(chosen(&decision, shown, target.page.revision))
            }
        })
        .await
    }

    /// The content of `variant`, or the page's default content for `None`, as the landing page
    /// shows it.
    async fn content(
        &self,
        target: &Target,
        variant: Option<VariantId>,
    ) -> Result<ShownContent, Failure> {
        let key = target.body_key(variant);
        let base = target.page.contents.get(&key.locale);
        let base = base.ok_or(Failure::Failed)?;
        let Some(variant) = variant else {
            return Ok(ShownContent {
                content: base.clone(),
                locale: key.locale,
                external_id: None,
                name: None,
            });
        };
        if let Some(known) = self.contents.get(&key) {
            return Ok(known);
        }
        let change = self.variant_content(target, variant).await?;
        let shown = ShownContent {
            content: base.with_override(&change.content),
            locale: change.locale,
            external_id: Some(change.external_id.to_string()),
            name: Some(change.name),
        };
        self.contents.put(key, &shown);
        Ok(shown)
    }
}

fn chosen(decision: &Found<Decision>, shown: ShownContent, revision: Revision) -> Chosen {
    Chosen {
        variant: decision.value.variant,
        similarity: decision.value.similarity,
        source: decision.source,
        result: CacheResult::of(decision.source),
        shown,
        revision,
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
