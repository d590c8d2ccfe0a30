//! What the editor begins from.

use domain::content::field_label;
use domain::difference::changes;
use domain::{Locale, UserId};
use engine::catalog::Page;
use engine::desk::Desk;
use engine::desk::variants::VariantDetail;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::shape::{Difference, Opened, Written};
use crate::admin::AdminError;

/// What somebody typed and has not saved.
pub(super) struct Kept {
    pub(super) written: Written,
    /// The revision that they began from.
    pub(super) base: i32,
    pub(super) at: OffsetDateTime,
}

/// What is saved of a variant.
pub(super) fn written(detail: &VariantDetail) -> Written {
    let segment = detail.record.segment.as_ref();
    Written {
        name: detail.record.name.clone(),
        segment: segment.map_or_else(String::new, ToString::to_string),
        content: json!(detail.record.content),
    }
}

/// What differs between what is saved and what somebody has, field by field.
pub(super) fn differences(saved: &Written, mine: &Written) -> Vec<Difference> {
    let (saved, mine) = (flat(saved), flat(mine));
    let changes = changes(Some(&saved), Some(&mine)).into_iter();
    changes
        .map(|change| Difference {
            field: field_label(&change.field),
            saved: change.before,
            mine: change.after,
        })
        .collect()
}

/// What is kept for a person under a key, unless it is what is saved.
pub(super) async fn kept(
    desk: &Desk,
    person: UserId,
    key: &str,
    saved: &Written,
) -> Result<Option<Kept>, AdminError> {
    let draft = desk.draft(person, key).await?;
    Ok(draft.and_then(|draft| {
        let written: Written = serde_json::from_str(&draft.body).ok()?;
        (written != *saved).then_some(Kept {
            written,
            base: draft.base,
            at: draft.updated_at,
        })
    }))
}

/// A variant that is there, to be edited.
pub(super) fn existing(desk: &Desk, detail: &VariantDetail) -> Opened {
    let record = &detail.record;
    Opened {
        id: Some(detail.id.0),
        base: detail.revision,
        key: detail.id.to_string(),
        page: record.page.to_string(),
        locale: record.locale.to_string(),
        page_content: json!(detail.page_content),
        segments: segments(desk),
        saved: written(detail),
        typed: None,
    }
}

/// A new variant of a page.
pub(super) fn new(desk: &Desk, page: &Page, locale: Locale, segment: &str) -> Opened {
    let catalog = desk.engine().catalog();
    let spoken = page.content_locale(locale, catalog.site.default_locale);
    let segments = segments(desk);
    let named = segments.iter().find(|(key, _)| key == segment);
    let name = named.map_or("", |(_, name)| name.as_str());
    Opened {
        id: None,
        base: 0,
        key: format!("new:{}-{locale}", page.id),
        page: page.external_id.to_string(),
        locale: locale.to_string(),
        page_content: json!(page.contents.get(&spoken)),
        saved: Written {
            name: name.to_owned(),
            segment: named.map_or_else(String::new, |(key, _)| key.clone()),
            content: json!({}),
        },
        typed: None,
        segments,
    }
}

/// Every segment that a variant can be for: key and name.
pub(super) fn segments(desk: &Desk) -> Vec<(String, String)> {
    let catalog = desk.engine().catalog();
    let segments = catalog.segments.iter();
    segments
        .map(|segment| (segment.key.to_string(), segment.name.clone()))
        .collect()
}

/// What was written, as differences name its fields.
fn flat(written: &Written) -> Value {
    let segment = match written.segment.as_str() {
        "" => "any",
        key => key,
    };
    let mut json = json!({"name": written.name, "segment": segment});
    if let (Some(fields), Some(content)) = (json.as_object_mut(), written.content.as_object()) {
        fields.extend(content.clone());
    }
    json
}
