//! What stands in the database already.

use std::collections::HashMap;
use std::sync::Arc;

use domain::record::{PageRecord, Record, SegmentRecord, VariantRecord};
use domain::{ExternalId, PageId, SegmentId, SegmentKey, SiteSettings};

use super::ImportError;
use crate::store::Store;

/// The database's records with which those of a file are compared. Variants, of which there are
/// many, are asked for when they are met.
pub(super) struct Present {
    pub(super) site: Option<SiteSettings>,
    pub(super) segments: HashMap<SegmentKey, (SegmentId, SegmentRecord)>,
    pub(super) pages: HashMap<ExternalId, (PageId, Arc<PageRecord>)>,
}

/// A record of a file beside the one that it would replace.
pub(super) struct Compared {
    pub(super) record: Record,
    /// `None` when the record is new.
    pub(super) former: Option<Record>,
}

impl Present {
    pub(super) async fn load(store: &Store) -> Result<Self, ImportError> {
        let segments = store.segment_records().await?.into_iter();
        let pages = store.page_records().await?.into_iter();
        Ok(Self {
            site: store.site().await?,
            segments: segments.map(|(id, s)| (s.key.clone(), (id, s))).collect(),
            pages: pages
                .map(|(id, p)| (p.id.clone(), (id, Arc::new(p))))
                .collect(),
        })
    }

    /// Puts each record beside the one that it would replace.
    pub(super) async fn compare(
        &self,
        store: &Store,
        records: Vec<Record>,
    ) -> Result<Vec<Compared>, ImportError> {
        let named: Vec<ExternalId> = records
            .iter()
            .filter_map(|record| match record {
                Record::Variant(variant) => Some(variant.id.clone()),
                _ => None,
            })
            .collect();
        let mut variants: HashMap<ExternalId, VariantRecord> = HashMap::new();
        if !named.is_empty() {
            let found = store.variant_records(Some(&named)).await?.into_iter();
            variants.extend(found.map(|variant| (variant.id.clone(), variant)));
        }
        let former = |record: &Record| match record {
            Record::Site(_) => self.site.clone().map(Record::Site),
            Record::Segment(new) => {
                let (_, found) = self.segments.get(&new.key)?;
                Some(Record::Segment(found.clone()))
            }
            Record::Page(new) => {
                let (_, found) = self.pages.get(&new.id)?;
                Some(Record::Page(PageRecord::clone(found)))
            }
            Record::Variant(new) => variants.get(&new.id).cloned().map(Record::Variant),
        };
        Ok(records
            .into_iter()
            .map(|record| Compared {
                former: former(&record),
                record,
            })
            .collect())
    }
}

impl Compared {
    /// Whether an import has anything to do.
    pub(super) fn is_unchanged(&self) -> bool {
        self.former.as_ref() == Some(&self.record)
    }
}
