//! What somebody could not save of a segment.

use domain::condition::outline::words;
use domain::record::SegmentRecord;
use engine::desk::segments::SegmentDraft;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::admin::AdminError;
use crate::admin::editor::Difference;
use crate::admin::session::AdminSession;
use crate::admin::stale::{self, Thing, Unsaved};

/// What somebody wrote of a segment.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Mine {
    pub(super) name: String,
    pub(super) description: String,
    /// JSON text.
    pub(super) condition: String,
}

impl From<SegmentDraft> for Mine {
    fn from(draft: SegmentDraft) -> Self {
        Self {
            name: draft.name,
            description: draft.description,
            condition: draft.condition,
        }
    }
}

/// What the person could not save of a segment, and that beside what is saved.
pub(super) async fn both(
    session: &AdminSession,
    saved: &SegmentRecord,
) -> Result<Option<(SegmentRecord, AnyView)>, AdminError> {
    let thing = Thing::Segment(saved.key.clone());
    let Some(unsaved) = stale::waiting::<Mine>(session, &thing).await? else {
        return Ok(None);
    };
    let Unsaved { author, mine } = unsaved;
    let mine = written(saved, mine);
    let both = stale::both(&thing, &author, differences(saved, &mine));
    Ok(both.map(|both| (mine, both)))
}

/// A segment as somebody wrote it.
fn written(saved: &SegmentRecord, mine: Mine) -> SegmentRecord {
    SegmentRecord {
        name: mine.name,
        description: mine.description,
        // It was good when it was kept.
        condition: serde_json::from_str(&mine.condition).unwrap_or_default(),
        ..saved.clone()
    }
}

/// Where two versions of a segment differ, in words.
fn differences(saved: &SegmentRecord, mine: &SegmentRecord) -> Vec<Difference> {
    let fields = [
        ("Name", saved.name.clone(), mine.name.clone()),
        (
            "Description",
            saved.description.clone(),
            mine.description.clone(),
        ),
        (
            "Who belongs to it",
            words(&saved.condition),
            words(&mine.condition),
        ),
    ];
    fields
        .into_iter()
        .filter(|(_, saved, mine)| saved != mine)
        .map(|(field, saved, mine)| Difference {
            field: field.to_owned(),
            saved: Some(saved),
            mine: Some(mine),
        })
        .collect()
}
