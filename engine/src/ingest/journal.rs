//! What an import notes in the audit log: one entry a record.

use std::collections::HashMap;

use domain::ExternalId;
use domain::difference::apart;
use domain::record::Record;
use serde_json::{Value, json};

use crate::store::{Note, Store, StoreError};

/// Entries for `records`, which are about to be saved and differ from what is there.
///
/// # Errors
/// [`StoreError`] when the database fails or a stored value is unreadable.
pub(super) async fn notes(store: &Store, records: &[Record]) -> Result<Vec<Note>, StoreError> {
    let present = present(store, records).await?;
    Ok(records
        .iter()
        .map(|record| {
            let (action, subject) = names(record);
            let new = json!(record);
            let (before, after) = match present.get(&(action, subject.clone())) {
                Some(old) => {
                    let (before, after) = apart(old, &new);
                    (Some(before), after)
                }
                None => (None, outline(new)),
            };
            Note {
                action,
                subject,
                before,
                after: Some(after),
            }
        })
        .collect())
}

/// What is there of the same names as `records`.
async fn present(
    store: &Store,
    records: &[Record],
) -> Result<HashMap<(&'static str, String), Value>, StoreError> {
    let mut found = Vec::new();
    if records.iter().any(|r| matches!(r, Record::Site(_))) {
        found.extend(store.site().await?.map(Record::Site));
    }
    if records.iter().any(|r| matches!(r, Record::Segment(_))) {
        let segments = store.segment_records().await?.into_iter();
        found.extend(segments.map(|(_, segment)| Record::Segment(segment)));
    }
    if records.iter().any(|r| matches!(r, Record::Page(_))) {
        let pages = store.page_records().await?.into_iter();
        found.extend(pages.map(|(_, page)| Record::Page(page)));
    }
    let variants: Vec<ExternalId> = records
        .iter()
        .filter_map(|record| match record {
            Record::Variant(variant) => Some(variant.id.clone()),
            _ => None,
        })
        .collect();
    if !variants.is_empty() {
        let variants = store.variant_records(Some(&variants)).await?.into_iter();
        found.extend(variants.map(Record::Variant));
    }
    Ok(found
        .into_iter()
        .map(|record| (names(&record), json!(record)))
        .collect())
}

/// What happens to a record, and its name.
fn names(record: &Record) -> (&'static str, String) {
    match record {
        Record::Site(_) => ("site.import", "site".to_owned()),
        Record::Segment(segment) => ("segment.import", segment.key.to_string()),
        Record::Page(page) => ("page.import", page.id.to_string()),
        Record::Variant(variant) => ("variant.import", variant.id.to_string()),
    }
}

/// A new record without its texts: those stand in the thing itself, and thousands would be kept
/// twice.
fn outline(mut record: Value) -> Value {
    if let Value::Object(fields) = &mut record {
        fields.remove("kind");
        fields.remove("content");
        fields.remove("contents");
    }
    record
}
