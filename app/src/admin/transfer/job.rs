use domain::Role;
use engine::store::{Job, JobState, Owner};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::history::{saved, state};
use super::progress::ImportProgress;
use crate::admin::screen::screen;
use crate::admin::{AdminError, instant};
use crate::ui::{Confirm, LinkButton, Moment, PageHeader, Panel, Weight, counted, grouped};

/// The screen of one import.
pub(in crate::admin) fn job() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id");
    screen("Import", Role::Viewer, async move |session| {
        let absent = || AdminError::NotFound("The import".to_owned());
        let id = id.and_then(|id| id.parse().ok()).ok_or_else(absent)?;
        let job = session.desk().import_job(id).await?;
        let may_stop = session.may(Role::Publisher);
        let owner = Owner::Person(session.person().id);
        let kept = session.desk().skipped_upload(owner, id).await?;
        Ok(view! {
            <PageHeader
                title=job.file.clone()
                lead="An import."
                up=("Import and export", "/admin/transfer")
            />
            <div class="max-w-2xl">
                <Panel>
                    <div class="p-4">{body(&job, may_stop, kept.is_some())}</div>
                </Panel>
            </div>
        }
        .into_any())
    })
}

fn body(job: &Job, may_stop: bool, kept: bool) -> impl IntoView + use<> {
    let at = instant::text(job.created_at);
    let rest = match &job.state {
        JobState::Running {
            done,
            total,
            cancelling,
        } => running(job.id, *done, *total, *cancelling, may_stop).into_any(),
        JobState::Succeeded { summary, at } => {
            let at = instant::text(*at);
            view! {
                <p class="mt-4 text-sm/6">
                    {counted(summary.saved, "record", "records")} " saved, " {grouped(summary.unchanged)} " were there already, "
                    {counted(summary.embedded, "text", "texts")} " embedded. Finished on " <Moment at /> "."
                </p>
                {skipped(job.id, summary.skipped, kept)}
            }
            .into_any()
        }
        JobState::Failed { error, .. } => view! {
            <p class="mt-4 rounded-lg bg-bad-wash px-4 py-3 text-sm/6 text-bad wrap-anywhere">
                {sentence(error)}
            </p>
            <p class="mt-4 text-sm/6 text-muted">"Saved before: " {counted(saved(&job.state), "record", "records")} ". They stay."</p>
            <p class="mt-4">
                <LinkButton weight=Weight::Primary href="/admin/transfer">
                    "Run it again"
                </LinkButton>
            </p>
        }
        .into_any(),
        JobState::Cancelled { .. } => view! {
            <p class="mt-4 text-sm/6">
                "Saved before it was stopped: " {counted(saved(&job.state), "record", "records")} ". They stay; the same file does the rest."
            </p>
        }
        .into_any(),
    };
    view! {
        <p class="flex flex-wrap items-center gap-2.5 text-sm text-muted">
            {state(&job.state)} <span class="wrap-anywhere">{job.by.clone()}</span> <Moment at />
        </p>
        {rest}
    }
}

/// Which rows were left out.
fn skipped(job: i64, count: usize, kept: bool) -> impl IntoView {
    if count == 0 {
        return None;
    }
    let words = counted(count, "bad row was left out.", "bad rows were left out.");
    let download = kept.then(|| {
        view! {
            <p class="mt-4">
                <LinkButton weight=Weight::Primary href=format!("/admin/transfer/rejects?job={job}")>
                    "Download the bad rows"
                </LinkButton>
            </p>
            <p class="mt-2 text-sm/6 text-muted">"They are kept for an hour."</p>
        }
    });
    Some(view! {
        <p class="mt-4 rounded-lg bg-bad-wash px-4 py-3 text-sm/6 text-bad">{words}</p>
        {download}
    })
}

fn running(
    id: i64,
    done: u64,
    total: Option<u64>,
    cancelling: bool,
    may_stop: bool,
) -> impl IntoView {
    let stop = (may_stop && !cancelling).then(|| {
        view! {
            <Confirm
                id="cancel-import"
                label="Stop the import"
                title="Stop this import?"
                text="It stops after the records it is at. What is saved stays, and the same file does the rest later."
                action="/admin/api/transfer/cancel"
            >
                <input type="hidden" name="job" value=id />
            </Confirm>
        }
    });
    let stopping = cancelling.then(|| {
        view! { <p class="text-sm text-muted">"It stops after the records it is at."</p> }
    });
    view! {
        <div class="mt-4">
            <ImportProgress job=id done=done total=total.unwrap_or(0) />
        </div>
        <div class="mt-5 flex flex-wrap items-center gap-2">
            <LinkButton href=format!("/admin/transfer/imports/{id}")>"Refresh"</LinkButton>
            {stop}
            {stopping}
        </div>
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}
