//! A segment's history: every change, and the way back to whom it meant before.

use domain::Role;
use domain::condition::outline::words;
use domain::content::field_label;
use domain::difference::Change;
use domain::record::SegmentRecord;
use engine::desk::history::PastState;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::actions::known;
use super::edit::UP;
use crate::admin::past::Past;
use crate::admin::screen::screen;
use crate::ui::{LinkButton, PageHeader};

/// The screen that shows what became of a segment.
pub(in crate::admin) fn history() -> impl IntoView {
    let key = use_params_map().read_untracked().get("key");
    screen("History of a segment", Role::Viewer, async move |session| {
        let key = known(&key.unwrap_or_default())?;
        let desk = session.desk();
        let segment = desk.segment(&key).await?.record;
        let past = Past::<SegmentRecord> {
            screen: format!("/admin/segments/{key}"),
            may_go_back: session.may(Role::Publisher),
            label,
            changes: in_words,
        };
        let list = past.shown(&desk.history(&segment).await?);
        Ok(view! {
            <PageHeader
                title=format!("History of {}", segment.name)
                lead="What you go back to opens in the editor; it counts once you save it there."
                up=UP
            >
                <LinkButton href=past.screen>"Open the segment"</LinkButton>
            </PageHeader>
            {list}
        }
        .into_any())
    })
}

fn label(field: &str) -> String {
    match field {
        "condition" => "Who belongs to it".to_owned(),
        other => field_label(other),
    }
}

/// What a state changed, conditions as people say them where the log tells all of both.
fn in_words(states: &[PastState<SegmentRecord>], place: usize) -> Vec<Change> {
    let state = &states[place];
    let told = |place: usize| {
        let record = states.get(place)?.record.as_ref()?;
        Some(words(&record.condition))
    };
    let (before, after) = (told(place + 1), told(place));
    let mut changes = state.changes.clone();
    if after.is_none() || (before.is_none() && !state.begins) {
        return changes;
    }
    changes.retain(|change| change.field.split('.').next() != Some("condition"));
    if before != after {
        changes.push(Change {
            field: "condition".to_owned(),
            before,
            after,
        });
    }
    changes
}
