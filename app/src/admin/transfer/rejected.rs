//! The bad rows of a file.

use domain::record::RecordKind;
use engine::desk::transfer::SHOWN_REJECTIONS;
use engine::ingest::Rejection;
use leptos::prelude::*;

use crate::ui::Table;

/// What is wrong with a file, row by row.
pub(super) fn rejections(rejections: &[Rejection], problems: usize) -> impl IntoView + use<> {
    let rows: Vec<_> = rejections
        .iter()
        .map(|rejection| {
            let field = rejection.problem.field.clone();
            let record = rejection.kind.map(|kind| record(kind, &rejection.name));
            view! {
                <tr>
                    <td class="tabular-nums text-muted stacked-row:before:content-['Line_']">{rejection.line}</td>
                    <td class="min-w-40 wrap-anywhere">{record.unwrap_or_else(|| "not readable".to_owned())}</td>
                    <td>
                        <code class="text-xs whitespace-nowrap">
                            {if field.is_empty() { "the whole row".to_owned() } else { field }}
                        </code>
                    </td>
                    <td class="min-w-64 wrap-anywhere">{rejection.problem.message.clone()}</td>
                </tr>
            }
        })
        .collect();
    let more = (problems > rejections.len()).then(|| {
        view! {
            <p class="mt-3 text-sm text-muted">
                "These are the first " {SHOWN_REJECTIONS} " of " {problems} ". "
                <a class="text-accent underline underline-offset-4" href="/admin/transfer/rejects">
                    "Download all of them"
                </a> "."
            </p>
        }
    });
    view! {
        <section class="mt-6">
            <h2 class="mb-3 text-lg font-semibold">"What is wrong"</h2>
            <Table caption="Bad rows" head=vec!["Line", "Record", "Field", "Problem"] stacked=true>
                {rows}
            </Table>
            {more}
        </section>
    }
}

/// A record by its kind and the name it is known by.
pub(super) fn record(kind: RecordKind, name: &str) -> String {
    match kind {
        RecordKind::Site => "The site".to_owned(),
        kind => format!("{} {name}", kind.as_str()).trim_end().to_owned(),
    }
}
