//! Checking records against each other and against the database.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::record::{PageRecord, Record, RecordKind, VariantRecord};
use domain::{CanonicalPath, ExternalId, Locale, Problem, Problems, SegmentKey, SiteSettings};
use jiff::tz::TimeZone;
use xxhash_rust::xxh3::xxh3_128;

use super::present::Present;
use super::source::{Batches, Source};
use super::{ImportError, Rejection};
use crate::store::Store;

/// Checks one record that did not come from a file, as one that did.
///
/// # Errors
/// [`ImportError::Rejected`] with everything wrong; [`ImportError::Store`] when the database fails.
pub async fn check_one(store: &Store, record: &Record) -> Result<(), ImportError> {
    check_all(store, vec![record.clone()]).await
}

/// Checks records that did not come from a file together; a problem's line is its record's place,
/// from 1.
///
/// # Errors
/// As [`check_one`].
pub async fn check_all(store: &Store, records: Vec<Record>) -> Result<(), ImportError> {
    let mut known = Known::of(&Present::load(store).await?);
    let mut seen = Seen::default();
    let mut rejections = Vec::new();
    let mut reject = |line, record: &Record, problems: Vec<Problem>| {
        let rejected = problems.into_iter();
        rejections.extend(rejected.map(|problem| Rejection {
            line,
            kind: Some(record.kind()),
            name: record.name().to_owned(),
            row: String::new(),
            problem,
        }));
    };
    let mut valid = Vec::with_capacity(records.len());
    for (line, record) in (1..).zip(records) {
        let mut problems = Problems::new();
        record.validate(&mut problems);
        match problems.into_result() {
            Ok(()) => {
                known.add(record.clone());
                valid.push((line, record));
            }
            Err(problems) => reject(line, &record, problems),
        }
    }
    known.settle();
    for (line, record) in &valid {
        let mut problems = Problems::new();
        seen.check(*line, record, &mut problems);
        known.check(record, &mut problems);
        reject(*line, record, problems.into_vec());
    }
    if rejections.is_empty() {
        Ok(())
    } else {
        Err(ImportError::Rejected(rejections))
    }
}

/// Checks the rows of a file. A row that is only right together with a bad one is bad too.
pub(super) struct Checker {
    /// What there is once every row that can be read is imported.
    all: Known,
    /// What there is once the good rows are; the same while this is `None`.
    good: Option<Known>,
    seen: Seen,
}

impl Checker {
    /// Reads the file until it is known which rows are good.
    pub(super) async fn gather(
        present: &Present,
        source: &Arc<dyn Source>,
    ) -> Result<Self, ImportError> {
        let mut bad = HashSet::new();
        let mut checker = Self {
            all: Known::gather(present, source, &bad).await?,
            good: None,
            seen: Seen::default(),
        };
        loop {
            let found = checker.bad_lines(source).await?;
            // Each round finds what was right only together with what the last one found.
            if found.len() == bad.len() {
                return Ok(checker);
            }
            bad = found;
            checker.good = Some(Known::gather(present, source, &bad).await?);
        }
    }

    /// The lines of the records that are bad, as far as is known.
    async fn bad_lines(&mut self, source: &Arc<dyn Source>) -> Result<HashSet<usize>, ImportError> {
        let mut bad = HashSet::new();
        let mut batches = Batches::of(source);
        while let Some(rows) = batches.next().await? {
            for row in rows {
                if let Ok(record) = row.record
                    && !self.check(row.line, &record).is_empty()
                {
                    bad.insert(row.line);
                }
            }
        }
        self.seen = Seen::default();
        Ok(bad)
    }

    /// Everything wrong with the record that starts on `line`. To be asked in the file's order.
    pub(super) fn check(&mut self, line: usize, record: &Record) -> Vec<Problem> {
        let mut problems = Problems::new();
        self.seen.check(line, record, &mut problems);
        self.all.check(record, &mut problems);
        let problems = problems.into_vec();
        match &self.good {
            Some(good) if problems.is_empty() => good.missed_by(record),
            _ => problems,
        }
    }
}

