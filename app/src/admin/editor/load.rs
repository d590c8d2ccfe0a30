//! What the editor begins from.

use domain::content::field_label;
use domain::difference::changes;
use domain::record::VariantRecord;
use domain::{Locale, UserId};
use engine::catalog::Page;
use engine::desk::Desk;
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

/// What is kept for a person of a variant, unless it says what is saved.
pub(super) async fn kept(
    desk: &Desk,
    person: UserId,
    opened: &Opened,
) -> Result<Option<Kept>, AdminError> {
    let Some(draft) = desk.draft(person, &opened.key).await? else {
        return Ok(None);
    };
    let Ok(written) = serde_json::from_str::<Written>(&draft.body) else {
        return Ok(None);
    };
    let differences = differences(
        &opened.page_content,
        &opened.segments,
        &opened.saved,
        &written,
    );
    Ok((!differences.is_empty()).then_some(Kept {
        written,
        differences,
        base: draft.base,
        at: draft.updated_at,
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
    let title = page
        .contents
        .get(&spoken)
        .map_or("", |it| it.title.as_str());
    let name = named.map_or_else(String::new, |(_, segment)| {
        let foreign = (locale != catalog.site.default_locale).then(|| language_name(locale));
        suggested_name(title, segment, foreign.as_deref())
    });
    Opened {
        id: None,
        base: 0,
        key: format!("new:{}-{locale}", page.id),
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

/// What a new variant could be called; without the page's title where that would be too long. `foreign` is the
/// language's name when it is not the site's first.
fn suggested_name(title: &str, segment: &str, foreign: Option<&str>) -> String {
    let language = foreign.map_or_else(String::new, |language| format!(" ({language})"));
    let name = format!("{title} for {segment}{language}");
    if title.is_empty() || name.chars().count() > VariantRecord::MAX_NAME {
        return format!("{segment}{language}");
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
