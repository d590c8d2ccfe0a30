use engine::spaces::SpaceView;
use engine::store::{DeadLetter, EmbedJobState, IndexState, SpaceState};
use leptos::prelude::*;

use super::actions::actions;
use super::progress::Progress;
use super::refused::refused;
use super::words;
use crate::admin::instant;
use crate::ui::{Badge, Moment, Panel, Tone};

/// One space.
pub(super) fn panel(
    view: &SpaceView,
    letters: &[DeadLetter],
    before: Option<i32>,
    may: bool,
) -> AnyView {
    let space = &view.row.space;
    let version = space.version;
    let (progress, last) = (job(view), last_job(view));
    let actions = may.then(|| actions(view, before));
    let (tone, state) = match view.row.state {
        SpaceState::Active { .. } => (Tone::Good, "Decides"),
        SpaceState::Ready { .. } => (Tone::Plain, "Complete"),
        SpaceState::Building if view.is_worked_on() => (Tone::Busy, "Being filled"),
        SpaceState::Building => (Tone::Bad, "Not finished"),
        SpaceState::Retired { .. } => (Tone::Bad, "Being deleted"),
    };
    let since = match view.row.state {
        SpaceState::Active { since } => Some(("Decides since", since)),
        SpaceState::Ready {
            keep_until: Some(until),
            ..
        } => Some(("Kept until", until)),
        _ => None,
    };
    let since = since.map(|(words, at)| fact(words, view! { <Moment at=instant::text(at) /> }));
    let index = match view.index {
        IndexState::Impossible => "None: too many dimensions".to_owned(),
        IndexState::Missing if view.row.state.is_complete() => {
            "Missing; it is built anew".to_owned()
        }
        IndexState::Missing => "Not built yet".to_owned(),
        IndexState::Invalid => "Interrupted; it is built anew".to_owned(),
        IndexState::Building { share } => format!("{:.0} % built", share * 100.0),
        IndexState::Valid => "Built".to_owned(),
    };
    let unreachable = match view.row.state {
        _ if view.reachable => None,
        SpaceState::Ready { .. } | SpaceState::Active { .. } => Some(
            "This model is not configured here, so new texts get no vector in this space. Name it in landfall.toml.",
        ),
        SpaceState::Building => Some(
            "This model is not configured here, so this space cannot be filled. Name it in landfall.toml, or delete \
             the space.",
        ),
        SpaceState::Retired { .. } => None,
    };
    let unreachable = unreachable.map(|words| {
        view! { <p class="border-t border-line px-4 py-3 text-sm text-bad">{words}</p> }
    });
    let unbuilt = view.row.index_error.clone().map(|error| {
        let words = format!("The index could not be built and is tried again: {error}");
        view! { <p class="border-t border-line px-4 py-3 text-sm text-bad wrap-anywhere">{words}</p> }
    });
    // How far a job is, its own line says, and goes on saying.
    let texts = (!view.is_worked_on()).then(|| {
        let far = format!("{} of {}", view.coverage.present(), view.coverage.texts);
        ("Texts with a vector", far)
    });
    let facts = [
        Some(("Provider", space.spec.provider.clone())),
        Some(("Dimensions", space.spec.dimensions.to_string())),
        texts,
        Some(("Index", index)),
    ];
    let facts = facts.into_iter().flatten();
    let facts = facts.map(|(name, value)| fact(name, value)).collect_view();
    let (model, refused) = (space.spec.model.clone(), refused(version, letters));
    view! {
        <Panel>
            <div class="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 pt-4">
                <h2 class="text-base font-semibold wrap-anywhere">{model}</h2>
                <Badge tone>{state}</Badge>
                <span class="text-sm text-muted">{format!("Space {version}")}</span>
            </div>
            <dl class="grid grid-cols-2 gap-x-6 gap-y-3 px-4 py-4 sm:grid-cols-3 lg:grid-cols-5">
                {facts} {since}
            </dl>
            {progress} {last} {unreachable} {unbuilt} {refused} {actions}
        </Panel>
    }
    .into_any()
}

fn fact(name: &'static str, value: impl IntoView) -> impl IntoView {
    view! {
        <div>
            <dt class="text-xs text-muted">{name}</dt>
            <dd class="mt-0.5 text-sm tabular-nums">{value}</dd>
        </div>
    }
}

/// How far the job is, while there is one.
fn job(view: &SpaceView) -> Option<impl IntoView + use<>> {
    let job = view.job.as_ref().filter(|job| job.is_open())?;
    let words = words::job(job, view.index);
    let (space, done, total) = (job.space, job.done, job.total);
    let shown = if job.is_moving() {
        let events = format!("/admin/spaces/events?space={space}");
        view! { <Progress events done total words /> }.into_any()
    } else {
        let far = format!("{words} at {done} of {total} texts");
        let error = job.error.clone().map(|error| {
            view! { <p class="mt-2 text-sm text-bad wrap-anywhere">{error}</p> }
        });
        view! {
            <p class="text-sm text-muted tabular-nums">{far}</p>
            {error}
        }
        .into_any()
    };
    Some(view! { <div class="border-t border-line px-4 py-4">{shown}</div> })
}

/// How the last job ended, where that left the space unfinished.
fn last_job(view: &SpaceView) -> Option<impl IntoView + use<>> {
    let job = view.job.as_ref().filter(|_| view.is_unfinished())?;
    let (EmbedJobState::Cancelled { at } | EmbedJobState::Failed { at }) = job.state else {
        return None;
    };
    let far = format!(
        "{} at {} of {} texts, ",
        words::job(job, view.index),
        job.done,
        job.total
    );
    let error = job.error.clone().map(|error| {
        view! { <p class="mt-2 text-sm text-bad wrap-anywhere">"Its last error: " {error}</p> }
    });
    Some(view! {
        <div class="border-t border-line px-4 py-4">
            <p class="text-sm text-muted tabular-nums">{far} <Moment at=instant::text(at) /></p>
            {error}
        </div>
    })
}
