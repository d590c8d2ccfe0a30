//! A page as somebody would see it who never came. Nothing here fills a cache or counts a visit.

mod link;

use std::collections::HashMap;
use std::sync::Arc;

use domain::cache_key::Arm;
use domain::preview::Scene;
use domain::segment::detect;
use domain::{Locale, Problems, VariantId};
use time::OffsetDateTime;

use super::local_time::LocalTime;
use super::{Desk, DeskError};
use crate::body::Work;
use crate::catalog::{Catalog, Page};
use crate::decide::{Subject, Supposed};
use crate::engine::{Target, Tier};
use crate::explain::{Explanation, explain};
use crate::ingest::vectors_or_later;
use crate::store::{Head, StoreError, TextHash, VariantContent};

pub use link::{LIFETIMES, LinkError};

/// Most drafts of a page that take part.
const MAX_HEADS: i64 = 200;
/// How often a preview follows the catalog to a newer revision before it gives up.
const RENEWALS: u32 = 3;

/// What a visitor would see, and why.
#[derive(Debug)]
pub struct Preview {
    /// Everything that led to the decision.
    pub explanation: Explanation,
    /// The names for people of the variants that it mentions, by those that imports know.
    pub titles: HashMap<String, String>,
    /// Those of them that are drafts, or changed since they were published.
    pub drafts: Vec<VariantId>,
    /// Where the decision for such visitors is held now.
    pub decision: Tier,
    /// Where the page that this decision shows is held now; `None` when it is a draft's.
    pub body: Option<Tier>,
    /// The instant supposed.
    pub at: OffsetDateTime,
}

/// A scene whose page, language and instant are known.
struct Setting {
    catalog: Arc<Catalog>,
    page: Arc<Page>,
    locale: Locale,
    at: OffsetDateTime,
    present: OffsetDateTime,
    heads: Vec<Head>,
    supposed: Vec<Supposed>,
}

impl Desk {
    /// Decides what the visitor of `scene` would see, and says why.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] for a scene that cannot be; [`DeskError::NotFound`] for a page that is
    /// not there; [`DeskError::Store`] when the database fails.
    pub async fn preview(&self, scene: &Scene) -> Result<Preview, DeskError> {
        for _ in 0..RENEWALS {
            let catalog = self.engine.catalog();
            let revision = catalog.revision;
            match self.explained(catalog, scene).await {
                Err(DeskError::Store(StoreError::Superseded)) => {
                    self.engine.catalog_handle().newer_than(revision).await;
                }
                outcome => return outcome,
            }
        }
        Err(busy())
    }

    /// The document that the visitor of `scene` would see.
    ///
    /// # Errors
    /// As for [`Self::preview`].
    pub async fn preview_document(&self, scene: &Scene) -> Result<String, DeskError> {
        for _ in 0..RENEWALS {
            let catalog = self.engine.catalog();
            let revision = catalog.revision;
            match self.rendered(catalog, scene).await {
                Err(DeskError::Store(StoreError::Superseded)) => {
                    self.engine.catalog_handle().newer_than(revision).await;
                }
                outcome => return outcome,
            }
        }
        Err(busy())
    }

    async fn rendered(&self, catalog: Arc<Catalog>, scene: &Scene) -> Result<String, DeskError> {
        let set = self.setting(catalog, scene).await?;
        let change = self.chosen(scene, &set).await?;
        let default = set.catalog.site.default_locale;
        let base = set.page.content_locale(set.locale, default);
        let renderer = Arc::clone(&self.engine.renderer);
        let work = Work::new(renderer, set.catalog, set.page, base, change);
        let document = tokio::task::spawn_blocking(move || work.render()).await;
        let document = document.ok().flatten();
        document.map(|document| document.html).ok_or_else(page_gone)
    }

    async fn setting(&self, catalog: Arc<Catalog>, scene: &Scene) -> Result<Setting, DeskError> {
        let mut problems = Problems::new();
        scene.validate(&mut problems);
        let site = &catalog.site;
        let locale = match scene.locale.as_str() {
            "" => Some(site.default_locale),
            text => text.parse().ok().filter(|l| site.locales.contains(l)),
        };
        if locale.is_none() {
            problems.add("locale", "is not a language of this site");
        }
        let known = |key: &str| catalog.segments.iter().any(|s| s.key.as_str() == key);
        if !scene.segment.is_empty() && !known(&scene.segment) {
            problems.add("segment", "is not there any more; choose another");
        }
        let present = self.engine.now();
        let at = match LocalTime::of(site).instant("time", &scene.time) {
            Ok(at) => at.unwrap_or(present),
            Err(DeskError::Invalid(found)) => {
                for problem in found {
                    problems.add(&problem.field, problem.message);
                }
                present
            }
            Err(error) => return Err(error),
        };
        problems.into_result().map_err(DeskError::Invalid)?;
        let page = Arc::clone(catalog.page(&scene.page).ok_or_else(page_gone)?);
        let heads = if scene.drafts {
            self.store.heads(page.id, MAX_HEADS).await?
        } else {
            Vec::new()
        };
        Ok(Setting {
            supposed: self.supposed(&catalog, &heads).await?,
            locale: locale.unwrap_or(site.default_locale),
            heads,
            page,
            at,
            present,
            catalog,
        })
    }