/// The lines of the records met so far, by kind and a hash of the name.
#[derive(Default)]
struct Seen(HashMap<(RecordKind, u128), usize>);

impl Seen {
    fn check(&mut self, line: usize, record: &Record, problems: &mut Problems) {
        let name = (record.kind(), xxh3_128(record.name().as_bytes()));
        if let Some(first) = self.0.insert(name, line) {
            problems.add(
                "",
                format!("repeats the record of line {first}; keep one of them"),
            );
        }
    }
}

/// What exists once a file is imported: the database's, overridden by the file's.
struct Known {
    site: SiteSettings,
    segments: HashSet<SegmentKey>,
    pages: HashMap<ExternalId, Arc<PageRecord>>,
    /// Which pages want each path; more than one is a mistake.
    paths: HashMap<CanonicalPath, Vec<ExternalId>>,
}

impl Known {
    /// Reads the whole file for the names that its records may refer to, but for the lines `bad`.
    async fn gather(
        present: &Present,
        source: &Arc<dyn Source>,
        bad: &HashSet<usize>,
    ) -> Result<Self, ImportError> {
        let mut known = Self::of(present);
        let mut batches = Batches::of(source);
        while let Some(rows) = batches.next().await? {
            let rows = rows.into_iter().filter(|row| !bad.contains(&row.line));
            for record in rows.filter_map(|row| row.record.ok()) {
                known.add(record);
            }
        }
        known.settle();
        Ok(known)
    }

    fn of(present: &Present) -> Self {
        Self {
            site: present.site.clone().unwrap_or_default(),
            segments: present.segments.keys().cloned().collect(),
            pages: present
                .pages
                .iter()
                .map(|(id, (_, page))| (id.clone(), Arc::clone(page)))
                .collect(),
            paths: HashMap::new(),
        }
    }

    fn add(&mut self, record: Record) {
        match record {
            Record::Site(site) => self.site = site,
            Record::Segment(segment) => {
                self.segments.insert(segment.key);
            }
            Record::Page(page) => {
                self.pages.insert(page.id.clone(), Arc::new(page));
            }
            Record::Variant(_) => {}
        }
    }

    /// To be called once every record is known.
    fn settle(&mut self) {
        for page in self.pages.values() {
            let wanted = self.paths.entry(page.path.clone()).or_default();
            wanted.push(page.id.clone());
        }
    }

    /// Everything wrong with a record that would be right if no other row were bad.
    fn missed_by(&self, record: &Record) -> Vec<Problem> {
        let mut problems = Problems::new();
        self.check(record, &mut problems);
        let problems = problems.into_vec().into_iter();
        let hinted = problems.map(|problem| Problem {
            message: format!(
                "{} (correcting the other bad rows mends this too)",
                problem.message
            ),
            ..problem
        });
        hinted.collect()
    }

    /// What is wrong with a record, beside what exists.
    fn check(&self, record: &Record, problems: &mut Problems) {
        match record {
            Record::Site(site) => {
                if TimeZone::get(&site.time_zone).is_err() {
                    problems.add(
                        "time_zone",
                        format!(
                            "{:?} is not a time zone; use a name such as Europe/Berlin",
                            site.time_zone
                        ),
                    );
                }
                self.check_prefixes(site, problems);
            }
            Record::Segment(_) => {}
            Record::Page(page) => self.check_page(page, problems),
            Record::Variant(variant) => self.check_variant(variant, problems),
        }
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

    fn check_page(&self, page: &PageRecord, problems: &mut Problems) {
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
            self.check_locale(*locale, &format!("contents.{locale}"), problems);
        }
    }

    fn check_variant(&self, variant: &VariantRecord, problems: &mut Problems) {
        self.check_locale(variant.locale, "locale", problems);
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
            return;
        };
        // An override replaces blocks of the content that visitors of its language would see.
        if let Some(base) = page.content_for(variant.locale, self.site.default_locale) {
            problems.within("content", |p| variant.content.validate_against(base, p));
        }
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
