//! The in-memory snapshot that every request reads.

mod watch;

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use domain::condition::SavedGroups;
use domain::segment::Segment;
use domain::term::Term;
use domain::{
    CanonicalPath, Condition, ExternalId, Locale, PageContent, PageId, Revision, SegmentId,
    SiteSettings, Visitor,
};
use jiff::tz::TimeZone;
use time::{OffsetDateTime, UtcOffset};
use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::warn;

use crate::embedding::Embedding;
use crate::store::{CatalogRows, Space, Store, StoreError, TextHash};

pub use watch::Watcher;

/// An immutable snapshot of site, segments and pages at one revision.
#[derive(Debug)]
pub struct Catalog {
    /// Raised by every publication.
    pub revision: Revision,
    /// Tells this database's cache keys from another's.
    pub instance: String,
    /// What holds for every page.
    pub site: SiteSettings,
    /// Segments by priority, `default` last.
    pub segments: Vec<Segment>,
    /// The space whose vectors decide; `None` before the first import.
    pub space: Option<Space>,
    /// When a variant next starts or stops being shown.
    pub next_change: Option<Instant>,
    pages: HashMap<Box<str>, Arc<Page>>,
    /// By paths that they had before.
    moved: HashMap<Box<str>, Arc<Page>>,
    segment_vectors: HashMap<SegmentId, Embedding>,
    zone: TimeZone,
}

/// A page with its default content.
#[derive(Debug)]
pub struct Page {
    /// Its row number.
    pub id: PageId,
    /// The name by which imports know it; seeds its rollout.
    pub external_id: ExternalId,
    /// The catalog's revision when something last changed that an answer depends on: the page, its
    /// variants, or what all pages depend on. Cache keys carry it.
    pub revision: Revision,
    /// Its path, without a language prefix.
    pub path: CanonicalPath,
    /// A sentence saying what the page is for.
    pub intent: String,
    /// Per cent of its visitors, 0 to 100, who see what is decided for them.
    pub rollout: f64,
    /// Whether campaign terms have a say in what its visitors see.
    pub terms: bool,
    /// What it says to everybody, per language; never empty.
    pub contents: BTreeMap<Locale, PageContent>,
    intent_vector: Option<Embedding>,
}

/// Holds the present catalog. Reading it takes no lock.
#[derive(Debug)]
pub struct CatalogHandle {
    present: ArcSwap<Catalog>,
    /// Somebody met a newer revision than the present one.
    outdated: Notify,
    revision: tokio::sync::watch::Sender<Revision>,
}

impl Catalog {
    /// Reads the catalog from the database.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a stored value is unreadable.
    pub async fn load(store: &Store) -> Result<Self, StoreError> {
        let rows = store.catalog_rows().await?;
        let vectors = match &rows.space {
            Some(space) => {
                let hashes: Vec<TextHash> = rows.texts_that_ask().map(TextHash::of).collect();
                store.known_vectors(space, &hashes).await?
            }
            None => HashMap::new(),
        };
        Ok(Self::build(rows, &vectors))
    }

    pub(crate) fn build(rows: CatalogRows, vectors: &HashMap<TextHash, Embedding>) -> Self {
        let vector = |text: &str| vectors.get(&TextHash::of(text)).cloned();
        let site = rows.site.unwrap_or_default();
        let zone = TimeZone::get(&site.time_zone).unwrap_or_else(|error| {
            warn!(zone = site.time_zone, %error, "the site's time zone is unknown; using UTC");
            TimeZone::UTC
        });
        let segment_vectors = rows
            .segments
            .iter()
            .filter_map(|(id, segment)| Some((*id, vector(&segment.description)?)))
            .collect();
        let segments = rows
            .segments
            .into_iter()
            .map(|(id, record)| Segment {
                id,
                // What was saved was valid then. A condition that no longer is matches nobody.
                condition: Condition::parse(&record.condition).unwrap_or_else(|error| {
                    warn!(segment = %record.key, %error, "a stored condition is not valid and matches nobody");
                    matching_nobody()
                }),
                key: record.key,
                name: record.name,
                description: record.description,
            })
            .collect();
        let pages: HashMap<Box<str>, Arc<Page>> = rows
            .pages
            .into_iter()
            .map(|(id, record)| {
                let revision = rows.page_revisions.get(&id).copied();
                let page = Page {
                    id,
                    revision: revision.unwrap_or(rows.revision),
                    intent_vector: vector(&record.intent),
                    external_id: record.id,
                    path: record.path,
                    intent: record.intent,
                    rollout: record.rollout,
                    terms: record.terms,
                    contents: record.contents,
                };
                (page.path.as_str().into(), Arc::new(page))
            })
            .collect();
        let by_id: HashMap<PageId, &Arc<Page>> = pages.values().map(|p| (p.id, p)).collect();
        let moved = rows
            .redirects
            .into_iter()
            .filter_map(|(path, id)| Some((path.as_str().into(), Arc::clone(by_id.get(&id)?))))
            .collect();
        Self {
            moved,
            revision: rows.revision,
            instance: rows.instance,
            site,
            segments,
            space: rows.space,
            next_change: rows
                .next_change
                .and_then(|wait| Instant::now().checked_add(wait)),
            pages,
            segment_vectors,
            zone,
        }
    }