    /// The drafts as candidates. What cannot be embedded takes part without a similarity.
    async fn supposed(
        &self,
        catalog: &Catalog,
        heads: &[Head],
    ) -> Result<Vec<Supposed>, DeskError> {
        let texts: Vec<String> = heads.iter().map(|h| h.content.embedding_text()).collect();
        let wanted: Vec<&str> = texts.iter().map(String::as_str).collect();
        let hashes: Vec<TextHash> = wanted.iter().map(|text| TextHash::of(text)).collect();
        let known = match &catalog.space {
            Some(space) if self.engine.decider().embeds_into(catalog) => {
                let provider = self.engine.provider();
                vectors_or_later(&self.store, provider, space, &wanted).await?
            }
            Some(space) => self.store.known_vectors(space, &hashes).await?,
            None => HashMap::new(),
        };
        Ok(heads
            .iter()
            .zip(&hashes)
            .map(|(head, hash)| Supposed {
                variant: head.variant,
                segment: head.segment,
                locale: head.locale,
                vector: known.get(hash).cloned(),
            })
            .collect())
    }

    /// What the visitor's variant changes of the page; `None` for the default content.
    async fn chosen(
        &self,
        scene: &Scene,
        set: &Setting,
    ) -> Result<Option<VariantContent>, DeskError> {
        let catalog = &set.catalog;
        let (segment, term) = {
            let now = catalog.local_time(set.at);
            let signals = scene.sent(now);
            let visitor = signals.visitor(set.locale, now, &self.cookies);
            let found = detect(&catalog.segments, &visitor).ok_or_else(no_segments)?;
            (catalog.segments[found.0].id, visitor.term())
        };
        if let Some(term) = &term {
            self.engine.decider().acquaint(catalog, term).await;
        }
        let subject = Subject {
            page: &set.page,
            segment,
            locale: set.locale,
            term: term.as_ref(),
            at: Some(set.at),
            supposed: &set.supposed,
        };
        let decided = self.engine.decider().deliberate(catalog, subject).await?;
        let Some(winner) = decided.choice.winner() else {
            return Ok(None);
        };
        if let Some(head) = set.heads.iter().find(|h| h.variant == winner.variant) {
            return Ok(Some(VariantContent {
                locale: head.locale,
                external_id: head.external_id.parse().map_err(|_| page_gone())?,
                name: head.name.clone(),
                content: head.content.clone(),
            }));
        }
        let page = &set.page;
        let mut contents = self
            .store
            .variant_contents(page.id, page.revision, &[winner.variant])
            .await?;
        Ok(contents.remove(&winner.variant))
    }

    async fn explained(&self, catalog: Arc<Catalog>, scene: &Scene) -> Result<Preview, DeskError> {
        let set = self.setting(catalog, scene).await?;
        let Setting {
            catalog,
            page,
            at,
            present,
            ..
        } = &set;
        // The future must not hold the visitor, who is not to be shared between threads.
        let (explaining, term) = {
            let now = catalog.local_time(*at);
            let signals = scene.sent(now);
            let visitor = signals.visitor(set.locale, now, &self.cookies);
            let (engine, store) = (&self.engine, &self.store);
            let explaining = explain(
                engine,
                store,
                catalog,
                page,
                &visitor,
                *present,
                &set.supposed,
            );
            (explaining, visitor.term())
        };
        let explanation = explaining.await?.ok_or_else(no_segments)?;
        let segment = catalog
            .segments
            .iter()
            .find(|segment| segment.key == explanation.segment)
            .ok_or_else(no_segments)?;
        let target = Target {
            catalog: Arc::clone(catalog),
            page: Arc::clone(page),
            segment: segment.id,
            locale: set.locale,
            term,
            arm: Arm::Personalised,
        };
        let ids: Vec<VariantId> = explanation.candidates.iter().map(|c| c.id).collect();
        let is_draft = |id: &VariantId| set.heads.iter().any(|head| head.variant == *id);
        let winner = ids.first().copied();
        let body = if winner.as_ref().is_some_and(is_draft) {
            None
        } else {
            Some(self.engine.tier_of_body(&target, winner).await)
        };
        let others = explanation.counterfactuals.iter();
        let supposed = others.filter_map(|other| other.winner.clone());
        let candidates = explanation.candidates.iter().map(|c| c.variant.clone());
        let mentioned: Vec<String> = candidates.chain(supposed).collect();
        let published = self.store.variant_titles(&mentioned).await?.into_iter();
        let drafts = set
            .heads
            .iter()
            .map(|h| (h.external_id.clone(), h.name.clone()));
        Ok(Preview {
            titles: published.chain(drafts).collect(),
            drafts: ids.iter().filter(|id| is_draft(id)).copied().collect(),
            decision: self.engine.tier_of_decision(&target).await,
            body,
            at: *at,
            explanation,
        })
    }
}

fn busy() -> DeskError {
    DeskError::Conflict("The site is being changed this very moment. Try again.".to_owned())
}

fn page_gone() -> DeskError {
    DeskError::NotFound("The page".to_owned())
}

fn no_segments() -> DeskError {
    DeskError::NotFound("Every segment".to_owned())
}
