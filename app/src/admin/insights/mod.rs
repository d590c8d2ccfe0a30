//! What vectors tell about the content, each finding with a link to where it can be put right.

mod findings;

use domain::Role;
use leptos::prelude::*;

use self::findings::Finding;
use super::screen::screen;
use crate::ui::{EmptyState, LinkButton, PageHeader, Panel};

/// The reports.
pub(super) fn insights() -> impl IntoView {
    screen("Insights", Role::Viewer, async |session| {
        if session.desk().engine().catalog().pages().next().is_none() {
            return Ok(nothing_yet());
        }
        let found = session.desk().insights().await?;
        let may_write = session.may(Role::Editor);
        Ok(view! {
            <PageHeader
                title="Insights"
                lead="What the meaning of your texts says about them: where something is missing, twice there, or goes to the wrong people."
            />
            <div class="grid gap-6">
                <Report
                    title="Content gaps"
                    lead="Pages that people visit and that have little to say to them, the most visited first. A variant for the segment helps most."
                    nothing=if found.visited {
                        "Every visited page has something that fits its visitors."
                    } else {
                        "No visits are known yet."
                    }
                    findings=findings::gaps(&found, may_write)
                />
                <Report
                    title="Campaign terms that fit another segment"
                    lead="The rules sent these visitors to one segment, but what they searched for is much nearer to what another one gets. Let that one's condition name the term, or write a variant about it for those who come."
                    nothing="Rules and campaign terms agree."
                    findings=findings::disagreements(&found, may_write)
                />
                <Report
                    title="Variants nobody gets"
                    lead="Published on the most visited pages, but always outdone by another one or too far from everything that visitors ask for. Sharpen or archive them."
                    nothing="Every published variant of the most visited pages is shown to somebody."
                    findings=findings::never_shown(&found)
                />
                <Report
                    title="Near-duplicate variants"
                    lead="Two variants of one page that say nearly the same. Tell them apart, or keep one."
                    nothing="No two variants of a page are alike."
                    findings=findings::duplicates(&found)
                />
                <Report
                    title="Segments that are hard to tell apart"
                    lead="Their descriptions mean nearly the same, so that the same variants come nearest to both. Describe what sets them apart."
                    nothing="Every segment's description stands for itself."
                    findings=findings::twins(&found)
                />
            </div>
        }
        .into_any())
    })
}

/// A site without pages.
fn nothing_yet() -> AnyView {
    view! {
        <PageHeader title="Insights" />
        <EmptyState
            title="Nothing to say yet"
            text="Once there are pages with variants and people visit them, this screen says where something is missing, twice there, \
            or goes to the wrong people."
        >
            <LinkButton href="/admin/pages">"Pages"</LinkButton>
        </EmptyState>
    }
    .into_any()
}

#[component]
fn Report(
    title: &'static str,
    lead: &'static str,
    nothing: &'static str,
    findings: Vec<Finding>,
) -> impl IntoView {
    let empty = findings
        .is_empty()
        .then(|| view! { <p class="px-4 pb-4 text-sm text-muted">{nothing}</p> });
    let rows = findings
        .chunk_by(|one, other| one.why == other.why)
        .map(|alike| {
            match alike {
        [one] => row(one, true),
        alike => view! {
            <li class="text-sm">
                <p class="max-w-3xl px-4 pt-2.5 text-muted wrap-anywhere">{alike[0].why.clone()}</p>
                <ul class="divide-y divide-line">{alike.iter().map(|one| row(one, false)).collect_view()}</ul>
            </li>
        }
        .into_any(),
    }
        });
    let rows = rows.collect_view();
    view! {
        <Panel title>
            <p class="max-w-3xl px-4 pt-3 pb-2 text-sm/6 text-muted">{lead}</p>
            {empty}
            <ul class="divide-y divide-line pb-2 empty:hidden">{rows}</ul>
        </Panel>
    }
}

/// A finding; `explained` says its reason as well, which findings that share it say once.
fn row(finding: &Finding, explained: bool) -> AnyView {
    let fixes = finding.fixes.iter().map(|(words, href)| {
        // Many links say the same; what they are about stands beside them.
        let name = format!("{words}: {}", finding.what);
        view! {
            <a
                class="inline-flex min-h-6 items-center text-accent underline underline-offset-4"
                href=href.clone()
                aria-label=name
            >
                {words.clone()}
            </a>
        }
    });
    let fixes = fixes.collect_view();
    let why = explained
        .then(|| view! { <p class="text-xs/5 text-muted wrap-anywhere">{finding.why.clone()}</p> });
    view! {
        <li class="flex flex-wrap items-start justify-between gap-x-6 gap-y-1 px-4 py-2.5 text-sm">
            <div class="min-w-0 max-w-3xl">
                <p class="font-medium wrap-anywhere">{finding.what.clone()}</p>
                {why}
            </div>
            <div class="flex flex-wrap gap-x-4 gap-y-1">{fixes}</div>
        </li>
    }
    .into_any()
}
