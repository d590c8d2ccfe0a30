//! What somebody could not save of a page.

use domain::content::field_label;
use domain::record::PageRecord;
use engine::store::EditedPage;
use leptos::prelude::*;
use serde_json::json;

use super::languages::name;
use crate::admin::AdminError;
use crate::admin::editor::compared;
use crate::admin::session::AdminSession;
use crate::admin::stale::{self, Thing, Unsaved};

/// What the person could not save of a page, and that beside what is saved.
pub(super) async fn both(
    session: &AdminSession,
    page: &EditedPage,
) -> Result<Option<(PageRecord, AnyView)>, AdminError> {
    let thing = Thing::Page(page.id);
    let Some(unsaved) = stale::waiting::<PageRecord>(session, &thing).await? else {
        return Ok(None);
    };
    let Unsaved { author, mine } = unsaved;
    let differences = compared(&json!(page.record), &json!(mine), label);
    let both = stale::both(&thing, &author, differences);
    Ok(both.map(|both| (mine, both)))
}

/// What people call a field of a page: `contents.en.title` is `English · Title`.
pub(in crate::admin) fn label(field: &str) -> String {
    let content = field.strip_prefix("contents.").and_then(|rest| {
        let (locale, field) = rest.split_once('.')?;
        Some((locale.parse().ok()?, field))
    });
    match content {
        Some((locale, field)) => format!("{} · {}", name(locale), field_label(field)),
        None => field_label(field),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_a_language_is_called_after_it() {
        let check = |field: &str, expected: &str| assert_eq!(label(field), expected);
        check("intent", "Intent");
        check("contents.en.title", "English · Title");
        check(
            "contents.de.blocks.hero.headline",
            "German · hero · Headline",
        );
    }
}
