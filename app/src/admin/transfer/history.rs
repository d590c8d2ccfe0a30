use engine::store::{Job, JobState};
use leptos::prelude::*;

use crate::admin::instant;
use crate::ui::{Badge, EmptyState, Moment, Panel, Table, Tone, grouped};

/// The last imports.
pub(super) fn panel(imports: &[Job]) -> impl IntoView + use<> {
    if imports.is_empty() {
        return view! {
            <Panel title="Last imports">
                <EmptyState
                    title="No imports yet"
                    text="Imports from this screen and by API tokens are listed here, with what became of them."
                />
            </Panel>
        }
        .into_any();
    }
    let rows: Vec<_> = imports.iter().map(row).collect();
    view! {
        <div class="min-w-0">
            <h2 class="mb-3 text-lg font-semibold">"Last imports"</h2>
            <Table caption="Last imports" head=vec!["File", "State", "Saved", "By", "When"] stacked=true>
                {rows}
            </Table>
        </div>
    }
    .into_any()
}

fn row(job: &Job) -> impl IntoView + use<> {
    let href = format!("/admin/transfer/imports/{}", job.id);
    let skipped = (job.skipped > 0).then(|| {
        let words = format!(", {} left out", grouped(job.skipped));
        view! { <span class="text-bad">{words}</span> }
    });
    view! {
        <tr>
            <td class="font-medium">
                <a class="underline decoration-line underline-offset-4 wrap-anywhere hover:decoration-current" href=href>
                    {job.file.clone()}
                </a>
            </td>
            <td>{state(&job.state)}</td>
            <td class="tabular-nums stacked-row:after:content-['_saved']">{grouped(saved(&job.state))} {skipped}</td>
            <td class="text-muted wrap-anywhere">{job.by.clone()}</td>
            <td class="text-muted">
                <Moment at=instant::text(job.created_at) />
            </td>
        </tr>
    }
}

/// How far a job has come, in a word.
pub(super) fn state(state: &JobState) -> impl IntoView + use<> {
    let (tone, words) = match state {
        JobState::Running {
            cancelling: true, ..
        } => (Tone::Busy, "Stopping"),
        JobState::Running { .. } => (Tone::Busy, "Running"),
        JobState::Succeeded { .. } => (Tone::Good, "Done"),
        JobState::Failed { .. } => (Tone::Bad, "Failed"),
        JobState::Cancelled { .. } => (Tone::Plain, "Cancelled"),
    };
    view! { <Badge tone>{words}</Badge> }
}

/// How many records a job has saved.
pub(super) fn saved(state: &JobState) -> u64 {
    match state {
        JobState::Succeeded { summary, .. } => summary.saved as u64,
        JobState::Running { done, .. }
        | JobState::Failed { done, .. }
        | JobState::Cancelled { done, .. } => *done,
    }
}
