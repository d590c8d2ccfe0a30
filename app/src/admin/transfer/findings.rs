//! What a dry run found.

use domain::record::RecordKind;
use engine::ingest::{Counts, MAX_SKIPPED, Plan, Sample};
use engine::store::Upload;
use leptos::prelude::*;

use super::rejected::{record, rejections};
use crate::admin::pages::field_label;
use crate::ui::{Badge, Confirm, Icon, LinkButton, Panel, Sign, Table, Tone, Weight, counted};

/// What the import of a file would do, and what can be done with it.
pub(super) fn findings(
    upload: &Upload,
    may_import: bool,
    running: Option<i64>,
) -> impl IntoView + use<> {
    let found = &upload.findings;
    let bad = found.problems > 0;
    let rejected = bad.then(|| rejections(&found.rejections, found.problems));
    let samples = (!found.plan.samples.is_empty()).then(|| samples(&found.plan.samples));
    let (verdict, counts) = (verdict(upload), counts(upload));
    let next = next(upload, may_import, running);
    view! {
        <Panel title=format!("Dry run of {}", upload.name)>
            <div class="p-4">
                {verdict} <div class="mt-5">{counts}</div>
                <div class="mt-5 flex flex-wrap items-center gap-2">
                    {next}
                    <form method="post" action="/admin/api/transfer/discard">
                        <button class="inline-flex min-h-9 items-center rounded-lg px-3 text-sm font-medium text-muted hover:text-ink">
                            "Discard the file"
                        </button>
                    </form>
                </div>
            </div>
        </Panel>
        {rejected}
        {samples}
    }
}

fn verdict(upload: &Upload) -> impl IntoView + use<> {
    let plan = &upload.findings.plan;
    let (class, sign, words) = if upload.findings.problems > 0 {
        ("flex items-start gap-2.5 text-bad", Sign::Alert, bad(plan))
    } else if plan.counts.is_empty() {
        (
            "flex items-start gap-2.5 text-bad",
            Sign::Alert,
            "There is no record in this file. Choose another.".to_owned(),
        )
    } else if plan.saves() == 0 {
        (
            "flex items-start gap-2.5 text-muted",
            Sign::Check,
            "Everything in this file stands on the site as it is. There is nothing to import."
                .to_owned(),
        )
    } else {
        (
            "flex items-start gap-2.5 text-good",
            Sign::Check,
            "All rows are good. Nothing has been imported yet.".to_owned(),
        )
    };
    view! {
        <p class=class>
            <span class="mt-1">
                <Icon sign />
            </span>
            <span class="text-sm/6 font-medium">{words}</span>
        </p>
    }
}

/// What can be done about bad rows.
fn bad(plan: &Plan) -> String {
    let (rows, them) = match plan.rejected() {
        1 => ("1 row is bad".to_owned(), "it"),
        count => (format!("{count} rows are bad"), "them"),
    };
    let others = if plan.rejected() > MAX_SKIPPED {
        " They are too many to import the others without them."
    } else if plan.saves() > 0 {
        " The others can be imported meanwhile."
    } else if plan.sum(|counts| counts.unchanged) > 0 {
        " The others stand on the site as they are."
    } else {
        ""
    };
    format!("{rows}. Correct {them} and upload the file again.{others}")
}

/// What can happen to rows, and to how many it does.
fn columns(counts: &Counts) -> [(&'static str, usize); 4] {
    [
        ("New", counts.new),
        ("Changed", counts.changed),
        ("Unchanged", counts.unchanged),
        ("Rejected", counts.rejected),
    ]
}

fn counts(upload: &Upload) -> impl IntoView + use<> {
    let plan = &upload.findings.plan;
    let unknown = Counts {
        rejected: plan.unknown,
        ..Counts::default()
    };
    let kinds = plan.counts.iter().map(|(kind, it)| (named(*kind), *it));
    let kinds: Vec<_> = kinds
        .chain((plan.unknown > 0).then_some(("Not readable", unknown)))
        .collect();
    // What happens to nothing in the file takes no room.
    let is_shown = |words: &str| {
        let mut all = kinds.iter().flat_map(|(_, counts)| columns(counts));
        all.any(|(column, count)| column == words && count > 0)
    };
    let shown = columns(&Counts::default()).map(|(words, _)| words);
    let shown: Vec<_> = shown.into_iter().filter(|words| is_shown(words)).collect();
    let row = |(words, counts): &(&'static str, Counts)| {
        let numbers = columns(counts).into_iter();
        let numbers = numbers.filter(|(column, _)| shown.contains(column));
        let numbers = numbers.map(|(_, count)| number(count));
        view! {
            <tr>
                <th scope="row" class="border-t border-line px-4 py-3 font-medium">
                    {*words}
                </th>
                {numbers.collect_view()}
            </tr>
        }
    };
    let rows = kinds.iter().map(row).collect_view();
    let head = ["Kind"].into_iter().chain(shown.iter().copied()).collect();
    view! {
        <Table caption="What the import would do" head>
            {rows}
        </Table>
    }
}

fn number(count: usize) -> impl IntoView {
    let class = if count == 0 {
        "tabular-nums text-muted"
    } else {
        "tabular-nums font-medium"
    };
    view! { <td class=class>{count}</td> }
}

fn named(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Site => "Site",
        RecordKind::Segment => "Segments",
        RecordKind::Page => "Pages",
        RecordKind::Variant => "Variants",
    }
}

