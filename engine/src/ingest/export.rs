//! Rows become records again.

use domain::record::Record;

use super::ImportError;
use crate::store::Store;

/// Every record of the site, in the order in which an import takes them: site, segments, pages,
/// variants. The same content always gives the same records in the same order.
///
/// # Errors
/// [`ImportError::Store`] when the database fails or a stored value is unreadable.
pub async fn records(store: &Store) -> Result<Vec<Record>, ImportError> {
    let site = store.site().await?.map(Record::Site);
    let segments = store
        .segment_records()
        .await?
        .into_iter()
        .map(|(_, s)| Record::Segment(s));
    let pages = store
        .page_records()
        .await?
        .into_iter()
        .map(|(_, p)| Record::Page(p));
    let variants = store
        .variant_records(None)
        .await?
        .into_iter()
        .map(Record::Variant);
    Ok(site
        .into_iter()
        .chain(segments)
        .chain(pages)
        .chain(variants)
        .collect())
}
