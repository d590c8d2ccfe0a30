//! Checking records against each other and against the database.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::record::{PageRecord, Record, RecordKind};
use domain::{ExternalId, Problem, Problems, SiteSettings};
use xxhash_rust::xxh3::xxh3_128;

use super::known::Known;
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
    for (line, record) in &valid {
        let mut problems = Vec::from_iter(seen.check(*line, record));
        problems.extend(known.check(record));
        reject(*line, record, problems);
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
    /// What is wrong with the site and the pages that would be right if no other row were bad.
    lost: HashMap<Name, Vec<Problem>>,
    seen: Seen,
}

impl Checker {
    /// Reads the whole file for the names that its records may refer to.
    pub(super) async fn gather(
        present: &Present,
        source: &Arc<dyn Source>,
    ) -> Result<Self, ImportError> {
        let mut all = Known::of(present);
        let mut file = Referents::default();
        let mut batches = Batches::of(source);
        while let Some(rows) = batches.next().await? {
            for record in rows.into_iter().filter_map(|row| row.record.ok()) {
                file.add(record, &mut all);
            }
        }
        let bad: Vec<ExternalId> = file.pages_that(|page| !all.check_page(page).is_empty());
        let site_is_bad = file.site.as_ref();
        let site_is_bad = site_is_bad.is_some_and(|site| !all.check_site(site).is_empty());
        let mut checker = Self {
            all,
            good: None,
            lost: HashMap::new(),
            seen: Seen::default(),
        };
        if site_is_bad || !bad.is_empty() {
            let good = checker.all.clone();
            let left = Left::without(&file, present, good, bad, site_is_bad);
            checker.good = Some(left.good);
            checker.lost = left.lost;
        }
        Ok(checker)
    }

    /// Everything wrong with the record that starts on `line`. To be asked in the file's order.
    pub(super) fn check(&mut self, line: usize, record: &Record) -> Vec<Problem> {
        let mut problems = Vec::from_iter(self.seen.check(line, record));
        problems.extend(self.all.check(record));
        if !problems.is_empty() {
            return problems;
        }
        match (record, &self.good) {
            (Record::Variant(_), Some(good)) => hinted(good.check(record)),
            _ => self
                .lost
                .get(&name(record.kind(), record.name()))
                .cloned()
                .unwrap_or_default(),
        }
    }
}

/// The records of a file by which others are judged; of several by one name the first.
#[derive(Default)]
struct Referents {
    site: Option<SiteSettings>,
    pages: HashMap<ExternalId, Arc<PageRecord>>,
}

impl Referents {
    fn add(&mut self, record: Record, all: &mut Known) {
        match record {
            Record::Site(site) => {
                all.site.clone_from(self.site.get_or_insert(site));
            }
            Record::Segment(_) => all.add(record),
            Record::Page(page) => {
                if let Entry::Vacant(free) = self.pages.entry(page.id.clone()) {
                    let page = Arc::clone(free.insert(Arc::new(page)));
                    all.put(page);
                }
            }
            Record::Variant(_) => {}
        }
    }

    fn pages_that(&self, are: impl Fn(&PageRecord) -> bool) -> Vec<ExternalId> {
        let found = self.pages.values().filter(|page| are(page));
        found.map(|page| page.id.clone()).collect()
    }
}

/// What is left of a file without its bad rows. A page that is not imported keeps the path it has,
/// and the site its languages, so that others may become bad in turn.
struct Left<'a> {
    file: &'a Referents,
    present: &'a Present,
    good: Known,
    lost: HashMap<Name, Vec<Problem>>,
    /// The pages of the file that are not imported.
    pages: HashSet<ExternalId>,
    site_stays: bool,
}

impl<'a> Left<'a> {
    fn without(
        file: &'a Referents,
        present: &'a Present,
        all: Known,
        mut bad: Vec<ExternalId>,
        site_is_bad: bool,
    ) -> Self {
        let mut left = Self {
            file,
            present,
            good: all,
            lost: HashMap::new(),
            pages: HashSet::new(),
            site_stays: false,
        };
        if site_is_bad {
            bad.extend(left.keep_site());
        }
        while let Some(id) = bad.pop() {
            bad.extend(left.keep_page(&id));
        }
        left
    }

    /// Leaves a page as it is. Returns those that become bad by that.
    fn keep_page(&mut self, id: &ExternalId) -> Vec<ExternalId> {
        if !self.pages.insert(id.clone()) {
            return Vec::new();
        }
        let Some((_, kept)) = self.present.pages.get(id) else {
            self.good.remove(id);
            return Vec::new();
        };
        self.good.put(Arc::clone(kept));
        let mut bad = self.lose(self.good.wanting(&kept.path));
        if let Some(site) = &self.file.site
            && !self.site_stays
            && kept.path.prefixed_by(&site.locales).is_some()
        {
            let problems = hinted(self.good.check_site(site));
            self.lost.insert(name(RecordKind::Site, ""), problems);
            bad.extend(self.keep_site());
        }
        bad
    }

    /// Leaves the site as it is. Returns the pages that become bad by that.
    fn keep_site(&mut self) -> Vec<ExternalId> {
        self.site_stays = true;
        self.good.site = self.present.site.clone().unwrap_or_default();
        self.lose(self.file.pages.keys().cloned().collect())
    }

    /// Those of `pages` that are bad now.
    fn lose(&mut self, pages: Vec<ExternalId>) -> Vec<ExternalId> {
        let mut bad = Vec::new();
        for id in pages {
            let Some(page) = self.file.pages.get(&id) else {
                continue;
            };
            if self.pages.contains(&id) {
                continue;
            }
            let problems = self.good.check_page(page);
            if !problems.is_empty() {
                let name = name(RecordKind::Page, id.as_str());
                self.lost.insert(name, hinted(problems));
                bad.push(id);
            }
        }
        bad
    }
}

/// The problems of a record that would be right if no other row were bad.
fn hinted(problems: Vec<Problem>) -> Vec<Problem> {
    let hinted = problems.into_iter().map(|problem| Problem {
        message: format!(
            "{} (correcting the other bad rows mends this too)",
            problem.message
        ),
        ..problem
    });
    hinted.collect()
}

/// A record by its kind and a hash of its name.
type Name = (RecordKind, u128);

fn name(kind: RecordKind, name: &str) -> Name {
    (kind, xxh3_128(name.as_bytes()))
}

/// The lines of the records met so far.
#[derive(Default)]
struct Seen(HashMap<Name, usize>);

impl Seen {
    fn check(&mut self, line: usize, record: &Record) -> Option<Problem> {
        let first = self.0.insert(name(record.kind(), record.name()), line)?;
        Some(Problem {
            field: String::new(),
            message: format!("repeats the record of line {first}; keep one of them"),
        })
    }
}
