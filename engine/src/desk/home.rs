//! What somebody who sits down at the desk should know.

use std::collections::HashMap;

use domain::{CanonicalPath, ExternalId, PageId, SegmentId, SegmentKey};
use futures::TryFutureExt;
use time::Duration;

use super::{Desk, DeskError};
use crate::catalog::Catalog;
use crate::engine::CacheResult;
use crate::metrics::Latency;
use crate::pulse::{self, Rate};
use crate::store::{Asked, AuditFilter, AuditGroup, Backlog, Fold, Upcoming};
use crate::visits::{self, Traffic};

/// How far ahead schedules are told.
const AHEAD: Duration = Duration::days(7);
/// Most of each thing that is told.
const TOLD: i64 = 8;
/// Most places, a page for a segment, that are looked at: the most visited ones.
const PLACES: usize = 200;
/// How far above the floor, in cosine similarity, a page's best variant should be.
const MARGIN: f32 = 0.1;

/// What needs somebody's attention.
#[derive(Debug, Clone)]
pub struct Attention {
    /// How much waits, and how much there is.
    pub backlog: Backlog,
    /// What starts or stops being shown within a week, the next first.
    pub upcoming: Vec<Upcoming>,
    /// Visited pages that have little to say to a segment, the most visited first.
    pub weak: Vec<Weak>,
    /// Segments that would have matched none of the last seven days' visits: key and name.
    pub silent: Vec<(SegmentKey, String)>,
    /// Texts that have no vector: variants, page intents and segment descriptions.
    pub unembedded: i64,
    /// Whether this server's model is not the one that decides: then it hears no campaign terms, and
    /// what is written gets no vector.
    pub foreign_model: bool,
    /// The index of the space that decides, while searches cannot use it.
    pub index: Option<MissingIndex>,
}

/// An index that is being built anew. Searches compare exactly until it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingIndex {
    /// What PostgreSQL said when it could not be built.
    pub error: Option<String>,
}

/// A visited page that has little to say to a segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Weak {
    /// The page.
    pub page: PageId,
    /// The name by which imports know the page.
    pub page_name: ExternalId,
    /// Its path.
    pub path: CanonicalPath,
    /// The segment.
    pub segment: SegmentKey,
    /// The segment's name.
    pub name: String,
    /// The best cosine similarity, -1 to 1, of any variant that may be shown; `None` without one.
    pub best: Option<f32>,
    /// Its share, 0 to 1, of recent visits.
    pub share: f64,
}

/// How this node is doing.
#[derive(Debug, Clone)]
pub struct Numbers {
    /// Requests now.
    pub rate: Rate,
    /// Times by cache result since the node started; results that never came are left out.
    pub latency: Vec<(CacheResult, Latency)>,
    /// Times of all answers by segment name, the most frequent first.
    pub segments: Vec<(String, Latency)>,
}

