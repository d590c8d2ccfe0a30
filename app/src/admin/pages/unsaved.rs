//! What somebody could not save of a page.

use domain::record::PageRecord;
use engine::store::EditedPage;
use leptos::prelude::*;
use serde_json::json;

use super::label::label;
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
