use domain::Role;
use engine::spaces::{Overview, SpaceView};
use engine::store::{DeadLetter, EmbedJobState, IndexState, SpaceState};
use leptos::prelude::*;

use super::progress::Progress;
use super::words;
use crate::admin::screen::screen;
use crate::admin::{AdminError, address, instant};
use crate::ui::{
    Badge, Button, Confirm, EmptyState, LinkButton, Moment, PageHeader, Panel, Tone, Weight, Whole,
};

/// Dead letters that are listed.
const LISTED: usize = 20;

/// The screen of all spaces.
pub(in crate::admin) fn list() -> impl IntoView {
    screen("Embeddings", Role::Viewer, async |session| {
        let spaces = session.desk().spaces();
        let overview = spaces.overview().await?;
        let before = spaces.before().await?;
        let may = session.may(Role::Admin);
        let mut panels = Vec::with_capacity(overview.spaces.len());
        for view in &overview.spaces {
            let letters = spaces.dead_letters(view.row.space.version).await?;
            panels.push(panel(view, &letters, &overview, before, may));
        }
        Ok::<_, AdminError>(shown(&overview, panels, may))
    })
}

fn shown(overview: &Overview, panels: Vec<AnyView>, may: bool) -> AnyView {
    let others = overview
        .models
        .iter()
        .filter(|_| may && !overview.spaces.is_empty())
        .map(|spec| embed_button(&spec.to_string()))
        .collect_view();
    let empty = panels.is_empty().then(|| {
        view! {
            <EmptyState
                title="No vectors yet"
                text="The first import makes the first space. Come back when there is content."
            />
        }
    });
    let hint = (overview.models.is_empty() && overview.spaces.len() == 1).then(|| {
        view! {
            <p class="mt-6 max-w-2xl text-sm/6 text-muted">
                "To move to another model, name it in landfall.toml as " <code>"[next_embedding]"</code>
                " and restart. Its space can then be filled, compared and switched to here."
            </p>
        }
    });
    view! {
        <PageHeader
            title="Embeddings"
            lead="A space holds one vector for every text, all by the same model. One space decides which variant is nearest."
        >
            {others}
        </PageHeader>
        <Whole />
        {empty}
        <div class="grid gap-6">{panels}</div>
        {hint}
    }
    .into_any()
}

fn embed_button(model: &str) -> impl IntoView + use<> {
    let query: String = form_urlencoded::byte_serialize(model.as_bytes()).collect();
    view! {
        <LinkButton weight=Weight::Primary href=format!("/admin/spaces/plan?model={query}")>
            {format!("Embed with {}", model.split(" (").next().unwrap_or_default())}
        </LinkButton>
    }
}

fn panel(
    view: &SpaceView,
    letters: &[DeadLetter],
    overview: &Overview,
    before: Option<i32>,
    may: bool,
) -> AnyView {
    let space = &view.row.space;
    let version = space.version;
    let with_vector = overview.texts - view.missing.total();
    let progress = job(view);
    let actions = may.then(|| actions(view, before));
    let (tone, state) = match view.row.state {
        SpaceState::Active { .. } => (Tone::Good, "Decides"),
        SpaceState::Ready { .. } => (Tone::Plain, "Complete"),
        SpaceState::Building => (Tone::Busy, "Being filled"),
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
    let unreachable = (!view.reachable && view.row.state.is_complete()).then(|| {
        view! {
            <p class="border-t border-line px-4 py-3 text-sm text-bad">
                "This model is not configured here, so new texts get no vector in this space. Name it in landfall.toml."
            </p>
        }
    });
    let unbuilt = view.row.index_error.clone().map(|error| {
        let words = format!("The index could not be built and is tried again: {error}");
        view! { <p class="border-t border-line px-4 py-3 text-sm text-bad wrap-anywhere">{words}</p> }
    });
    let facts = [
        ("Provider", space.spec.provider.clone()),
        ("Dimensions", space.spec.dimensions.to_string()),
        (
            "Texts with a vector",
            format!("{with_vector} of {}", overview.texts),
        ),
        ("Index", index),
    ];
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
            {progress} {unreachable} {unbuilt} {refused} {actions}
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

/// Texts that the provider refused.
fn refused(space: i32, letters: &[DeadLetter]) -> Option<impl IntoView + use<>> {
    if letters.is_empty() {
        return None;
    }
    let heading = format!("{} texts were refused by the provider", letters.len());
    let rows = letters
        .iter()
        .take(LISTED)
        .map(|letter| {
            view! {
                <li class="px-4 py-2">
                    <p class="text-sm font-medium wrap-anywhere">{subject(&letter.subject)}</p>
                    <p class="text-sm text-muted wrap-anywhere">{letter.error.clone()}</p>
                </li>
            }
        })
        .collect_view();
    let rest = letters.len().saturating_sub(LISTED);
    let rest = (rest > 0).then(|| {
        view! { <p class="text-sm text-muted tabular-nums">{format!("and {rest} more")}</p> }
    });
    let csv = format!("/admin/spaces/refused.csv?space={space}");
    Some(view! {
        <details class="border-t border-line">
            <summary class="disclosure flex min-h-9 cursor-pointer items-center gap-1 px-4 py-3 text-sm text-bad">{heading}</summary>
            <ul class="divide-y divide-line border-y border-line">{rows}</ul>
            <div class="flex flex-wrap items-center justify-between gap-2 px-4 py-3">
                {rest} <LinkButton href=csv>"All of them as CSV"</LinkButton>
            </div>
        </details>
    })
}

/// What a text belongs to, with a link to where it can be changed.
fn subject(subject: &str) -> AnyView {
    let href = match subject.split_once(' ') {
        Some(("variant", name)) => found("/admin/variants?", name),
        Some(("page", path)) => found("/admin/pages?", path),
        Some(("segment", key)) => format!("/admin/segments/{key}"),
        // A campaign term is nobody's to change.
        _ => return subject.to_owned().into_any(),
    };
    let words = subject.to_owned();
    view! {
        <a class="underline-offset-4 hover:underline" href=href>
            {words}
        </a>
    }
    .into_any()
}

/// The address of a list narrowed to what bears a name.
fn found(list: &str, name: &str) -> String {
    address::begun(list).append_pair("q", name).finish()
}

/// What an admin can do with a space.
fn actions(view: &SpaceView, before: Option<i32>) -> impl IntoView + use<> {
    let version = view.row.space.version;
    let state = view.job.as_ref().map(|job| &job.state);
    let open = view
        .job
        .as_ref()
        .is_some_and(engine::store::EmbedJob::is_open);
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
    let start = (matches!(
        view.row.state,
        SpaceState::Building | SpaceState::Ready { .. }
    ) && !open
        && view.reachable
        && view.missing.total() > 0)
        .then(|| embed_button(&view.row.space.spec.to_string()));
    let decides = matches!(view.row.state, SpaceState::Active { .. });
    let retry = (decides && view.reachable && view.missing.refused > 0)
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
                text="The similarity floor becomes what it was. Visitors get the decisions of this space with their next \
                request."
                action="/admin/api/spaces/rollback"
                weight=Weight::Quiet
            >
                <input type="hidden" name="space" value=version />
            </Confirm>
        }
    });
    let drop = (ready || matches!(view.row.state, SpaceState::Building) && !open).then(|| {
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
