use domain::Role;
use engine::desk::transfer::KEPT;
use engine::store::{Job, JobState};
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
        let may_download = session.may(Role::Editor);
        Ok(view! {
            <PageHeader
                title=job.file.clone()
                up=("Import and export", "/admin/transfer")
            />
            <div class="max-w-2xl">
                <Panel>
                    <div class="p-4">{body(&job, may_stop)} {skipped(&job, may_download)}</div>
                </Panel>
            </div>
        }
        .into_any())
    })
}

fn body(job: &Job, may_stop: bool) -> impl IntoView + use<> {
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
                "Saved before it was stopped: " {counted(saved(&job.state), "record", "records")} ". They stay; "
                <a class="text-accent underline underline-offset-4" href="/admin/transfer">
                    "the same file"
                </a> " does the rest."
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

/// Which rows are left out.
fn skipped(job: &Job, may_download: bool) -> impl IntoView + use<> {
    if job.skipped == 0 {
        return None;
    }
    let count = counted(job.skipped, "bad row is left out", "bad rows are left out");
    let until = match &job.state {
        JobState::Running { .. } => None,
        JobState::Succeeded { at, .. }
        | JobState::Failed { at, .. }
        | JobState::Cancelled { at, .. } => Some(instant::text(*at + KEPT)),
    };
    let until = until.map(|at| view! { " They are kept until " <Moment at /> "." });
    let href = format!("/admin/transfer/rejects?job={}", job.id);
    let download = (job.rejects_kept && may_download).then(|| {
        view! {
            <p class="mt-3">
                <LinkButton href>"Download the bad rows"</LinkButton>
            </p>
            <p class="mt-2 text-sm/6 text-muted">
                "Correct them in the file and upload it again: what is imported already stays as it is." {until}
            </p>
        }
    });
    Some(view! {
        <div class="mt-4 border-t border-line pt-4">
            <p class="text-sm/6 font-medium text-bad">{count} "."</p>
            {download}
        </div>
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