/// What can be done next.
fn next(upload: &Upload, may_import: bool, running: Option<i64>) -> impl IntoView + use<> {
    let plan = &upload.findings.plan;
    let bad = plan.rejected();
    let download = (bad > 0).then(|| {
        view! {
            <LinkButton weight=Weight::Primary href="/admin/transfer/rejects">
                "Download the bad rows"
            </LinkButton>
        }
    });
    if plan.saves() == 0 || bad > MAX_SKIPPED {
        return download.into_any();
    }
    if let Some(job) = running {
        return view! {
            {download}
            <p class="text-sm text-muted">
                "Another import is running. "
                <a class="text-accent underline underline-offset-4" href=format!("/admin/transfer/imports/{job}")>
                    "Watch it"
                </a> ", and import this one when it is over."
            </p>
        }
        .into_any();
    }
    if !may_import {
        return view! {
            {download}
            <p class="text-sm text-muted">
                "Importing it takes the role publisher, because visitors see it at once."
            </p>
        }
        .into_any();
    }
    let records = match (plan.saves(), bad) {
        (count, 0) => counted(count, "record", "records"),
        (1, _) => "the good record".to_owned(),
        (count, _) => format!("the {}", counted(count, "good record", "good records")),
    };
    let skipped = match bad {
        0 => "",
        1 => "The bad row is left out. ",
        _ => "The bad rows are left out. ",
    };
    let weight = if bad > 0 {
        Weight::Quiet
    } else {
        Weight::Primary
    };
    let id = upload.id;
    view! {
        {download}
        <Confirm
            id="start-import"
            label=format!("Import {records}")
            title=format!("Import {records} from {}?", upload.name)
            text=format!(
                "{skipped}What is published or scheduled in the file is shown to visitors as soon as it is saved. \
                Variants keep their former revisions.",
            )
            action="/admin/api/transfer/start"
            weight=weight
        >
            <input type="hidden" name="upload" value=id />
            <input type="hidden" name="skip_bad_rows" value=(bad > 0).to_string() />
        </Confirm>
    }
    .into_any()
}

fn samples(samples: &[Sample]) -> impl IntoView + use<> {
    let items: Vec<_> = samples.iter().map(sample).collect();
    view! {
        <section class="mt-6">
            <h2 class="mb-3 text-lg font-semibold">"Some of the changes"</h2>
            <ul class="grid gap-3 md:grid-cols-2">{items}</ul>
        </section>
    }
}

fn sample(sample: &Sample) -> impl IntoView + use<> {
    let (tone, words) = if sample.new {
        (Tone::Good, "New")
    } else {
        (Tone::Busy, "Changed")
    };
    let name = record(sample.kind, &sample.name);
    let fields: Vec<_> = sample
        .fields
        .iter()
        .map(|field| {
            let before = field.before.clone().map(|text| {
                view! { <del class="text-bad decoration-1 wrap-anywhere">{text}</del> }
            });
            let after = field.after.clone().map(|text| {
                view! { <ins class="text-good no-underline wrap-anywhere">{text}</ins> }
            });
            view! {
                <div>
                    <dt class="text-xs text-muted wrap-anywhere">{field_label(&field.field)}</dt>
                    <dd class="grid text-sm/5">{before} {after}</dd>
                </div>
            }
        })
        .collect();
    let more = (sample.more > 0).then(|| {
        let words = counted(sample.more, "more field", "more fields");
        view! { <p class="mt-2 text-xs text-muted">"and " {words}</p> }
    });
    view! {
        <li class="min-w-0 rounded-xl border border-line bg-card p-4 shadow-xs">
            <p class="flex flex-wrap items-center gap-2 text-sm font-medium wrap-anywhere">
                <Badge tone>{words}</Badge>
                {name}
            </p>
            <dl class="mt-3 grid gap-2">{fields}</dl>
            {more}
        </li>
    }
}