    /// The page at `path`, in its canonical spelling without a language prefix.
    pub fn page(&self, path: &str) -> Option<&Arc<Page>> {
        self.pages.get(path)
    }

    /// Where the page is now that was at `path` before.
    pub fn moved(&self, path: &str) -> Option<&CanonicalPath> {
        self.moved.get(path).map(|page| &page.path)
    }

    /// Every page, in no particular order.
    pub fn pages(&self) -> impl Iterator<Item = &Arc<Page>> {
        self.pages.values()
    }

    /// What a decision about `page` for `segment` is compared with: intent and description alike.
    ///
    /// `None` while neither has a vector in the active space.
    pub fn query_vector(&self, page: &Page, segment: SegmentId) -> Option<Embedding> {
        let parts = page
            .intent_vector
            .iter()
            .chain(self.segment_vectors.get(&segment));
        Embedding::mean(parts)
    }

    /// Whether there is a segment of this id.
    pub fn has_segment(&self, id: SegmentId) -> bool {
        self.segments.iter().any(|segment| segment.id == id)
    }

    /// The vector of a segment's description; `None` while it has none in the active space.
    pub fn segment_vector(&self, segment: SegmentId) -> Option<&Embedding> {
        self.segment_vectors.get(&segment)
    }

    /// `now` in the site's time zone.
    pub fn local_time(&self, now: OffsetDateTime) -> OffsetDateTime {
        let Ok(instant) = jiff::Timestamp::from_second(now.unix_timestamp()) else {
            return now;
        };
        let seconds = self.zone.to_offset(instant).seconds();
        UtcOffset::from_whole_seconds(seconds).map_or(now, |offset| now.to_offset(offset))
    }
}

fn matching_nobody() -> Condition {
    let nobody = serde_json::json!({"$nor": [{}]});
    Condition::parse_lenient(&nobody, &SavedGroups::default())
}

impl Page {
    /// The campaign term that has a say in what this visitor sees.
    pub fn heard(&self, visitor: &Visitor<'_>) -> Option<Term> {
        self.terms.then(|| visitor.term()).flatten()
    }

    /// The language whose default content is shown to those who asked for `asked`.
    pub fn content_locale(&self, asked: Locale, default: Locale) -> Locale {
        let found = asked.content_in(&self.contents, default);
        found.map_or(default, |(locale, _)| locale)
    }

    /// Languages in which variants may stand in for the default content, nearest first.
    ///
    /// They end with the language of the default content: a page that speaks German is not
    /// answered with an English variant.
    pub fn variant_locales(&self, asked: Locale, default: Locale) -> Vec<Locale> {
        let last = self.content_locale(asked, default);
        let mut locales: Vec<Locale> = Vec::with_capacity(3);
        for locale in asked.fallbacks(default) {
            locales.push(locale);
            if locale == last {
                return locales;
            }
        }
        locales.push(last);
        locales
    }
}

impl CatalogHandle {
    /// Holds a first catalog.
    pub fn new(catalog: Catalog) -> Self {
        Self {
            revision: tokio::sync::watch::Sender::new(catalog.revision),
            present: ArcSwap::from_pointee(catalog),
            outdated: Notify::new(),
        }
    }

    /// The present catalog.
    pub fn get(&self) -> Arc<Catalog> {
        self.present.load_full()
    }

    /// Puts a newer catalog in place; an older one is dropped.
    pub fn replace(&self, catalog: Catalog) {
        let catalog = Arc::new(catalog);
        self.present.rcu(|present| {
            if present.revision > catalog.revision {
                Arc::clone(present)
            } else {
                Arc::clone(&catalog)
            }
        });
        self.revision.send_replace(self.get().revision);
    }

    /// Tells when another catalog is put in place.
    pub fn changes(&self) -> tokio::sync::watch::Receiver<Revision> {
        self.revision.subscribe()
    }

    /// Waits for a catalog newer than `seen`, which the database is known to have.
    pub(crate) async fn newer_than(&self, seen: Revision) {
        let mut changes = self.changes();
        self.outdated.notify_one();
        // The sender lives as long as this handle.
        let _ = changes.wait_for(|revision| *revision > seen).await;
    }
}
