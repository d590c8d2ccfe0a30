//! What the records of a file may refer to.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::record::{PageRecord, Record, VariantRecord};
use domain::{CanonicalPath, ExternalId, Locale, Problem, Problems, SegmentKey, SiteSettings};
use jiff::tz::TimeZone;

use super::present::Present;

/// What exists once records are imported: the database's, overridden by theirs.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) site: SiteSettings,
    segments: HashSet<SegmentKey>,
    pages: HashMap<ExternalId, Arc<PageRecord>>,
    /// Which pages want each path; more than one is a mistake.
    paths: HashMap<CanonicalPath, Vec<ExternalId>>,
}

impl Known {
    /// What exists already.
    pub(super) fn of(present: &Present) -> Self {
        let mut known = Self {
            site: present.site.clone().unwrap_or_default(),
            segments: present.segments.keys().cloned().collect(),
            pages: HashMap::new(),
            paths: HashMap::new(),
        };
        for (_, page) in present.pages.values() {
            known.put(Arc::clone(page));
        }
        known
    }

    /// Adds a record of those that others may refer to.
    pub(super) fn add(&mut self, record: Record) {
        match record {
            Record::Site(site) => self.site = site,
            Record::Segment(segment) => {
                self.segments.insert(segment.key);
            }
            Record::Page(page) => self.put(Arc::new(page)),
            Record::Variant(_) => {}
        }
    }

    /// Puts a page in the place of the one that was known by its id.
    pub(super) fn put(&mut self, page: Arc<PageRecord>) {
        self.remove(&page.id);
        let wanted = self.paths.entry(page.path.clone()).or_default();
        wanted.push(page.id.clone());
        self.pages.insert(page.id.clone(), page);
    }

    /// Forgets a page.
    pub(super) fn remove(&mut self, id: &ExternalId) {
        if let Some(former) = self.pages.remove(id)
            && let Some(wanted) = self.paths.get_mut(&former.path)
        {
            wanted.retain(|other| other != id);
        }
    }

    /// The pages that want a path.
    pub(super) fn wanting(&self, path: &CanonicalPath) -> Vec<ExternalId> {
        self.paths.get(path).cloned().unwrap_or_default()
    }

    /// What is wrong with a record beside what exists.
    pub(super) fn check(&self, record: &Record) -> Vec<Problem> {
        match record {
            Record::Site(site) => self.check_site(site),
            Record::Segment(_) => Vec::new(),
            Record::Page(page) => self.check_page(page),
            Record::Variant(variant) => self.check_variant(variant),
        }
    }

    /// What is wrong with the settings, beside what exists.
    pub(super) fn check_site(&self, site: &SiteSettings) -> Vec<Problem> {
        let mut problems = Problems::new();
        if TimeZone::get(&site.time_zone).is_err() {
            problems.add(
                "time_zone",
                format!(
                    "{:?} is not a time zone; use a name such as Europe/Berlin",
                    site.time_zone
                ),
            );
        }
        self.check_prefixes(site, &mut problems);
        problems.into_vec()
    }

    /// Whether a page would be out of reach below a language's prefix.
    fn check_prefixes(&self, site: &SiteSettings, problems: &mut Problems) {
        let hidden = |page: &&Arc<PageRecord>| page.path.prefixed_by(&site.locales).is_some();
        if let Some(page) = self.pages.values().find(hidden) {
            problems.add(
                "locales",
                format!(
                    "the path {} of page {:?} begins with a language of this list; move the page first",
                    page.path,
                    page.id.as_str()
                ),
            );
        }
    }

    /// What is wrong with a page, beside what exists.
    pub(super) fn check_page(&self, page: &PageRecord) -> Vec<Problem> {
        let mut problems = Problems::new();
        if let Some(locale) = page.path.prefixed_by(&self.site.locales) {
            problems.add(
                "path",
                format!(
                    "begins with {locale}, a language of this site, whose pages lie there; choose another"
                ),
            );
        }
        let mut wanted = self.paths.get(&page.path).into_iter().flatten();
        if let Some(twin) = wanted.find(|other| **other != page.id) {
            problems.add(
                "path",
                format!(
                    "is already the path of page {:?}; choose another",
                    twin.as_str()
                ),
            );
        }
        for locale in page.contents.keys() {
            self.check_locale(*locale, &format!("contents.{locale}"), &mut problems);
        }
        problems.into_vec()
    }

    fn check_variant(&self, variant: &VariantRecord) -> Vec<Problem> {
        let mut problems = Problems::new();
        self.check_locale(variant.locale, "locale", &mut problems);
        if let Some(key) = &variant.segment
            && !self.segments.contains(key)
        {
            problems.add(
                "segment",
                format!(
                    "there is no segment {:?}; import it first or in the same file",
                    key.as_str()
                ),
            );
        }
        let Some(page) = self.pages.get(&variant.page) else {
            problems.add(
                "page",
                format!(
                    "there is no page {:?}; import it first or in the same file",
                    variant.page.as_str()
                ),
            );
            return problems.into_vec();
        };
        // An override replaces blocks of the content that visitors of its language would see.
        if let Some(base) = page.content_for(variant.locale, self.site.default_locale) {
            problems.within("content", |p| variant.content.validate_against(base, p));
        }
        problems.into_vec()
    }

    fn check_locale(&self, locale: Locale, field: &str, problems: &mut Problems) {
        if !self.site.locales.contains(&locale) {
            let served: Vec<&str> = self.site.locales.iter().map(Locale::as_str).collect();
            problems.add(
                field,
                format!("{locale} is not a language of this site, which has {}; add it to the site record", served.join(", ")),
            );
        }
    }
}
