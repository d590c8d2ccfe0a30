//! Rows become records again, a batch at a time.

use std::collections::BTreeSet;
use std::io;

use domain::record::Record;
use domain::{ExternalId, SegmentKey};
use thiserror::Error;

use super::format::{Columns, Format, json_line};
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

/// Writes records in the order in which an import takes them: site, segments, pages, variants.
/// Hands the bytes to `take`, piece by piece, and returns how many records there were. The same
/// content always gives the same bytes.
///
/// # Errors
/// [`ExportError`]. Nothing was handed over when the page does not exist.
pub async fn export(
    store: &Store,
    selection: &Selection,
    format: Format,
    mut take: impl AsyncFnMut(Vec<u8>) -> io::Result<()>,
) -> Result<usize, ExportError> {
    let mut count = 0;
    if format == Format::JsonLines {
        let mut records = Records::of(store, selection).await?;
        while let Some(batch) = records.next().await? {
            count += batch.len();
            let lines: Vec<Vec<u8>> = batch.iter().map(json_line).collect::<io::Result<_>>()?;
            take(lines.concat()).await?;
        }
        return Ok(count);
    }
    let mut columns = Columns::new();
    let mut records = Records::of(store, selection).await?;
    while let Some(batch) = records.next().await? {
        for record in &batch {
            columns.add(record)?;
        }
    }
    let (table, header) = columns.finish()?;
    take(header).await?;
    let mut records = Records::of(store, selection).await?;
    while let Some(batch) = records.next().await? {
        count += batch.len();
        let rows: Vec<Vec<u8>> = batch
            .iter()
            .map(|record| table.row(record))
            .collect::<io::Result<_>>()?;
        take(rows.concat()).await?;
    }
    Ok(count)
}

/// The selected records, read as they are taken.
struct Records<'a> {
    store: &'a Store,
    page: Option<&'a ExternalId>,
    /// What comes before the variants, until it was taken.
    head: Option<Vec<Record>>,
    /// The last variant taken.
    after: Option<ExternalId>,
    ended: bool,
}

impl<'a> Records<'a> {
    async fn of(store: &'a Store, selection: &'a Selection) -> Result<Self, ExportError> {
        let segments = store.segment_records().await?.into_iter();
        let pages = store.page_records().await?.into_iter();
        let (page, head) = match selection {
            Selection::Everything => {
                let site = store.site().await?.map(Record::Site).into_iter();
                let segments = segments.map(|(_, segment)| Record::Segment(segment));
                let pages = pages.map(|(_, page)| Record::Page(page));
                (None, site.chain(segments).chain(pages).collect())
            }
            Selection::Page(id) => {
                let found = pages.map(|(_, page)| page).find(|page| page.id == *id);
                let found = found.ok_or_else(|| ExportError::NoPage(id.to_string()))?;
                let used: BTreeSet<SegmentKey> =
                    store.segments_of_page(id).await?.into_iter().collect();
                let segments = segments
                    .map(|(_, segment)| segment)
                    .filter(|segment| used.contains(&segment.key))
                    .map(Record::Segment);
                let head = segments.chain([Record::Page(found)]).collect();
                (Some(id), head)
            }
        };
        Ok(Self {
            store,
            page,
            head: Some(head),
            after: None,
            ended: false,
        })
    }

    async fn next(&mut self) -> Result<Option<Vec<Record>>, StoreError> {
        if let Some(head) = self.head.take() {
            return Ok(Some(head));
        }
        if self.ended {
            return Ok(None);
        }
        let variants = self
            .store
            .variants_in_order(VariantSelection {
                page: self.page,
                after: self.after.as_ref(),
                limit: BATCH,
            })
            .await?;
        let Some(last) = variants.last() else {
            self.ended = true;
            return Ok(None);
        };
        self.after = Some(last.id.clone());
        Ok(Some(variants.into_iter().map(Record::Variant).collect()))
    }
}
