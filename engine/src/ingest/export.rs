//! Rows become records again, a batch at a time.

use std::collections::{BTreeSet, HashMap};
use std::io;

use domain::record::{PageRecord, Record, VariantRecord};
use domain::{ExternalId, Locale, SegmentKey};
use thiserror::Error;

use super::format::{Columns, Format, Table, json_line};
use crate::store::{Store, StoreError, VariantSelection};

/// Variants read at a time.
const BATCH: i64 = 200;

/// Which records to export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Everything that an import needs to make the same site.
    Everything,
    /// One page, its variants, and the segments that they are written for.
    Page(ExternalId),
}

/// Why an export did not finish.
#[derive(Debug, Error)]
pub enum ExportError {
    /// There is no such page.
    #[error("there is no page {0:?}")]
    NoPage(String),
    /// A record cannot be written in the format, or whoever takes the bytes fails.
    #[error(transparent)]
    Write(#[from] io::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Records on their way into a file, in the order in which an import takes them: site, segments,
/// pages, variants. The same content always gives the same bytes.
///
/// Left out is what nobody can see and no import would take: a variant's text for a block that its
/// page does not have any more, and a variant that says nothing else.
pub struct Export {
    records: Records,
    /// How the file spells them.
    spelling: Spelling,
    count: usize,
}

enum Spelling {
    Lines,
    /// A table whose first row is still to be written.
    Table(Table, Option<Vec<u8>>),
}

impl Export {
    /// Finds out what there is to write; for CSV by reading all of it once.
    ///
    /// # Errors
    /// [`ExportError`].
    pub async fn start(
        store: &Store,
        selection: &Selection,
        format: Format,
    ) -> Result<Self, ExportError> {
        let spelling = match format {
            Format::JsonLines => Spelling::Lines,
            Format::Csv => {
                let mut columns = Columns::new();
                let mut records = Records::of(store, selection).await?;
                while let Some(batch) = records.next().await? {
                    for record in &batch {
                        columns.add(record)?;
                    }
                }
                let (table, header) = columns.finish()?;
                Spelling::Table(table, Some(header))
            }
        };
        Ok(Self {
            records: Records::of(store, selection).await?,
            spelling,
            count: 0,
        })
    }

    /// The file's next bytes; `None` at its end.
    ///
    /// # Errors
    /// [`ExportError`]; what was written so far is no whole file then.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, ExportError> {
        if let Spelling::Table(_, header) = &mut self.spelling
            && let Some(header) = header.take()
        {
            return Ok(Some(header));
        }
        let Some(batch) = self.records.next().await? else {
            return Ok(None);
        };
        self.count += batch.len();
        let spelt = batch.iter().map(|record| match &self.spelling {
            Spelling::Lines => json_line(record),
            Spelling::Table(table, _) => table.row(record),
        });
        let spelt: Vec<Vec<u8>> = spelt.collect::<io::Result<_>>()?;
        Ok(Some(spelt.concat()))
    }

    /// How many records were written so far.
    pub fn count(&self) -> usize {
        self.count
    }
}

/// The selected records, read as they are taken.
struct Records {
    store: Store,
    page: Option<ExternalId>,
    /// The site's default language, and the pages.
    default: Locale,
    pages: HashMap<ExternalId, PageRecord>,
    /// What comes before the variants, until it was taken.
    head: Option<Vec<Record>>,
    /// The last variant taken.
    after: Option<ExternalId>,
}

impl Records {
    async fn of(store: &Store, selection: &Selection) -> Result<Self, ExportError> {
        let segments = store.segment_records().await?.into_iter();
        let pages: Vec<PageRecord> = store
            .page_records()
            .await?
            .into_iter()
            .map(|(_, page)| page)
            .collect();
        let site = store.site().await?;
        let default = site.as_ref().map(|site| site.default_locale);
        let (page, head) = match selection {
            Selection::Everything => {
                let site = site.map(Record::Site).into_iter();
                let segments = segments.map(|(_, segment)| Record::Segment(segment));
                let pages = pages.iter().cloned().map(Record::Page);
                (None, site.chain(segments).chain(pages).collect())
            }
            Selection::Page(id) => {
                let found = pages.iter().find(|page| page.id == *id).cloned();
                let found = found.ok_or_else(|| ExportError::NoPage(id.to_string()))?;
                let used: BTreeSet<SegmentKey> =
                    store.segments_of_page(id).await?.into_iter().collect();
                let segments = segments
                    .map(|(_, segment)| segment)
                    .filter(|segment| used.contains(&segment.key))
                    .map(Record::Segment);
                let head = segments.chain([Record::Page(found)]).collect();
                (Some(id.clone()), head)
            }
        };
        Ok(Self {
            store: store.clone(),
            page,
            default: default.unwrap_or_default(),
            pages: pages
                .into_iter()
                .map(|page| (page.id.clone(), page))
                .collect(),
            head: Some(head),
            after: None,
        })
    }

    async fn next(&mut self) -> Result<Option<Vec<Record>>, StoreError> {
        if let Some(head) = self.head.take() {
            return Ok(Some(head));
        }
        let variants = self
            .store
            .variants_in_order(VariantSelection {
                page: self.page.as_ref(),
                after: self.after.as_ref(),
                limit: BATCH,
            })
            .await?;
        let Some(last) = variants.last() else {
            return Ok(None);
        };
        self.after = Some(last.id.clone());
        let seen = variants
            .into_iter()
            .filter_map(|variant| self.seen(variant));
        Ok(Some(seen.map(Record::Variant).collect()))
    }

    /// The part of a variant that its page has a place for.
    fn seen(&self, variant: VariantRecord) -> Option<VariantRecord> {
        let page = self.pages.get(&variant.page)?;
        let base = page.content_for(variant.locale, self.default)?;
        Some(VariantRecord {
            content: variant.content.fitting(base)?,
            ..variant
        })
    }
}
