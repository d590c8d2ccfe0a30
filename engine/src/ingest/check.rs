//! Checking a whole file before any of it is written.

use std::collections::{HashMap, HashSet};

use domain::record::{PageRecord, Record, VariantRecord};
use domain::{ExternalId, Locale, Problems, SegmentKey, SiteSettings};
use jiff::tz::TimeZone;

use super::format::Row;
use super::{ImportError, Rejection};
use crate::store::Store;

/// Checks every row by itself and against the others and the database.
///
/// # Errors
/// [`ImportError::Rejected`] with every bad row; [`ImportError::Store`] when the database fails.
pub async fn check(store: &Store, rows: Vec<Row>) -> Result<Vec<Record>, ImportError> {
    let known = Known::gather(store, &rows).await?;
    let mut rejections = Vec::new();
    let mut records = Vec::with_capacity(rows.len());
    let mut seen = HashMap::new();
    for Row { line, record } in rows {
        let problems = match &record {
            Err(problems) => problems.clone(),
            Ok(record) => {
                let mut problems = Problems::new();
                if let Some(first) = seen.insert(name(record), line) {
                    problems.add(
                        "",
                        format!("repeats the record of line {first}; keep one of them"),
                    );
                }
                known.check(record, &mut problems);
                problems.into_vec()
            }
        };
        match record {
            Ok(record) if problems.is_empty() => records.push(record),
            _ => rejections.extend(
                problems
                    .into_iter()
                    .map(|problem| Rejection { line, problem }),
            ),
        }
    }
    if rejections.is_empty() {
        Ok(records)
    } else {
        Err(ImportError::Rejected(rejections))
    }
}

/// Checks one record that did not come from a file, as one that did.
///
/// # Errors
/// [`ImportError::Rejected`] with everything wrong; [`ImportError::Store`] when the database fails.
pub async fn check_one(store: &Store, record: &Record) -> Result<(), ImportError> {
    let mut problems = Problems::new();
    record.validate(&mut problems);
    let row = Row {
        line: 1,
        record: problems.into_result().map(|()| record.clone()),
    };
    check(store, vec![row]).await?;
    Ok(())
}

/// Checks records that did not come from a file together; a problem's line is its record's place,
/// from 1.
///
/// # Errors
/// As [`check_one`].
pub async fn check_all(store: &Store, records: Vec<Record>) -> Result<(), ImportError> {
    let rows = (1..).zip(records).map(|(line, record)| {
        let mut problems = Problems::new();
        record.validate(&mut problems);
        Row {
            line,
            record: problems.into_result().map(|()| record),
        }
    });
    check(store, rows.collect()).await?;
    Ok(())
}

/// What makes two records the same one.
fn name(record: &Record) -> (u8, String) {
    match record {
        Record::Site(_) => (0, String::new()),
        Record::Segment(segment) => (1, segment.key.to_string()),
        Record::Page(page) => (2, page.id.to_string()),
        Record::Variant(variant) => (3, variant.id.to_string()),
    }
}

/// What exists once the file is imported: the database's, overridden by the file's.
struct Known {
    site: SiteSettings,
    segments: HashSet<SegmentKey>,
    pages: HashMap<ExternalId, PageRecord>,
}

impl Known {
    async fn gather(store: &Store, rows: &[Row]) -> Result<Self, ImportError> {
        let mut known = Self {
            site: store.site().await?.unwrap_or_default(),
            segments: store
                .segment_records()
                .await?
                .into_iter()
                .map(|(_, s)| s.key)
                .collect(),
            pages: store
                .page_records()
                .await?
                .into_iter()
                .map(|(_, p)| (p.id.clone(), p))
                .collect(),
        };
        for record in rows.iter().filter_map(|row| row.record.as_ref().ok()) {
            match record {
                Record::Site(site) => known.site = site.clone(),
                Record::Segment(segment) => {
                    known.segments.insert(segment.key.clone());
                }
                Record::Page(page) => {
                    known.pages.insert(page.id.clone(), page.clone());
                }
                Record::Variant(_) => {}
            }
        }
        Ok(known)
    }

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
            }
            Record::Segment(_) => {}
            Record::Page(page) => self.check_page(page, problems),
            Record::Variant(variant) => self.check_variant(variant, problems),
        }
    }

    fn check_page(&self, page: &PageRecord, problems: &mut Problems) {
        let twin = self
            .pages
            .values()
            .find(|other| other.path == page.path && other.id != page.id);
        if let Some(twin) = twin {
            problems.add(
                "path",
                format!(
                    "is already the path of page {:?}; choose another",
                    twin.id.as_str()
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
        let base = variant
            .locale
            .fallbacks(self.site.default_locale)
            .find_map(|locale| page.contents.get(&locale))
            .or_else(|| page.contents.values().next());
        if let Some(base) = base {
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
