//! What the editor begins from.

use domain::content::field_label;
use domain::difference::changes;
use domain::record::VariantRecord;
use domain::{ExternalId, Locale, SegmentKey, UserId};
use engine::catalog::Page;
use engine::desk::Desk;
use engine::desk::drafts::new_tab;
use engine::desk::variants::VariantDetail;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::shape::{Difference, Opened, Written};
use crate::admin::AdminError;
use crate::admin::pages::language_name;

/// What somebody typed and has not saved.
pub(super) struct Kept {
    pub(super) written: Written,
    /// Where it is not what is saved.
    pub(super) differences: Vec<Difference>,
    /// The window in which they typed it.
    pub(super) tab: String,
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

/// What visitors would see differently, field by field, with what somebody has in the place of what
/// is saved; `page` is what both inherit from, and `segments` are keys and names.
pub(super) fn differences(
    page: &Value,
    segments: &[(String, String)],
    saved: &Written,
    mine: &Written,
) -> Vec<Difference> {
    let shown = |written| shown(page, segments, written);
    compared(&shown(saved), &shown(mine), field_label)
}

/// Where two versions differ, field by field; `label` says what people call a field.
pub fn compared(saved: &Value, mine: &Value, label: impl Fn(&str) -> String) -> Vec<Difference> {
    let changes = changes(Some(saved), Some(mine)).into_iter();
    changes
        .map(|change| Difference {
            field: label(&change.field),
            saved: change.before,
            mine: change.after,
        })
        .collect()
}

/// What is kept for a person of a variant and does not say what is saved: the latest of it.
pub(super) async fn kept(
    desk: &Desk,
    person: UserId,
    opened: &Opened,
) -> Result<Option<Kept>, AdminError> {
    let drafts = desk.drafts(person, &opened.key).await?;
    Ok(drafts.into_iter().find_map(|draft| {
        let written: Written = serde_json::from_str(&draft.body).ok()?;
        let differences = differences(
            &opened.page_content,
            &opened.segments,
            &opened.saved,
            &written,
        );
        (!differences.is_empty()).then_some(Kept {
            written,
            differences,
            tab: draft.tab,
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
        tab: new_tab(),
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
    let name = named.map_or_else(String::new, |(_, name)| {
        suggested(desk, page, locale, name, None)
    });
    Opened {
        id: None,
        base: 0,
        key: format!("new:{}-{locale}", page.id),
        tab: new_tab(),
        page: page.external_id.to_string(),
        locale: locale.to_string(),
        page_content: json!(page.contents.get(&spoken)),
        saved: Written {
            name,
            segment: named.map_or_else(String::new, |(key, _)| key.clone()),
            content: json!({}),
        },
        typed: None,
        segments,
    }
}

/// What a language model's draft is called; nothing for a page that is gone.
pub(super) fn draft_name(
    desk: &Desk,
    page: &ExternalId,
    segment: Option<&SegmentKey>,
    locale: Locale,
) -> String {
    let catalog = desk.engine().catalog();
    let page = catalog.pages().find(|found| found.external_id == *page);
    let audience = segment.map_or_else(
        || "anybody".to_owned(),
        |key| segment_name(desk, key.as_str()),
    );
    page.map_or_else(String::new, |page| {
        suggested(desk, page, locale, &audience, Some("AI draft"))
    })
}

/// What a new variant of a page for an audience could be called; `note` says more about it.
pub(super) fn suggested(
    desk: &Desk,
    page: &Page,
    locale: Locale,
    audience: &str,
    note: Option<&str>,
) -> String {
    let main = desk.engine().catalog().site.default_locale;
    let spoken = page.contents.get(&page.content_locale(locale, main));
    let title = spoken.map_or("", |content| content.title.as_str());
    let foreign = (locale != main).then(|| language_name(locale));
    let notes: Vec<&str> = foreign.as_deref().into_iter().chain(note).collect();
    suggested_name(title, audience, &notes)
}

/// Without the page's title where that would be too long.
fn suggested_name(title: &str, audience: &str, notes: &[&str]) -> String {
    let notes = match notes {
        [] => String::new(),
        notes => format!(" ({})", notes.join(", ")),
    };
    let name = format!("{title} for {audience}{notes}");
    if title.is_empty() || name.chars().count() > VariantRecord::MAX_NAME {
        return format!("{audience}{notes}");
    }
    name
}

/// Every segment that a variant can be for: key and name.
pub(super) fn segments(desk: &Desk) -> Vec<(String, String)> {
    let catalog = desk.engine().catalog();
    let segments = catalog.segments.iter();
    segments
        .map(|segment| (segment.key.to_string(), segment.name.clone()))
        .collect()
}

/// What people call the segment with this key.
pub(super) fn segment_name(desk: &Desk, key: &str) -> String {
    named(&segments(desk), key)
}

fn named(segments: &[(String, String)], wanted: &str) -> String {
    let found = segments.iter().find(|(key, _)| key == wanted);
    found.map_or(wanted, |(_, name)| name).to_owned()
}

/// All that a variant says, with what it inherits.
fn shown(page: &Value, segments: &[(String, String)], written: &Written) -> Value {
    let segment = match written.segment.as_str() {
        "" => "Anybody".to_owned(),
        key => named(segments, key),
    };
    let own = |name: &str| written.content.get(name).or_else(|| page.get(name));
    let mut blocks = list(page);
    for block in list(&written.content) {
        match blocks.iter_mut().find(|known| known["id"] == block["id"]) {
            Some(inherited) => *inherited = block,
            None => blocks.push(block),
        }
    }
    json!({
        "name": written.name,
        "who_sees_it": segment,
        "title": own("title"),
        "description": own("description"),
        "blocks": blocks,
    })
}

fn list(content: &Value) -> Vec<Value> {
    let blocks = content.get("blocks").and_then(Value::as_array);
    blocks.cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_visitors_would_see_differently_is_told() {
        let page = json!({"title": "T", "description": "D", "blocks": [
            {"type": "hero", "id": "hero", "headline": "Page", "eyebrow": "E"},
        ]});
        let written = |segment: &str, content: Value| Written {
            name: "N".to_owned(),
            segment: segment.to_owned(),
            content,
        };
        let check = |saved: &Written, mine: &Written, expected: &[(&str, &str, &str)]| {
            let segments = [("smb".to_owned(), "Small fleets".to_owned())];
            let found = differences(&page, &segments, saved, mine);
            let found: Vec<_> = found
                .iter()
                .map(|d| {
                    let (saved, mine) = (d.saved.as_deref(), d.mine.as_deref());
                    (d.field.as_str(), saved.unwrap_or("-"), mine.unwrap_or("-"))
                })
                .collect();
            assert_eq!(found, expected);
        };
        let hero = |headline: &str| {
            json!({"blocks": [
                {"type": "hero", "id": "hero", "headline": headline, "eyebrow": "E"}
            ]})
        };
        check(&written("", json!({})), &written("", hero("Page")), &[]);
        check(
            &written("", json!({"title": "Mine"})),
            &written("smb", hero("Other")),
            &[
                ("hero · Headline", "Page", "Other"),
                ("Title", "Mine", "T"),
                ("Who sees it", "Anybody", "Small fleets"),
            ],
        );
    }
}
