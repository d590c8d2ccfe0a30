use engine::spaces::SpaceView;
use engine::store::{EmbedJobState, SpaceState};
use leptos::prelude::*;

use super::list::embed_button;
use crate::ui::{Button, Confirm, LinkButton, Weight};

/// What an admin can do with a space.
pub(super) fn actions(view: &SpaceView, before: Option<i32>) -> impl IntoView + use<> {
    let version = view.row.space.version;
    let state = view.job.as_ref().map(|job| &job.state);
    let open = view.is_worked_on();
    let button = |action: &'static str, words: &'static str| {
        view! {
            <form method="post" action=format!("/admin/api/spaces/{action}")>
                <input type="hidden" name="space" value=version />
                <Button>{words}</Button>
            </form>
        }
    };
    let pause = matches!(
        state,
        Some(EmbedJobState::Queued | EmbedJobState::Running { .. })
    )
    .then(|| button("pause", "Pause"));
    let resume = matches!(state, Some(EmbedJobState::Paused)).then(|| button("resume", "Resume"));
    let cancel = open.then(|| {
        view! {
            <Confirm
                id=format!("cancel-{version}")
                label="Stop"
                title="Stop embedding?"
                text="What is embedded stays. Starting again does the rest."
                action="/admin/api/spaces/cancel"
            >
                <input type="hidden" name="space" value=version />
            </Confirm>
        }
    });
    let unfinished = view.is_unfinished();
    let wanting =
        matches!(view.row.state, SpaceState::Ready { .. }) && view.coverage.missing.total() > 0;
    let words = if unfinished {
        "Start again"
    } else {
        "Embed the rest"
    };
    let start = ((unfinished || wanting && !open) && view.reachable)
        .then(|| embed_button(&view.row.space.spec, words.to_owned()));
    let decides = matches!(view.row.state, SpaceState::Active { .. });
    let retry = (decides && view.reachable && view.coverage.missing.all_refused() > 0)
        .then(|| button("retry", "Try the refused texts again"));
    let ready = matches!(view.row.state, SpaceState::Ready { .. });
    let compare = ready.then(|| {
        view! {
            <LinkButton weight=Weight::Primary href=format!("/admin/spaces/drift?space={version}")>
                "Compare and switch"
            </LinkButton>
        }
    });
    let rollback = (before == Some(version)).then(|| {
        view! {
            <Confirm
                id=format!("rollback-{version}")
                label="Go back to this space"
                title="Decide with this space again?"
                text="Both floors become what they were. Visitors get the decisions of this space with their next \
                request."
                action="/admin/api/spaces/rollback"
                weight=Weight::Quiet
            >
                <input type="hidden" name="space" value=version />
            </Confirm>
        }
    });
    let drop = (ready || unfinished).then(|| {
        view! {
            <Confirm
                id=format!("drop-{version}")
                label="Delete"
                title=format!("Delete space {version}?")
                text="Its vectors are deleted. Going back to it then means embedding everything again."
                action="/admin/api/spaces/drop"
            >
                <input type="hidden" name="space" value=version />
            </Confirm>
        }
    });
    view! {
        <div class="flex flex-wrap gap-2 border-t border-line px-4 py-3 empty:hidden">
            {compare} {start} {retry} {pause} {resume} {rollback} {cancel} {drop}
        </div>
    }
}