impl Desk {
    /// What needs somebody's attention.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn attention(&self) -> Result<Attention, DeskError> {
        let catalog = self.engine.catalog();
        let traffic = visits::traffic(&self.engine).await;
        let now = self.engine.now();
        let (unembedded, backlog, upcoming, weak, audience, index) = tokio::try_join!(
            self.unembedded(&catalog),
            self.store.backlog().err_into(),
            self.store.upcoming(now, now + AHEAD, TOLD).err_into(),
            self.weak(&catalog, &traffic, TOLD),
            self.audience(),
            self.missing_index(&catalog),
        )?;
        Ok(Attention {
            backlog,
            upcoming,
            weak,
            silent: audience.silent(&catalog),
            unembedded,
            foreign_model: catalog.space.is_some() && !self.engine.decider().embeds_into(&catalog),
            index,
        })
    }

    async fn unembedded(&self, catalog: &Catalog) -> Result<i64, DeskError> {
        let Some(space) = &catalog.space else {
            return Ok(0);
        };
        Ok(self.store.missing(space.version).await?.vital())
    }

    async fn missing_index(&self, catalog: &Catalog) -> Result<Option<MissingIndex>, DeskError> {
        let Some(space) = &catalog.space else {
            return Ok(None);
        };
        if self.store.index_state(space).await?.is_settled() {
            return Ok(None);
        }
        let row = self.store.space(space.version).await?;
        let error = row.and_then(|row| row.index_error);
        Ok(Some(MissingIndex { error }))
    }

    /// How this node is doing.
    pub fn numbers(&self) -> Numbers {
        let metrics = self.engine.metrics();
        let known = |(_, latency): &(_, Latency)| latency.count > 0;
        let catalog = self.engine.catalog();
        let mut segments: Vec<(String, Latency)> = catalog
            .segments
            .iter()
            .filter_map(|s| Some((s.name.clone(), metrics.segment_latency(s.id)?)))
            .collect();
        segments.sort_by_key(|(_, latency)| std::cmp::Reverse(latency.count));
        Numbers {
            rate: pulse::rate(&self.engine),
            latency: CacheResult::ALL
                .map(|result| (result, metrics.latency(result)))
                .into_iter()
                .filter(known)
                .collect(),
            segments,
        }
    }

    /// The latest changes of what visitors see; what somebody did in one go is one of them.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn publications(&self, limit: i64) -> Result<Vec<AuditGroup>, DeskError> {
        let filter = AuditFilter {
            actions: PUBLICATIONS.map(str::to_owned).to_vec(),
            ..AuditFilter::default()
        };
        let groups = self.store.audit_groups(&filter, Fold::Runs, None, limit);
        Ok(groups.await?)
    }

    /// Visited places for which nothing fits well, at most `told`, the most visited first.
    pub(super) async fn weak(
        &self,
        catalog: &Catalog,
        traffic: &Traffic,
        told: i64,
    ) -> Result<Vec<Weak>, DeskError> {
        let Some(default) = catalog.segments.last() else {
            return Ok(Vec::new());
        };
        let pages: HashMap<PageId, _> = catalog.pages().map(|page| (page.id, page)).collect();
        let shares = traffic.shares(|place| (place.page, place.segment));
        let mut places: Vec<(PageId, SegmentId)> = shares
            .keys()
            .copied()
            .filter(|(page, segment)| pages.contains_key(page) && catalog.has_segment(*segment))
            .collect();
        let share = |place: &(PageId, SegmentId)| shares.get(place).copied().unwrap_or(0.0);
        places.sort_by(|one, other| share(other).total_cmp(&share(one)).then(one.cmp(other)));
        places.truncate(PLACES);
        let asked: Vec<Asked> = places
            .iter()
            .map(|&(page, segment)| Asked {
                page,
                segment,
                query: catalog.query_vector(pages[&page], segment),
            })
            .collect();
        let floor = catalog.site.thresholds.similarity_floor + MARGIN;
        let space = catalog.space.as_ref().map_or(0, |space| space.version);
        let found = self
            .store
            .weak_matches(&asked, space, floor, default.id, told)
            .await?;
        Ok(found
            .into_iter()
            .filter_map(|weak| {
                let segment = catalog.segments.iter().find(|s| s.id == weak.segment)?;
                let page = pages.get(&weak.page)?;
                Some(Weak {
                    page: weak.page,
                    page_name: page.external_id.clone(),
                    path: page.path.clone(),
                    segment: segment.key.clone(),
                    name: segment.name.clone(),
                    best: weak.best,
                    share: share(&(weak.page, weak.segment)),
                })
            })
            .collect())
    }
}

/// What happened to what, when visitors see something else afterwards.
const PUBLICATIONS: [&str; 11] = [
    "page.create",
    "page.save",
    "page.delete",
    "page.import",
    "variant.publish",
    "variant.schedule",
    "variant.until",
    "variant.archive",
    "variant.withdraw",
    "variant.undo",
    "variant.import",
];
